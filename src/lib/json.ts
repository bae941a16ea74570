/*
 * Reading of values that came from a cluster, a file or the network: each function takes anything
 * and gives a value of its type, or nothing. None of them throws.
 */

type JsonRecord = Readonly<Record<string, unknown>>;

const EMPTY: JsonRecord = Object.freeze(Object.create(null) as Record<string, unknown>);

/** Whether a value is a mapping: no list, and not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The map, or an empty one for anything else. */
export function record(value: unknown): JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonRecord)
    : EMPTY;
}

/** The items, or none for anything else. */
export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An own property: keys such as `__proto__` or `constructor` find nothing inherited. */
export function property(value: unknown, key: string): unknown {
  const map = record(value);
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Follows own properties: `at(pod, "status", "phase")`. */
export function at(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const key of path) current = property(current, key);
  return current;
}

/** A non-empty string; numbers and booleans (unquoted in YAML) as they print. */
export function string(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** ms since the epoch of an RFC 3339 text. */
export function time(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** A map of strings, such as labels; entries of other types are left out. */
export function stringMap(value: unknown): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [key, item] of Object.entries(record(value))) {
    if (typeof item === "string") map.set(key, item);
    else if (typeof item === "number" || typeof item === "boolean") map.set(key, String(item));
  }
  return map;
}

/** The strings among the items. */
export function strings(value: unknown): string[] {
  return array(value).flatMap((item) => string(item) ?? []);
}
