import { array, at, property, record, string, time } from "../lib/json.ts";
import { Cut, type Keep, WHOLE } from "./keep.ts";

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

/** Of the managed fields those that own a label, by the time at which they were written. */
export function labelWriters(label: string): Keep {
  return new Cut([{ time: WHOLE, fieldsV1: { "f:metadata": { "f:labels": WHOLE } } }], (fields) =>
    array(fields).flatMap((entry) =>
      ownsLabel(entry, label)
        ? [
            {
              time: property(entry, "time"),
              fieldsV1: { "f:metadata": { "f:labels": { [`f:${label}`]: {} } } },
            },
          ]
        : [],
    ),
  );
}

function ownsLabel(entry: unknown, label: string): boolean {
  return Object.hasOwn(record(at(entry, "fieldsV1", "f:metadata", "f:labels")), `f:${label}`);
}

/** When a label was last written, at the latest, ms since the epoch; nothing where nobody says. */
export function labelledAt(object: unknown, label: string): number | undefined {
  const times = array(at(object, "metadata", "managedFields")).flatMap((entry) =>
    ownsLabel(entry, label) ? (time(property(entry, "time")) ?? []) : [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}
