import type { Shape } from "./shape.ts";

/**
 * A set of fields: each a path whose elements are written as in FieldsV1, `f:spec`,
 * `k:{"name":"a"}`, `v:"x"`, joined by NUL.
 */
export type FieldSet = ReadonlySet<string>;

type FieldsV1 = { [element: string]: FieldsV1 };
type Fields = Record<string, unknown>;

const NUL = "\u0000";
/** What a list key stands for when an item leaves it out. */
const KEY_DEFAULTS: Fields = { protocol: "TCP" };

const joinPath = (path: readonly string[]): string => path.join(NUL);
export const splitPath = (path: string): string[] => path.split(NUL);

export const union = (a: FieldSet, b: FieldSet): FieldSet => new Set([...a, ...b]);
export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  new Set([...a].filter((path) => !b.has(path)));
export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  new Set([...a].filter((path) => b.has(path)));
export const isSame = (a: FieldSet, b: FieldSet): boolean =>
  a.size === b.size && [...a].every((path) => b.has(path));

/** Whether the set has that path or one below it. */
export const touches = (set: FieldSet, path: string): boolean =>
  set.has(path) || [...set].some((other) => other.startsWith(path + NUL));

export const isMap = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The element that stands for an item of a list in a path; undefined in an atomic list. */
export function itemElement(item: unknown, shape: Shape): string | undefined {
  if (shape.list === "atomic") return undefined;
  if (shape.list === "set") return `v:${JSON.stringify(item)}`;
  const fields = isMap(item) ? item : {};
  const keys = [...shape.list].toSorted().map((key) => [key, fields[key] ?? KEY_DEFAULTS[key]]);
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** What lies below a value, by path element; undefined for a value that is owned as one. */
export function children(
  value: unknown,
  shape: Shape,
): Map<string, { value: unknown; shape: Shape }> | undefined {
  if (Array.isArray(value) && shape.list !== "atomic") {
    return new Map(
      value.map((item) => [
        itemElement(item, shape) as string,
        { value: item, shape: shape.item() },
      ]),
    );
  }
  if (!isMap(value) || shape.atomic) return undefined;
  return new Map(
    Object.entries(value).map(([key, child]) => [
      `f:${key}`,
      { value: child, shape: shape.field(key) },
    ]),
  );
}

/** The fields that a configuration sets: leaves, and the items of lists that have keys. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  const found = new Set<string>();
  const walk = (current: unknown, inner: Shape, path: readonly string[]): void => {
    const below = children(current, inner);
    if (!below || below.size === 0 || !path.at(-1)?.startsWith("f:")) found.add(joinPath(path));
    for (const [element, child] of below ?? []) walk(child.value, child.shape, [...path, element]);
  };
  walk(value, shape, []);
  found.delete("");
  return found;
}

export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** What distinguishes two values. What appears or goes as a whole counts with all that it holds. */
export function compare(before: unknown, after: unknown, shape: Shape): Comparison {
  const added = new Set<string>();
  const modified = new Set<string>();
  const removed = new Set<string>();
  const walk = (a: unknown, b: unknown, inner: Shape, path: readonly string[]): void => {
    if (a === undefined && b === undefined) return;
    if (a === undefined) added.add(joinPath(path));
    if (b === undefined) removed.add(joinPath(path));
    const left = a === undefined ? new Map() : children(a, inner);
    const right = b === undefined ? new Map() : children(b, inner);
    if (!left || !right) {
      if (a !== undefined && b !== undefined && !isEqual(a, b)) modified.add(joinPath(path));
      return;
    }
    for (const element of new Set<string>([...left.keys(), ...right.keys()])) {
      const [one, other] = [left.get(element), right.get(element)];
      walk(one?.value, other?.value, (other ?? one).shape, [...path, element]);
    }
  };
  walk(before, after, shape, []);
  return { added, modified, removed };
}

/** Equal as JSON; the order of keys does not count. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => key in b && isEqual(a[key], b[key]))
    );
  }
  return a === b;
}

export function encodeFields(set: FieldSet): FieldsV1 {
  const root: FieldsV1 = {};
  for (const path of [...set].toSorted()) {
    let node = root;
    for (const element of splitPath(path)) node = node[element] ??= {};
  }
  for (const path of set) {
    let node = root;
    for (const element of splitPath(path)) node = node[element] as FieldsV1;
    if (Object.keys(node).length > 0) node["."] = {};
  }
  return root;
}

export function decodeFields(fields: FieldsV1): FieldSet {
  const found = new Set<string>();
  const walk = (node: FieldsV1, path: readonly string[]): void => {
    const entries = Object.entries(node);
    if (entries.length === 0 || "." in node) found.add(joinPath(path));
    for (const [element, child] of entries) {
      if (element !== ".") walk(child, [...path, element]);
    }
  };
  walk(fields, []);
  found.delete("");
  return found;
}

/** `.spec.listeners[name="xds-tls"].port` */
export function showPath(path: string): string {
  return splitPath(path).map(showElement).join("");
}

function showElement(element: string): string {
  const text = element.slice(2);
  if (element.startsWith("f:")) return `.${text}`;
  if (element.startsWith("v:")) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as Fields);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}
