import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterReader } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { openTree } from "../../src/readers/directory.ts";
import { compare, type InputTree } from "../../src/readers/directory/input.ts";
import { record } from "../../src/readers/record.ts";
import { allFacts, type AllFacts, contents, type Contents, debugOf } from "../support/all-facts.ts";
import { liveClusters, recordedClusters, SCENARIO_NAMES } from "../support/scenario.ts";
import { MemoryReader } from "../support/source.ts";

type Cluster = readonly [ClusterReader, ...ClusterReader[]];

function cluster([first, ...others]: readonly ClusterReader[]): Cluster {
  if (!first) throw new Error("no cluster");
  return [first, ...others];
}

/** Files in memory, as a directory. */
function tree(files: ReadonlyMap<string, string>): InputTree {
  const paths = [...files.keys()].toSorted(compare);
  return {
    name: "memory",
    label: "memory",
    paths,
    read: async (wanted, use) => {
      for (const path of paths.filter(wanted)) {
        await use(path, chunksOf(files.get(path) ?? ""));
      }
    },
  };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

interface Reading {
  facts: AllFacts;
  /** What was recorded while they were read. */
  snapshot: AllFacts;
}

/** The facts of a cluster, and those of its recordings. */
async function readAndRecord(readers: Cluster): Promise<Reading> {
  const recorders = readers.map((reader) => record(reader));
  const facts = await allFacts(cluster(recorders.map(({ reader }) => reader)));
  const files = recorders.flatMap((recorder, position) =>
    [...recorder.files(position)].map(({ path, text }) => [`${position}/${path}`, text] as const),
  );
  const snapshot = await allFacts(cluster(await openTree(tree(new Map(files)))));
  return { facts, snapshot };
}

/** What `kubectl get -A -o yaml` prints of every type, and debug answers beside it. */
function dumpOf(one: Contents): ReadonlyMap<string, string> {
  const lists = Object.values(RESOURCES).map(({ group, versions, kind, plural }) => {
    const apiVersion = group ? `${group}/${versions[0]}` : versions[0];
    const items = one.objects.filter(
      (object) => object["kind"] === kind && object["apiVersion"] === apiVersion,
    );
    const list = { apiVersion, kind: `${kind}List`, items };
    return [`${plural}.${group}.json`, JSON.stringify(list)] as const;
  });
  const debug = Object.entries(debugOf(one)).map(([place, body]) => {
    const path = place.replace(":", "/").replace(/^([^/]+\/[^/]+\/\d+)/, "debug/$1");
    return [`${path}.json`, JSON.stringify(body ?? null)] as const;
  });
  return new Map([...lists, ...debug]);
}

/** Each reader has its own way to say what it was asked for in vain. */
function withoutWording(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWording);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map || value instanceof Set) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "request" && key !== "detail");
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutWording(item)]));
}

/** A plain directory does not say who was connected. */
function comparable(facts: AllFacts): unknown {
  return withoutWording(
    Object.fromEntries(Object.entries(facts).filter(([key]) => key !== "connection")),
  );
}

describe("a recording gives the same facts as the cluster", () => {
  it.each(SCENARIO_NAMES)("of scenario %s: live, snapshot and directory", async (name) => {
    const live = await liveClusters(name);
    try {
      const { facts, snapshot } = await readAndRecord(cluster(live.readers));
      expect(snapshot).toEqual(facts);
      const directory = await allFacts(cluster(await recordedClusters(name)));
      expect(directory).toEqual(snapshot);
    } finally {
      await live.close();
    }
  });

  it("whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(contents, contents, async (...both) => {
        // What JSON does not have comes from no cluster.
        const held = JSON.parse(JSON.stringify(both)) as [Contents, Contents];
        const readers = held.map(
          (one) => new MemoryReader({ objects: one.objects, debug: debugOf(one) }),
        );
        const { facts, snapshot } = await readAndRecord(cluster(readers));
        expect(withoutWording(snapshot)).toEqual(withoutWording(facts));
        const directories = await Promise.all(held.map((one) => openTree(tree(dumpOf(one)))));
        const directory = await allFacts(cluster(directories.flat()));
        expect(comparable(directory)).toEqual(comparable(snapshot));
      }),
      { numRuns: 150, seed: 20_260_115 },
    );
  });
});
