import { check, type CheckRequest } from "../../src/engine/check.ts";
import type { RawObject } from "../../src/model/reader.ts";
import type { Finding, Report, Result } from "../../src/model/report.ts";
import { certificateMaker } from "./mesh/certificates.ts";
import { type ClusterFixture, find } from "./mesh/cluster.ts";
import type { KubeObject } from "./mesh/objects.ts";
import { SCENARIOS } from "./mesh/scenarios.ts";
import { MemoryReader } from "./source.ts";

/*
 * Runs over scenarios in memory, each with one thing changed: no files, no servers.
 */

const MADE = new Map<string, Promise<ClusterFixture[]>>();

/** The clusters of a scenario, to be changed at will; certificates are made once. */
export async function clustersOf(scenario: string): Promise<[ClusterFixture, ClusterFixture]> {
  const made = MADE.get(scenario) ?? SCENARIOS[scenario]?.(certificateMaker);
  if (!made) throw new Error(`no scenario is called ${scenario}`);
  MADE.set(scenario, made);
  const [first, second] = structuredClone(await made);
  if (!first || !second) throw new Error(`${scenario} has no two clusters`);
  return [first, second];
}

/** What `mc check` finds in clusters in memory. */
export async function reportOfFixtures(
  clusters: readonly ClusterFixture[],
  request: Partial<CheckRequest> = {},
): Promise<Report> {
  const readers = clusters.map(({ objects, debug, spec }) => {
    const bodies = Object.entries(debug).map(
      ([path, body]) => [path.replace(/^([^/]+\/[^/]+)\/(\d+)/, "$1:$2"), body] as const,
    );
    return new MemoryReader(
      {
        objects: objects.map((object): RawObject => ({ ...object })),
        debug: Object.fromEntries(bodies),
      },
      spec.context,
    );
  });
  return check(readers, { precheck: false, concurrency: 8, ...request });
}

/** All results of a report by `CONTEXT/id`, or the id of a check across clusters. */
export function resultsOf({ clusters, mesh }: Report): Map<string, Result> {
  return new Map([
    ...clusters.flatMap(({ context, checks }) =>
      checks.map((result) => [`${context}/${result.id}`, result] as const),
    ),
    ...mesh.map((result) => [result.id as string, result] as const),
  ]);
}

/** `cluster1/eastwest-service fail`: every result that is a fault. */
export function faultsOf(report: Report): string[] {
  return [...resultsOf(report)].flatMap(([name, { status }]) =>
    ["warn", "fail", "error"].includes(status) ? [`${name} ${status}`] : [],
  );
}

/** Every finding that is a fault. */
export function faultFindings(report: Report): Finding[] {
  return [...resultsOf(report).values()].flatMap(({ findings }) =>
    findings.filter(({ severity }) => ["warn", "fail", "error"].includes(severity)),
  );
}

/** The value of a path of an object, to be changed. */
export function part(object: KubeObject, ...path: string[]): Record<string, unknown> {
  let current = object as unknown as Record<string, unknown>;
  for (const key of path) current = current[key] as Record<string, unknown>;
  return current;
}

/** The kubeconfig that a remote secret holds, as recordings keep it. */
export function kubeconfigIn(fixture: ClusterFixture, cluster: string): Record<string, unknown> {
  return part(find(fixture, "Secret", `istio-remote-secret-${cluster}`), "data", cluster);
}

/** What the istiod of a cluster answers at a debug path, to be changed. */
export function answerOf(fixture: ClusterFixture, path: string): unknown {
  const key = debugKeyOf(fixture, path);
  return fixture.debug[key];
}

export function debugKeyOf({ debug }: ClusterFixture, path: string): string {
  const key = Object.keys(debug).find((one) => one.endsWith(path));
  if (key === undefined) throw new Error(`nothing answers ${path}`);
  return key;
}
