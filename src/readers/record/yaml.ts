import { dump } from "js-yaml";
import { sortedKeys } from "../../lib/sorted-keys.ts";

/** A JSON value as a YAML document whose keys are in order, so that two recordings compare. */
export function toYaml(value: unknown): string {
  return dump(sortedKeys(value), { noRefs: true, lineWidth: -1, seqNoIndent: true });
}

/** A JSON value as text that compares in the same way. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(sortedKeys(value), null, 2)}\n`;
}
