import { FACTS } from "../../src/facts/index.ts";
import type { Keeps } from "../../src/facts/fact.ts";
import {
  Cut,
  isKeepList,
  type Keep,
  type KeepMap,
  othersOf,
  unionOfMaps,
  WHOLE,
} from "../../src/facts/keep.ts";
import { IDENTITY } from "../../src/facts/keep-objects.ts";
import type { FactKey } from "../../src/model/facts.ts";
import { mapGathered } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import type { FactReader, FactReaders, FactSource } from "../../src/model/source.ts";

/*
 * Objects that throw where a fact reads what it does not declare: whether or not the object has it.
 */

/** What a fact read without saying so. */
export class UndeclaredRead extends Error {
  constructor(path: string) {
    super(`${path} is read, and not among what the fact keeps`);
  }
}

/** The value as it is kept, with a guard at every map. */
export function guarded(value: unknown, keep: Keep, path: string): unknown {
  return guardedAt(value, keep, path, undefined, undefined);
}

function guardedAt(
  value: unknown,
  keep: Keep,
  path: string,
  parent: unknown,
  grandparent: unknown,
): unknown {
  if (keep === WHOLE) return value;
  if (keep instanceof Cut) {
    const key = path.slice(path.lastIndexOf(".") + 1);
    return guardedAt(keep.change(value, key), keep.of, path, parent, grandparent);
  }
  if (isKeepList(keep)) {
    const [item] = keep;
    return Array.isArray(value)
      ? value.map((one) => guardedAt(one, item, `${path}[]`, value, parent))
      : undefined;
  }
  return guardedMap(value, keep, path, parent, grandparent);
}

function guardedMap(
  value: unknown,
  keep: KeepMap,
  path: string,
  parent: unknown,
  grandparent: unknown,
): unknown {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  // Of lists every item counts: what is no map stays as an empty one.
  if (!isMap && !path.endsWith("[]")) return undefined;
  const map: Readonly<Record<string, unknown>> = isMap ? (value as Record<string, unknown>) : {};
  const others = othersOf(keep);
  const chosen = others?.keys?.(parent, grandparent);
  const isDeclared = (key: string): boolean =>
    Object.hasOwn(keep, key) || (others !== undefined && (chosen?.has(key) ?? true));
  const entries = Object.keys(map)
    .filter((key) => key !== "__proto__" && isDeclared(key))
    .map((key) => {
      const inner = Object.hasOwn(keep, key) ? keep[key] : others?.keep;
      return [key, guardedAt(map[key], inner ?? WHOLE, `${path}.${key}`, map, parent)] as const;
    })
    .filter(([, item]) => item !== undefined);
  const check = (key: string | symbol): void => {
    if (typeof key === "string" && !isDeclared(key)) throw new UndeclaredRead(`${path}.${key}`);
  };
  return new Proxy(Object.fromEntries(entries), {
    get: (target, key) => {
      check(key);
      return Reflect.get(target, key) as unknown;
    },
    has: (target, key) => {
      check(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor: (target, key) => {
      check(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
}

const KEYS = Object.keys(RESOURCES) as (keyof typeof RESOURCES)[];

function guardObject(keeps: Keeps, { group, plural }: Resource): (object: RawObject) => RawObject {
  const key = KEYS.find(
    (one) => RESOURCES[one].plural === plural && RESOURCES[one].group === group,
  );
  const declared = key && keeps[key];
  if (!declared) throw new UndeclaredRead(plural);
  const keep = unionOfMaps(IDENTITY, declared);
  return (object) => guarded(object, keep, plural) as RawObject;
}

/** A source whose answers are guarded by what one fact declares. */
function guardedSource(source: FactSource, keeps: Keeps): FactSource {
  const all =
    (resource: Resource) =>
    (objects: RawObject[]): RawObject[] =>
      objects.map(guardObject(keeps, resource));
  const guardedAnswer =
    (ask: FactSource["debug"]): FactSource["debug"] =>
    async (target, path) => {
      const keep = (keeps as Record<string, Keep | undefined>)[path];
      if (keep === undefined) throw new UndeclaredRead(path);
      return mapGathered(await ask(target, path), (body) => guarded(body, keep, path));
    };
  return {
    settings: source.settings,
    connect: () => source.connect(),
    list: async (resource, options) =>
      mapGathered(await source.list(resource, options), all(resource)),
    listWhereAllowed: async (resource, options) =>
      mapGathered(await source.listWhereAllowed(resource, options), all(resource)),
    listAgain: async (resource, options) =>
      mapGathered(await source.listAgain(resource, options), all(resource)),
    get: async (resource, namespace, name) =>
      mapGathered(await source.get(resource, namespace, name), guardObject(keeps, resource)),
    expectDebug: () => source.expectDebug(),
    debug: guardedAnswer((target, path) => source.debug(target, path)),
    debugAgain: guardedAnswer((target, path) => source.debugAgain(target, path)),
    fact: (key) => source.fact(key),
    elsewhere: (key) => source.elsewhere(key),
  };
}

/** The fact, reading guarded objects. */
export function guardedFact<K extends FactKey>(
  read: FactReader<K>,
  keeps: Keeps,
): { read: FactReader<K> } {
  return { read: (source) => read(guardedSource(source, keeps)) };
}

/** Every fact, each reading objects that are guarded by what it declares. */
export const GUARDED_FACTS = Object.fromEntries(
  Object.values(FACTS).map(({ key, keeps, read }) => [
    key,
    guardedFact(read as FactReader<FactKey>, keeps),
  ]),
) as unknown as FactReaders;
