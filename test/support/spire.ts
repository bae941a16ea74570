import type { RawObject } from "../../src/model/reader.ts";
import { certificateMaker } from "./mesh/certificates.ts";
import { type ClusterFixture, find } from "./mesh/cluster.ts";
import type { KubeObject } from "./mesh/objects.ts";
import { SCENARIOS } from "./mesh/scenarios.ts";

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
  return (fixture) => alter(find(fixture, kind, name) as unknown as Json);
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
  return fixture.objects as unknown as RawObject[];
}
