import { defined } from "../lib/defined.ts";
import { CHECKS } from "../checks/index.ts";
import { CONNECTION } from "../lib/connection.ts";
import type { AnyCheck } from "../model/check.ts";
import type { FactKey } from "../model/facts.ts";
import type { ClusterReader } from "../model/reader.ts";
import type { Report } from "../model/report.ts";
import { VERSION } from "../version.ts";
import { aliasesOf } from "./aliases.ts";
import { applicable } from "./applies.ts";
import { artifactsOf, RunArtifacts } from "./artifacts.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { LogsWhen } from "./logs/index.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { buildReport } from "./report.ts";
import { annotateCauses } from "./root-causes.ts";
import { runChecks } from "./run-checks.ts";

export interface CheckRequest extends GatherOptions {
  precheck: boolean;
  /** Ids of the checks to run; absent: all. `connection` always runs. */
  only?: ReadonlySet<string>;
  /** Ids of checks to leave out. */
  skip?: ReadonlySet<string>;
  /** Whether logs are read: where they may explain a fault (if absent), always, or never. */
  logs?: LogsWhen;
}

/** The checks of a request, in the order of reports. */
function selectChecks({ only, skip }: CheckRequest): AnyCheck[] {
  return CHECKS.filter(
    ({ id }) => id === CONNECTION || ((only?.has(id) ?? true) && !skip?.has(id)),
  );
}

function factsOf(checks: readonly AnyCheck[], precheck: boolean): Set<FactKey> {
  const run = applicable(checks, { precheck });
  return new Set([
    ...run.flatMap(({ needs, uses }) => [...needs, ...uses]),
    ...artifactsOf(run).flatMap(({ uses }) => uses),
  ]);
}

/** A report with what it was made from. */
export interface Examined {
  report: Report;
  clusters: readonly GatheredCluster[];
}

/**
 * Reads all clusters at once and judges them. Never rejects for what a cluster does. The readers
 * stay open: who opened them closes them.
 */
export async function check(
  readers: readonly ClusterReader[],
  request: CheckRequest,
): Promise<Report> {
  return (await examine(readers, request)).report;
}

/** The same, with what was read of the clusters. */
export async function examine(
  readers: readonly ClusterReader[],
  request: CheckRequest,
): Promise<Examined> {
  const startedAt = Date.now();
  const start = performance.now();
  const { logs: when = "auto", precheck, ...options } = request;
  const checks = selectChecks(request);
  const facts = factsOf(checks, precheck);
  const artifacts = new RunArtifacts(artifactsOf(checks));
  const clusters = await gather(readers, facts, {
    ...options,
    onStart: (sources) => artifacts.begin(sources, facts),
  });
  await artifacts.finish(clusters, withoutAliases(clusters));
  const revision = defined({ revision: request.revision });
  const judge = (seen: readonly GatheredCluster[], derived: RunArtifacts): Report => {
    const results = runChecks(checks, seen, { precheck, artifacts: derived, ...revision });
    const durationMs = performance.now() - start;
    const { clusters: ofClusters, mesh } = results;
    const parts = { version: VERSION, startedAt, durationMs, precheck, clusters: ofClusters, mesh };
    return annotateCauses(buildReport(parts), checks);
  };
  const report = judge(clusters, artifacts);
  if (when === "never" || (when === "auto" && report.outcome === "pass")) {
    return { report, clusters };
  }
  const { explainByLogs } = await import("./logs/index.ts");
  const explained = await explainByLogs(
    { report, clusters },
    readers,
    { when, ...revision },
    (seen) => judge(seen, artifacts.of(withoutAliases(seen))),
  );
  const durationMs = Math.round(performance.now() - start);
  return { report: { ...explained, durationMs }, clusters };
}

/** Each cluster once, whatever contexts lead to it. */
function withoutAliases(clusters: readonly GatheredCluster[]): GatheredCluster[] {
  const aliases = new Set(aliasesOf(clusters).map(({ cluster }) => cluster));
  return clusters.filter((cluster) => !aliases.has(cluster));
}
