import * as fc from "fast-check";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Gathered } from "../../src/model/gathered.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import type { FactReaders } from "../../src/model/source.ts";
import { answers, object } from "./arbitrary.ts";
import type { Json } from "./pods.ts";

const FACT_KEYS = Object.keys(FACTS) as FactKey[];

export type AllFacts = Record<string, Gathered<unknown>>;

/** Every fact of the first cluster of a run. */
export async function allFacts(
  [first, ...others]: readonly [ClusterReader, ...ClusterReader[]],
  readers: FactReaders = FACTS,
): Promise<AllFacts> {
  const settings = { dumps: true };
  const source = new ClusterSource(first, settings, readers);
  source.peers = others.map((other) => new ClusterSource(other, settings, readers));
  const entries = FACT_KEYS.map(async (key) => [key, await source.fact(key)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** What one cluster holds: no two objects of a kind with the same name. */
export const contents = fc.record({
  objects: fc.uniqueArray(object, {
    minLength: 1,
    maxLength: 6,
    selector: ({ kind, metadata }) => JSON.stringify([kind, (metadata as Json)["name"]]),
  }),
  bodies: fc.record(answers),
});

export type Contents = typeof contents extends fc.Arbitrary<infer C> ? C : never;

/** Each debug answer, given by every object that may be a pod. */
export function debugOf({ objects, bodies }: Contents): Record<string, unknown> {
  return Object.fromEntries(
    objects.flatMap(({ metadata }) =>
      [15_000, 15_014].flatMap((port) =>
        Object.entries(bodies).map(([path, body]) => [
          `istio-system/${String((metadata as Json)["name"])}:${port}${path}`,
          body,
        ]),
      ),
    ),
  );
}
