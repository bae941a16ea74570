import { array, at, property, string, time } from "../lib/json.ts";

/** Names of the field managers of an object, without those of subresources, each once. */
export function managersOf(object: unknown): string[] {
  const entries = array(at(object, "metadata", "managedFields")).filter(
    (entry) => string(property(entry, "subresource")) === undefined,
  );
  return [...new Set(entries.flatMap((entry) => string(property(entry, "manager")) ?? []))];
}

/**
 * When an object was changed last, ms since the epoch: the newest time at which a field manager
 * wrote what it owns. Nothing where the object does not say, as in a recording.
 */
export function changedAt(object: unknown): number | undefined {
  const times = array(at(object, "metadata", "managedFields")).flatMap(
    (entry) => time(property(entry, "time")) ?? [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}
