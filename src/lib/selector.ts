import type { ListOptions, RawObject } from "../model/reader.ts";
import { at, property, record, string } from "./json.ts";

/*
 * Label and field selectors as kubectl takes them. They are written in mc, never read from a
 * cluster, so one that cannot be parsed is a mistake of ours and throws.
 */

type Labels = Readonly<Record<string, unknown>>;
type Term = (labels: Labels) => boolean;

const KEY = String.raw`[^\s!=<>(),]+`;
const ABSENT = new RegExp(`^!\\s*(${KEY})$`);
const PRESENT = new RegExp(`^(${KEY})$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([^\\s!=<>(),]*)$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const ORDER = new RegExp(`^(${KEY})\\s*([<>])\\s*(-?\\d+)$`);

/** Splits at the commas that stand outside parentheses. */
function split(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).map((term) => term.trim());
}

/** A label's value; labels are strings, but YAML written by hand has numbers and booleans too. */
function label(labels: Labels, key: string): string | undefined {
  const value = property(labels, key);
  return value === "" ? "" : string(value);
}

function labelTerm(text: string): Term {
  const absent = ABSENT.exec(text)?.[1];
  if (absent) return (labels) => label(labels, absent) === undefined;

  const present = PRESENT.exec(text)?.[1];
  if (present) return (labels) => label(labels, present) !== undefined;

  const [, key = "", operator = "", value = ""] = EQUALITY.exec(text) ?? [];
  if (operator === "!=") return (labels) => label(labels, key) !== value;
  if (operator) return (labels) => label(labels, key) === value;

  const [, setKey = "", membership = "", list = ""] = SET.exec(text) ?? [];
  if (membership) {
    const values = new Set(list.split(",").map((item) => item.trim()));
    return (labels) => {
      const found = label(labels, setKey);
      // As in Kubernetes, `notin` also selects what does not have the label at all.
      return (found !== undefined && values.has(found)) === (membership === "in");
    };
  }

  const [, orderKey = "", order = "", limit = ""] = ORDER.exec(text) ?? [];
  if (!order) throw new Error(`cannot parse the label selector term "${text}"`);
  return (labels) => {
    const found = label(labels, orderKey);
    if (found === undefined || !/^-?\d+$/.test(found)) return false;
    return order === ">" ? Number(found) > Number(limit) : Number(found) < Number(limit);
  };
}

/** Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k`; empty selects everything. */
export function labelSelector(selector: string): (object: RawObject) => boolean {
  if (selector.trim() === "") return () => true;
  const terms = split(selector).map(labelTerm);
  return (object) => {
    const labels = record(at(object, "metadata", "labels"));
    return terms.every((matches) => matches(labels));
  };
}

/** Parses `metadata.name=x,metadata.namespace!=y`; a field that is absent compares as empty. */
export function fieldSelector(selector: string): (object: RawObject) => boolean {
  if (selector.trim() === "") return () => true;
  const terms = split(selector).map((text) => {
    const [, path = "", operator = "", value = ""] = EQUALITY.exec(text) ?? [];
    if (!operator) throw new Error(`cannot parse the field selector term "${text}"`);
    const keys = path.split(".");
    return (object: RawObject) =>
      ((string(at(object, ...keys)) ?? "") === value) === (operator !== "!=");
  });
  return (object) => terms.every((matches) => matches(object));
}

/** Whether a list with these options has the object: its namespace and both selectors. */
export function selects(
  options: Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector">,
): (object: RawObject) => boolean {
  const byLabel = labelSelector(options.labelSelector ?? "");
  const byField = fieldSelector(options.fieldSelector ?? "");
  const { namespace } = options;
  return (object) =>
    (!namespace || string(at(object, "metadata", "namespace")) === namespace) &&
    byLabel(object) &&
    byField(object);
}
