import { createTwoFilesPatch } from "diff";
import { array, at, record, string } from "../lib/json.ts";
import { oneLine } from "../lib/sanitize.ts";
import type { RawObject } from "../model/reader.ts";
import { sortedKeys } from "../lib/sorted-keys.ts";
import { toYaml } from "./yaml.ts";

/** An annotation that tells of past writes, not of what is wanted. */
const BOOKKEEPING = "kubectl.kubernetes.io/last-applied-configuration";

function without(map: unknown, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record(map)).filter(([key]) => !keys.includes(key)));
}

/** A listener without what the API server fills in. */
function listener(value: unknown): Record<string, unknown> {
  const from = string(at(value, "allowedRoutes", "namespaces", "from"));
  const selector = at(value, "allowedRoutes", "namespaces", "selector");
  const kinds = array(at(value, "allowedRoutes", "kinds"));
  const filledIn = (from ?? "Same") === "Same" && selector === undefined && kinds.length === 0;
  return filledIn ? without(value, "allowedRoutes") : without(value);
}

function byName(one: Record<string, unknown>, other: Record<string, unknown>): number {
  return (string(one["name"]) ?? "") < (string(other["name"]) ?? "") ? -1 : 1;
}

/**
 * What people mean by an object: without status, timestamps, owners and defaults that the server
 * adds, so that two states compare by what was wanted.
 */
export function comparable(object: RawObject): Record<string, unknown> {
  const metadata = record(object["metadata"]);
  const labels = without(metadata["labels"]);
  const annotations = without(metadata["annotations"], BOOKKEEPING);
  return {
    apiVersion: object["apiVersion"],
    kind: object["kind"],
    metadata: {
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      name: metadata["name"],
      namespace: metadata["namespace"],
    },
    spec: {
      ...without(object["spec"], "listeners"),
      // A list by name: its order says nothing, and an apply may leave another one than it sends.
      listeners: array(at(object, "spec", "listeners"))
        .map(listener)
        .toSorted(byName),
    },
  };
}

function canonical(object: RawObject): string {
  return JSON.stringify(sortedKeys(comparable(object)));
}

/** Whether two states of an object mean the same. */
export function sameContent(one: RawObject, other: RawObject): boolean {
  return canonical(one) === canonical(other);
}

/** The change as a unified diff of YAML; `before` is absent for a new object; empty for no change. */
export function unifiedDiff(
  title: string,
  before: RawObject | undefined,
  after: RawObject,
): string {
  return yamlDiff(title, before && comparable(before), comparable(after));
}

/** The change of what is shown of an object, as a unified diff of YAML; empty for no change. */
export function yamlDiff(title: string, before: unknown, after: unknown): string {
  const [from, to] = [before, after].map((shown) => (shown === undefined ? "" : toYaml(shown)));
  if (from === to) return "";
  const name = oneLine(title);
  const old = before === undefined ? "/dev/null" : name;
  return createTwoFilesPatch(old, name, from ?? "", to ?? "", "", "", {
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
}
