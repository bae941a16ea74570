import type { ClusterFixture } from "./mesh/cluster.ts";
import { find } from "./mesh/cluster.ts";
import type { KubeObject } from "./mesh/objects.ts";
import { type CertificateMaker, SCENARIOS } from "./mesh/scenarios.ts";
import { MemoryReader } from "./source.ts";

/*
 * The scenario global-services in memory, changed as a test wants it: faults of services one by one.
 */

const none = { intermediate: "", roots: "" };
const all = (names: readonly string[]) =>
  Promise.resolve(Object.fromEntries(names.map((name) => [name, none])));

/** Who is not asked about certificates needs none. */
const WITHOUT_CERTIFICATES: CertificateMaker = {
  shared: all,
  separate: all,
  rotating: all,
  halfRotated: all,
  spire: () => Promise.reject(new Error("the scenario has no SPIRE")),
};

export type Change = (first: ClusterFixture, second: ClusterFixture) => void;

function readerOf({ spec, objects, debug }: ClusterFixture): MemoryReader {
  const bodies = Object.entries(debug).map(
    ([path, body]) => [path.replace(/^([^/]+\/[^/]+)\/(\d+)/, "$1:$2"), body] as const,
  );
  const reader = new MemoryReader({ objects, debug: Object.fromEntries(bodies) }, spec.context);
  return Object.assign(reader, { contextArgument: spec.context });
}

/** cluster1 and cluster2 with shared services of every kind, changed. */
export async function globalServices(...changes: Change[]): Promise<MemoryReader[]> {
  const [first, second] = (await SCENARIOS["global-services"]?.(WITHOUT_CERTIFICATES)) ?? [];
  if (!first || !second) throw new Error("two clusters were expected");
  for (const change of changes) change(first, second);
  return [readerOf(first), readerOf(second)];
}

/** Takes objects away. */
export function remove(
  fixture: ClusterFixture,
  which: (object: KubeObject) => boolean | undefined,
): void {
  fixture.objects = fixture.objects.filter((object) => !which(object));
}

export function labelsOf(
  fixture: ClusterFixture,
  kind: string,
  name: string,
): Record<string, string> {
  const { metadata } = find(fixture, kind, name);
  metadata.labels ??= {};
  return metadata.labels;
}

export function annotationsOf(
  fixture: ClusterFixture,
  kind: string,
  name: string,
): Record<string, string> {
  const { metadata } = find(fixture, kind, name);
  metadata.annotations ??= {};
  return metadata.annotations;
}

/** The spec, or another part, of an object. */
export function part(
  fixture: ClusterFixture,
  kind: string,
  name: string,
  key = "spec",
): Record<string, unknown> {
  const object = find(fixture, kind, name);
  object[key] ??= {};
  return object[key] as Record<string, unknown>;
}
