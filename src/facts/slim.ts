import { RESOURCES, type Resource } from "../model/resource.ts";
import type { RawObject } from "../model/reader.ts";
import type { Keeps } from "./fact.ts";
import { FACTS } from "./index.ts";
import {
  type Closer,
  type Keep,
  type Keeper,
  keeper,
  type KeepMap,
  union,
  unionOfMaps,
} from "./keep.ts";
import { IDENTITY, NAME_ONLY } from "./keep-objects.ts";

/*
 * What all facts together read of each resource and of each debug answer, and nothing else: applied
 * to every object as it arrives, and before it is recorded. Each function takes anything, is
 * idempotent, and leaves every fact as it would be on the whole object.
 */

const DECLARED: readonly Keeps[] = Object.values(FACTS).map(({ keeps }) => keeps);
const typeOf = ({ group, plural }: Resource): string => `${group}/${plural}`;
const KEYS = new Map(
  (Object.keys(RESOURCES) as (keyof typeof RESOURCES)[]).map((key) => [
    typeOf(RESOURCES[key]),
    key,
  ]),
);

const mapsOf = (keeps: Keeps, key: keyof typeof RESOURCES): KeepMap[] => {
  const map: KeepMap | undefined = keeps[key];
  return map ? [map] : [];
};

/** What is kept of the objects of a resource; nothing for one that is not read. */
export function keptObjects(resource: Resource): KeepMap | undefined {
  const key = KEYS.get(typeOf(resource));
  return key && DECLARED.flatMap((keeps) => mapsOf(keeps, key)).reduce(unionOfMaps, IDENTITY);
}

/** What is kept of debug answers, by their path: `/debug/license`. */
export const KEPT_ANSWERS: ReadonlyMap<string, Keep> = keptAnswers();

function keptAnswers(): Map<string, Keep> {
  const kept = new Map<string, Keep>();
  for (const keeps of DECLARED) {
    for (const [path, keep] of Object.entries(keeps) as [string, Keep][]) {
      if (!path.startsWith("/")) continue;
      const known = kept.get(path);
      kept.set(path, known === undefined ? keep : union(known, keep));
    }
  }
  return kept;
}

type Slim = (object: RawObject) => RawObject;

const slimmer =
  (keep: Keeper): Slim =>
  (object) =>
    (keep(object) ?? {}) as RawObject;

/** What no fact reads. */
const slimName: Slim = slimmer(keeper(NAME_ONLY));

/** By resource, the function that leaves what facts read; `closer` looks at it for a recording. */
export function slimmers(closer?: Closer): (resource: Resource) => Slim {
  // Made when first asked for: a run reads few of all resources.
  const made = new Map<string, Slim>();
  return (resource) => {
    const type = typeOf(resource);
    let slim = made.get(type);
    if (!slim) {
      const keep = keptObjects(resource);
      slim = keep ? slimmer(keeper(keep, closer)) : slimName;
      made.set(type, slim);
    }
    return slim;
  };
}

/** The function for a resource that mc reads, for readers and recorders. */
export const slimFor = slimmers();

/**
 * The same for debug answers, by their path with or without a slash in front; nothing for a path that
 * no fact reads.
 */
export function answerSlimmers(closer?: Closer): (path: string) => Keeper | undefined {
  const made = new Map<string, Keeper>();
  return (path) => {
    const full = path.startsWith("/") ? path : `/${path}`;
    const declared = KEPT_ANSWERS.get(full);
    const keep = made.get(full) ?? (declared && keeper(declared, closer));
    if (keep) made.set(full, keep);
    // What is of another type than facts read is a fault that they report; it is of no other use.
    return keep && ((answer) => keep(answer) ?? {});
  };
}

export const slimAnswer = answerSlimmers();
