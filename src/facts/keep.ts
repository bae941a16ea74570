import { isMap } from "./objects.ts";

/*
 * What is kept of a value that came from a cluster, written in the form of the value itself. What is
 * not named is not kept, and a value of another type than the one that is written here is not kept
 * either, but for the items of lists, whose number means something: there a map stays, empty.
 */

/** `WHOLE`, a value that is cut, the items of a list, or the named properties of a map. */
export type Keep = typeof WHOLE | Cut | readonly [Keep] | KeepMap;

export interface KeepMap {
  readonly [key: string]: Keep;
  readonly [OTHERS]?: Others;
}

/** The value as it came. */
export const WHOLE = true;

/** Marks a map whose keys somebody chose, such as labels: with nothing left of it, it is left out. */
const OTHERS = Symbol("others");

interface Others {
  /** Of each value. */
  keep: Keep;
  /** The keys that stay; absent: all that are not named. */
  keys?: KeysOf;
}

/** `parent` is the map that the value stands in, `grandparent` the one that holds that. */
type KeysOf = (parent: unknown, grandparent: unknown) => ReadonlySet<string>;
type Change = (value: unknown, key: string) => unknown;

/** What a text may hold that a recording looks at more closely than facts do. */
export type Content = "certificates" | "encoded certificates";

/** A value that is changed first; of what comes of it `of` is kept. Undefined: nothing. */
export class Cut {
  readonly of: Keep;
  readonly change: Change;
  readonly content: Content | undefined;

  constructor(of: Keep, change: Change, content?: Content) {
    this.of = of;
    this.change = change;
    this.content = content;
  }
}

/** A text, number or boolean; nothing of another type. */
export const SCALAR: Keep = new Cut(WHOLE, (value) =>
  ["string", "number", "boolean"].includes(typeof value) ? value : undefined,
);

/** A map whose keys somebody chose: the named ones, and of the others those of `keys`, or all. */
export function dictionary(named: KeepMap, others: Keep = WHOLE, keys: KeysOf = NO_KEYS): KeepMap {
  return { ...named, [OTHERS]: { keep: others, keys } };
}

/** The same with every key. */
export function everyKey(keep: Keep): KeepMap {
  return { [OTHERS]: { keep } };
}

const NONE: ReadonlySet<string> = new Set();
const NO_KEYS: KeysOf = () => NONE;

export function isKeepList(keep: Keep): keep is readonly [Keep] {
  return Array.isArray(keep);
}

export function othersOf(keep: KeepMap): Others | undefined {
  return keep[OTHERS];
}

/** What either of two keeps. A key that one names is kept as it says, whatever the other says of all. */
export function union(one: Keep, other: Keep): Keep {
  if (one === other) return one;
  if (one instanceof Cut || other instanceof Cut) return unionOfCuts(one, other);
  if (one === WHOLE || other === WHOLE) return WHOLE;
  if (isKeepList(one) !== isKeepList(other)) throw new Error("a list cannot be kept as a map");
  if (isKeepList(one) && isKeepList(other)) return [union(one[0], other[0])];
  return unionOfMaps(one as KeepMap, other as KeepMap);
}

/** Nothing may undo what a cut takes away, so only a cut of the same kind goes with it. */
function unionOfCuts(one: Keep, other: Keep): Keep {
  const isSame =
    one instanceof Cut &&
    other instanceof Cut &&
    one.change === other.change &&
    one.content === other.content;
  if (!isSame) throw new Error("a value is cut by one fact and kept otherwise by another");
  return new Cut(union(one.of, other.of), one.change, one.content);
}

/** The same for maps. */
export function unionOfMaps(one: KeepMap, other: KeepMap): KeepMap {
  const map: Record<string, Keep> = { ...one };
  for (const [key, keep] of Object.entries(other)) {
    const known = map[key];
    map[key] = known === undefined ? keep : unionAt(key, known, keep);
  }
  const [first, second] = [one[OTHERS], other[OTHERS]];
  return first || second ? { ...map, [OTHERS]: unionOfOthers(first, second) } : map;
}

