import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { load } from "js-yaml";
import type { RawObject } from "../../src/model/reader.ts";
import { HOSTILE } from "../reporters/reports.ts";
import { anything, object } from "./arbitrary.ts";
import { clusterDirectories } from "./scenario.ts";
import { MemoryReader } from "./source.ts";

/*
 * Meshes as they are recorded, with anything in place of some of their parts: close enough to real
 * ones that every check gets to judge them.
 */

/** Does something in a shell that takes it for a command. */
const COMMANDS: readonly string[] = [
  "$(touch hostile)",
  "`touch hostile`",
  "'; touch hostile; '",
  '"; touch hostile; "',
  "x\ntouch hostile\n",
  "\\'; touch hostile #",
  "--kubeconfig=touch hostile",
  "EOF\ntouch hostile\nEOF",
];

const MARKUP: readonly string[] = [
  "<hostile onload=alert(1)>",
  "]]><hostile/>",
  "&hostile;",
  "[hostile](javascript:alert(1))",
  '" onmouseover="hostile',
];

export const TEXTS: readonly string[] = [...HOSTILE, ...COMMANDS, ...MARKUP];

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "binary", maxLength: 20 }));

/** Keys that belong to every object's prototype, as JSON makes them: its own. */
const polluted = fc.constantFrom<unknown>(
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  JSON.parse('[{"__proto__": null}]'),
);

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(undefined, null, true, 0, -1, 1e308, [], {}) },
  { weight: 2, arbitrary: anything },
  { weight: 1, arbitrary: polluted },
  { weight: 1, arbitrary: text.map((part) => ({ [part]: part })) },
);

/** Where something is replaced: which child at each step, as far down as there are any. */
const change = fc.record({
  object: fc.nat(),
  path: fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 10 }),
  value,
});

type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

interface Recorded {
  objects: RawObject[];
  debug: Record<string, unknown>;
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function read(directory: string): Recorded {
  const objects = filesBelow(join(directory, "objects")).map(
    (file) => load(readFileSync(file, "utf8")) as RawObject,
  );
  const root = join(directory, "debug");
  const debug = Object.fromEntries(
    filesBelow(root).map((file) => {
      const [namespace, pod, port, ...path] = file.slice(root.length + 1).split("/");
      const key = `${namespace}/${pod}:${port}/${path.join("/").replace(/\.json$/, "")}`;
      return [key, JSON.parse(readFileSync(file, "utf8")) as unknown];
    }),
  );
  return { objects, debug };
}

const recordings = new Map<string, Recorded[]>();

function recordingsOf(scenario: string): Recorded[] {
  const known = recordings.get(scenario) ?? clusterDirectories(scenario).map(read);
  recordings.set(scenario, known);
  return known;
}

function applied(root: unknown, { path, value: replaced }: Change): void {
  let parent = root as Record<string, unknown>;
  for (const [index, step] of path.entries()) {
    const keys = Object.keys(parent);
    const key = keys[step % keys.length];
    if (key === undefined) return;
    const child = parent[key];
    const isLeaf = typeof child !== "object" || child === null;
    if (isLeaf || index === path.length - 1) {
      if (replaced !== undefined) parent[key] = replaced;
      else if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return;
    }
    parent = child as Record<string, unknown>;
  }
}

/** One cluster of the scenario, changed. Its context may be anything, too. */
function reader({ objects, debug }: Recorded, changes: readonly Change[], context: string) {
  const contents = structuredClone({ objects, debug });
  const all: unknown[] = [...contents.objects, ...Object.values(contents.debug)];
  for (const one of changes) applied(all[one.object % all.length], one);
  const made = new MemoryReader(contents, context);
  // Thousands of lines of a counterexample help nobody: it is known by its seed.
  return Object.assign(made, { contextArgument: context, [fc.toStringMethod]: () => context });
}

const contexts = fc.uniqueArray(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("a", "b", "c") },
    { weight: 1, arbitrary: text.filter((name) => name !== "") },
  ),
  { minLength: 2, maxLength: 2 },
);

const changed: fc.Arbitrary<MemoryReader[]> = fc
  .record({
    scenario: fc.constantFrom("healthy", "flat-network", "nodeport", "broken", "two-revisions"),
    changes: fc.tuple(fc.array(change, { maxLength: 40 }), fc.array(change, { maxLength: 20 })),
    contexts,
  })
  .map(({ scenario, changes, contexts: names }) =>
    recordingsOf(scenario)
      .slice(0, 2)
      .map((recorded, index) => reader(recorded, changes[index] ?? [], names[index] ?? "x")),
  );

/** Objects of the kinds that mc reads, made up from nothing. */
const madeUp: fc.Arbitrary<MemoryReader[]> = fc
  .record({
    clusters: fc.tuple(
      fc.record({ objects: fc.array(object, { maxLength: 12 }), body: anything }),
      fc.record({ objects: fc.array(object, { maxLength: 12 }), body: anything }),
    ),
    contexts,
  })
  .map(({ clusters, contexts: names }) =>
    clusters.map(({ objects, body }, index) => {
      const debug = Object.fromEntries(
        ["15014/debug/license", "15014/debug/syncz", "15000/config_dump"].map((path) => [
          `istio-system/istiod:${path}`,
          body,
        ]),
      );
      return reader({ objects, debug }, [], names[index] ?? "x");
    }),
  );

/** Two clusters that hold anything. */
export const mesh: fc.Arbitrary<MemoryReader[]> = fc.oneof(
  { weight: 3, arbitrary: changed },
  { weight: 1, arbitrary: madeUp },
);
