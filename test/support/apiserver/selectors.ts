import { badRequest } from "./errors.ts";
import type { KubeObject } from "./types.ts";

type Labels = Record<string, unknown>;
type LabelTerm = (labels: Labels) => boolean;

export interface FieldTerm {
  field: string;
  value: string;
  equal: boolean;
}

const KEY = /^([A-Za-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/** Splits at commas that are not inside the parentheses of a set. */
function splitTerms(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).map((term) => term.trim());
}

function unparsable(term: string): Error {
  return badRequest(
    `unable to parse requirement: found ${JSON.stringify(term)}, expected: identifier, '!', 'in', 'notin', '=', '==', '!='`,
  );
}

function checked(key: string, values: readonly string[]): string {
  if (!KEY.test(key)) throw unparsable(key);
  for (const value of values) if (!VALUE.test(value)) throw unparsable(value);
  return key;
}

function labelTerm(term: string): LabelTerm {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set) {
    const values = set[3]!.split(",").map((value) => value.trim());
    const key = checked(set[1]!, values);
    return set[2] === "in"
      ? (labels) => key in labels && values.includes(String(labels[key]))
      : (labels) => !(key in labels) || !values.includes(String(labels[key]));
  }
  const pair = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(term);
  if (pair) {
    const value = pair[3]!;
    const key = checked(pair[1]!, [value]);
    return pair[2] === "!="
      ? (labels) => labels[key] !== value
      : (labels) => key in labels && labels[key] === value;
  }
  const absent = term.startsWith("!");
  const key = checked((absent ? term.slice(1) : term).trim(), []);
  return (labels) => key in labels !== absent;
}

export function parseLabelSelector(selector: string): (object: KubeObject) => boolean {
  if (selector.trim() === "") return () => true;
  const terms = splitTerms(selector).map(labelTerm);
  return (object) => {
    const labels = (object.metadata["labels"] ?? {}) as Labels;
    return terms.every((term) => term(labels));
  };
}

export function parseFieldSelector(selector: string): FieldTerm[] {
  if (selector.trim() === "") return [];
  return selector.split(",").map((term) => {
    const match = /^([^=!]+)(!=|==|=)(.*)$/.exec(term);
    if (!match) throw badRequest(`invalid field selector: ${JSON.stringify(selector)}`);
    return { field: match[1]!, equal: match[2] !== "!=", value: match[3]! };
  });
}

type FieldReader = (object: KubeObject) => string | undefined;

const EVERY_KIND: Record<string, FieldReader> = {
  "metadata.name": ({ metadata }) => metadata.name,
  "metadata.namespace": ({ metadata }) => metadata.namespace,
};

const PODS: Record<string, FieldReader> = {
  "spec.nodeName": (object) => part(object, "spec", "nodeName"),
  "spec.serviceAccountName": (object) => part(object, "spec", "serviceAccountName"),
  "status.phase": (object) => part(object, "status", "phase"),
  "status.podIP": (object) => part(object, "status", "podIP"),
};

const BY_RESOURCE: Record<string, Record<string, FieldReader>> = {
  pods: PODS,
  namespaces: { "status.phase": (object) => part(object, "status", "phase") },
  secrets: { type: (object) => object["type"] as string | undefined },
};

function part(object: KubeObject, section: string, field: string): string | undefined {
  return (object[section] as Record<string, string> | undefined)?.[field];
}

/** Which fields can be selected depends on the type; any other is a 400, never an empty list. */
export function fieldFilter(
  selector: string,
  type: { group: string; plural: string },
): (object: KubeObject) => boolean {
  const readers = {
    ...EVERY_KIND,
    ...(type.group === "" ? BY_RESOURCE[type.plural] : undefined),
  };
  const terms = parseFieldSelector(selector).map(({ field, equal, value }) => {
    const read = readers[field];
    if (!read) throw badRequest(`field label not supported: ${field}`);
    return (object: KubeObject) => ((read(object) ?? "") === value) === equal;
  });
  return (object) => terms.every((term) => term(object));
}
