import { isEqual, isMap } from "./fields.ts";
import { unprocessable } from "./errors.ts";
import type { Shape } from "./shape.ts";

type Fields = Record<string, unknown>;

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Fields = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

const REFUSED = "the server rejected our request due to an error in our request";

const parsePointer = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** RFC 6902. Throws 422 for an operation that does not fit. */
export function jsonPatch(target: unknown, operations: readonly Operation[]): unknown {
  const root = { document: structuredClone(target) };
  for (const operation of operations) perform(root, operation);
  return root.document;
}

function perform(root: { document: unknown }, { op, path, from = "", value }: Operation): void {
  switch (op) {
    case "add":
    case "replace":
      write(root, path, value, op === "add");
      return;
    case "remove":
      take(root, path);
      return;
    case "move":
      write(root, path, take(root, from), true);
      return;
    case "copy":
      write(root, path, structuredClone(read(root, from)), true);
      return;
    case "test":
      if (isEqual(read(root, path), value)) return;
      throw unprocessable(REFUSED);
    default:
      throw unprocessable(REFUSED);
  }
}

/** The container that a pointer leads to, and the key in it. */
function locate(root: { document: unknown }, pointer: string): [Fields | unknown[], string] {
  const parts = ["document", ...parsePointer(pointer)];
  const key = parts.pop() as string;
  let node: unknown = root;
  for (const part of parts) node = (node as Fields | undefined)?.[part];
  if (typeof node !== "object" || node === null) throw unprocessable(REFUSED);
  return [node as Fields | unknown[], key];
}

function read(root: { document: unknown }, pointer: string): unknown {
  const [container, key] = locate(root, pointer);
  const value = (container as Fields)[key];
  if (value === undefined) throw unprocessable(REFUSED);
  return value;
}

function write(
  root: { document: unknown },
  pointer: string,
  value: unknown,
  insert: boolean,
): void {
  const [container, key] = locate(root, pointer);
  if (!insert) read(root, pointer);
  if (Array.isArray(container)) {
    container.splice(key === "-" ? container.length : Number(key), insert ? 0 : 1, value);
  } else container[key] = value;
}

function take(root: { document: unknown }, pointer: string): unknown {
  const value = read(root, pointer);
  const [container, key] = locate(root, pointer);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
  return value;
}

/** Kubernetes' own merge patch: keyed lists merge item by item, directives start with `$`. */
export function strategicMerge(target: unknown, patch: unknown, shape: Shape): unknown {
  if (Array.isArray(patch)) return mergeItems(target, patch, shape);
  if (!isMap(patch)) return patch;
  if (patch["$patch"] === "replace") return withoutDirectives(patch);
  const retained = patch["$retainKeys"];
  const merged: Fields = isMap(target) ? { ...target } : {};
  if (Array.isArray(retained)) {
    for (const key of Object.keys(merged)) if (!retained.includes(key)) delete merged[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    const list = /^\$deleteFromPrimitiveList\/(.*)$/.exec(key)?.[1];
    if (list !== undefined) {
      const gone = value as unknown[];
      merged[list] = ((merged[list] ?? []) as unknown[]).filter((item) => !gone.includes(item));
    } else if (key.startsWith("$")) continue;
    else if (value === null) delete merged[key];
    else merged[key] = strategicMerge(merged[key], value, shape.field(key));
  }
  return merged;
}

const withoutDirectives = (patch: Fields): Fields =>
  Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith("$")));

function mergeItems(target: unknown, patch: unknown[], shape: Shape): unknown {
  const live: unknown[] = Array.isArray(target) ? [...target] : [];
  if (shape.list === "atomic") return patch;
  if (shape.list === "set") return [...new Set([...live, ...patch])];
  // The first key is the merge key: what identifies an item on its own.
  const [key = ""] = shape.list;
  const replaced = patch.some((item) => isMap(item) && item["$patch"] === "replace");
  const merged = replaced ? [] : live;
  for (const item of patch) {
    if (!isMap(item) || item["$patch"] === "replace") continue;
    const index = merged.findIndex((one) => isMap(one) && one[key] === item[key]);
    if (item["$patch"] === "delete") {
      if (index >= 0) merged.splice(index, 1);
    } else if (index < 0) merged.push(strategicMerge(undefined, item, shape.item()));
    else merged[index] = strategicMerge(merged[index], item, shape.item());
  }
  return merged;
}
