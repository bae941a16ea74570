import { check } from "../../src/engine/check.ts";
import { defined } from "../../src/lib/defined.ts";
import type { Finding } from "../../src/model/report.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { certificateMaker } from "./mesh/certificates.ts";
import { type ClusterFixture, find } from "./mesh/cluster.ts";
import type { KubeObject } from "./mesh/objects.ts";
import { SCENARIOS } from "./mesh/scenarios.ts";

import { type MemoryContents, MemoryReader } from "./source.ts";

/*
 * Clusters with SPIRE in memory, for tests that change one thing of them.
 */

const made = new Map<string, Promise<ClusterFixture[]>>();

/** The clusters of a scenario with SPIRE; the caller may change them. Certificates are made once. */
export async function spireClusters(scenario = "spire"): Promise<ClusterFixture[]> {
  const known = made.get(scenario) ?? SCENARIOS[scenario]?.(certificateMaker);
  if (!known) throw new Error(`no scenario is called ${scenario}`);
  made.set(scenario, known);
  return structuredClone(await known);
}

/** The same object under a name that tests change it by. */
export type Change = (fixture: ClusterFixture) => void;

type Json = Record<string, unknown>;

/** Changes an object of a fixture by its kind and name. */
export function change(kind: string, name: string, alter: (object: Json) => void): Change {
  return (fixture) => alter(find(fixture, kind, name));
}

/** Takes away the objects that are meant. */
export function without(isMeant: (object: KubeObject) => boolean): Change {
  return (fixture) => {
    fixture.objects = fixture.objects.filter((object) => !isMeant(object));
  };
}

/** The text of a ConfigMap's key is what `alter` makes of it. */
export function config(name: string, key: string, alter: (text: string) => string): Change {
  return change("ConfigMap", name, (object) => {
    const data = object["data"] as Record<string, string>;
    data[key] = alter(data[key] ?? "");
  });
}

export function rawObjects(fixture: ClusterFixture): RawObject[] {
  return fixture.objects;
}

const IDS = ["spire", "spire-registration", "spire-bundle", "spire-trust"] as const;
type Id = (typeof IDS)[number];

/** What a test changes of the first of two clusters. */
export interface SpireCase {
  changes?: readonly Change[];
  /** Of the second one. */
  elsewhere?: readonly Change[];
  refuse?: MemoryContents["refuse"];
  debug?: MemoryContents["debug"];
  /** Only the first cluster is checked. */
  alone?: boolean;
  scenario?: string;
}

/** What the four checks of SPIRE say, by their ids; of a check of each cluster what it says of both. */
export async function spireFindings(given: SpireCase = {}): Promise<Record<Id, Finding[]>> {
  const fixtures = await spireClusters(given.scenario);
  const readers = fixtures.slice(0, given.alone ? 1 : 2).map((fixture, index) => {
    const changes = index === 0 ? given.changes : given.elsewhere;
    for (const one of changes ?? []) one(fixture);
    const { refuse, debug } = index === 0 ? given : {};
    const contents = { objects: rawObjects(fixture), ...defined({ refuse, debug }) };
    return new MemoryReader(contents, fixture.spec.context);
  });
  const { clusters, mesh } = await check(readers, {
    precheck: false,
    concurrency: 4,
    only: new Set(IDS),
  });
  const results = [...clusters.flatMap(({ checks }) => checks), ...mesh];
  const of = (id: Id): Finding[] =>
    results.filter((one) => one.id === id).flatMap(({ findings }) => findings);
  return Object.fromEntries(IDS.map((id) => [id, of(id)])) as Record<Id, Finding[]>;
}

/** `fail: message`, for each finding that is not fine. */
export function lines(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity }) => severity !== "pass")
    .map(({ severity, message }) => `${severity}: ${message}`);
}
