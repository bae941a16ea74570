import { array, property, record } from "../lib/json.ts";

/** The given properties that are there, and of maps only. */
export function pick(value: unknown, ...keys: string[]): Record<string, unknown> {
  return only(value, keys);
}

export function only(value: unknown, keys: Iterable<string>): Record<string, unknown> {
  const map = record(value);
  const kept: Record<string, unknown> = {};
  for (const key of keys) {
    // The one key that cannot be assigned; Kubernetes knows no such name.
    if (key === "__proto__" || !Object.hasOwn(map, key) || map[key] === undefined) continue;
    kept[key] = map[key];
  }
  return kept;
}

/** `{[list]: items}`, of each item the given properties; nothing when there is no such list. */
export function pickEach(value: unknown, list: string, ...keys: string[]): Record<string, unknown> {
  return mapEach(value, list, (item) => pick(item, ...keys));
}

/** `{[list]: items}`, each item converted; nothing when there is no such list. */
export function mapEach(
  value: unknown,
  list: string,
  convert: (item: unknown) => Record<string, unknown>,
): Record<string, unknown> {
  const items = property(value, list);
  return Array.isArray(items) ? { [list]: array(items).map(convert) } : {};
}

/** Converts each value of a map. */
export function mapEntries(
  value: unknown,
  convert: (key: string, item: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record(value)).map(([key, item]) => [key, convert(key, item)]),
  );
}