function unionAt(key: string, one: Keep, other: Keep): Keep {
  try {
    return union(one, other);
  } catch (cause) {
    throw new Error(`${key}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function unionOfOthers(one: Others | undefined, other: Others | undefined): Others {
  const [first, second] = [one ?? other, other ?? one];
  if (!first || !second) return { keep: WHOLE, keys: NO_KEYS };
  // What keeps no key says nothing of how values are kept.
  if (first.keys === NO_KEYS) return second;
  if (second.keys === NO_KEYS) return first;
  const keep = union(first.keep, second.keep);
  if (!first.keys || !second.keys) return { keep };
  const [keysOfOne, keysOfOther] = [first.keys, second.keys];
  if (keysOfOne === keysOfOther) return { keep, keys: keysOfOne };
  return {
    keep,
    keys: (parent, grandparent) =>
      keysOfOne(parent, grandparent).union(keysOfOther(parent, grandparent)),
  };
}

/** Keeps of a value what was declared; undefined for nothing. */
export type Keeper = (
  value: unknown,
  key?: string,
  parent?: unknown,
  grandparent?: unknown,
) => unknown;

/** What a recording does to texts of that content, beyond what facts need. */
export type Closer = Readonly<Record<Content, (text: unknown) => unknown>>;

/** Made once for each declaration, since it runs for every object of the largest lists. */
export function keeper(keep: Keep, closer?: Closer): Keeper {
  if (keep === WHOLE) return (value) => value;
  if (keep instanceof Cut) {
    const { change, content } = keep;
    const rest = keeper(keep.of, closer);
    const look = content && closer?.[content];
    return look
      ? (value, key = "") => rest(look(change(value, key)))
      : (value, key = "", parent, grandparent) =>
          rest(change(value, key), key, parent, grandparent);
  }
  return isKeepList(keep) ? listKeeper(keep[0], closer) : mapKeeper(keep, closer);
}

function listKeeper(item: Keep, closer: Closer | undefined): Keeper {
  const keepItem = keeper(item, closer);
  const isOfMaps = item !== WHOLE && !(item instanceof Cut) && !isKeepList(item);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const kept: unknown[] = [];
    for (const one of value as unknown[]) {
      const result = keepItem(one);
      if (result !== undefined) kept.push(result);
      else if (isOfMaps) kept.push({});
    }
    return kept;
  };
}

function mapKeeper(map: KeepMap, closer: Closer | undefined): Keeper {
  const named = Object.keys(map);
  const keepers = named.map((key) => keeper(map[key] ?? WHOLE, closer));
  const others = map[OTHERS];
  const keepOther = others && keeper(others.keep, closer);
  const isNamed = new Set(named);
  return (value, _key, parent, grandparent) => {
    if (!isMap(value)) return undefined;
    const source = value as Readonly<Record<string, unknown>>;
    const kept: Record<string, unknown> = {};
    for (let index = 0; index < named.length; index += 1) {
      const key = named[index] as string;
      const item = source[key];
      if (item === undefined || !Object.hasOwn(source, key)) continue;
      const result = keepers[index]?.(item, key, source, parent);
      if (result !== undefined) kept[key] = result;
    }
    if (!others || !keepOther) return kept;
    for (const key of others.keys?.(parent, grandparent) ?? Object.keys(source)) {
      // The one key that cannot be assigned; Kubernetes knows no such name.
      if (key === "__proto__" || isNamed.has(key) || !Object.hasOwn(source, key)) continue;
      const item = source[key];
      const result = item === undefined ? undefined : keepOther(item, key, source, parent);
      if (result !== undefined) kept[key] = result;
    }
    return Object.keys(kept).length > 0 ? kept : undefined;
  };
}
