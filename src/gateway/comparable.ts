import { createTwoFilesPatch } from "diff";
import { array, at, record, string } from "../lib/json.ts";
import type { RawObject } from "../model/reader.ts";
import { toYaml } from "./manifest.ts";

/** Labels and annotations that tell of past writes, not of what is wanted. */
const BOOKKEEPING = "kubectl.kubernetes.io/last-applied-configuration";

function without(map: unknown, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record(map)).filter(([key]) => !keys.includes(key)));
}

/** A listener without what the API server fills in. */
function listener(value: unknown): Record<string, unknown> {
  const from = string(at(value, "allowedRoutes", "namespaces", "from"));
  return from === "Same" || from === undefined ? without(value, "allowedRoutes") : without(value);
}

/**
 * What people mean by an object: without status, timestamps, owners and defaults that the server
 * adds, so that two states compare by what was wanted.
 */
export function comparable(object: RawObject): Record<string, unknown> {
  const metadata = record(object["metadata"]);
  const labels = record(metadata["labels"]);
  const annotations = without(metadata["annotations"], BOOKKEEPING);
  return {
    apiVersion: object["apiVersion"],
    kind: object["kind"],
    metadata: {
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(Object.keys(labels).length > 0 ? { labels: { ...labels } } : {}),
      name: metadata["name"],
      namespace: metadata["namespace"],
    },
    spec: {
      ...without(object["spec"], "listeners"),
      listeners: array(at(object, "spec", "listeners")).map(listener),
    },
  };
}

function text(object: RawObject | undefined): string {
  return object ? toYaml(comparable(object)) : "";
}

/** The change as a unified diff of YAML; `before` is absent for a new object. */
export function unifiedDiff(
  title: string,
  before: RawObject | undefined,
  after: RawObject | undefined,
): string {
  const [from, to] = [before ? title : "/dev/null", after ? title : "/dev/null"];
  return createTwoFilesPatch(from, to, text(before), text(after), undefined, undefined, {
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
}
