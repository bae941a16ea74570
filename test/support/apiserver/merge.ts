import { children, isMap, itemElement, splitPath } from "./fields.ts";
import type { Shape } from "./shape.ts";

type Fields = Record<string, unknown>;

/** An applied configuration on top of what is there. Nothing is removed. */
export function mergeApplied(live: unknown, configuration: unknown, shape: Shape): unknown {
  if (isMap(live) && isMap(configuration) && !shape.atomic) {
    const merged: Fields = { ...live };
    for (const [key, value] of Object.entries(configuration)) {
      merged[key] = mergeApplied(live[key], value, shape.field(key));
    }
    return merged;
  }
  if (Array.isArray(live) && Array.isArray(configuration) && shape.list !== "atomic") {
    return mergeLists(live, configuration, shape);
  }
  return structuredClone(configuration);
}

/** Items keep their places; new ones come last. */
function mergeLists(live: unknown[], configuration: unknown[], shape: Shape): unknown[] {
  const applied = children(configuration, shape) ?? new Map();
  const merged = live.map((item) => {
    const element = itemElement(item, shape) as string;
    const change = applied.get(element);
    applied.delete(element);
    return change ? mergeApplied(item, change.value, shape.item()) : item;
  });
  return [...merged, ...[...applied.values()].map(({ value }) => structuredClone(value))];
}

/** Without what the paths name, and without the maps that are empty then. */
export function removePaths(object: unknown, paths: readonly string[], shape: Shape): unknown {
  return paths.reduce<unknown>((rest, path) => without(rest, splitPath(path), shape), object);
}

function without(
  value: unknown,
  [element = "", ...more]: readonly string[],
  shape: Shape,
): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (itemElement(item, shape) !== element) return [item];
      return more.length === 0 ? [] : [without(item, more, shape.item())];
    });
  }
  const key = element.slice(2);
  if (!isMap(value) || !(key in value)) return value;
  const { [key]: child, ...rest } = value;
  if (more.length === 0) return rest;
  const left = without(child, more, shape.field(key));
  return isEmpty(left) ? rest : { ...value, [key]: left };
}

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
