import { defined } from "../lib/defined.ts";
import { CHECKS } from "../checks/index.ts";
import { CONNECTION } from "../lib/connection.ts";
import { PROBE_FACTS } from "../mesh/probe/targets.ts";
import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { ProbeReport } from "../model/probe.ts";
import type { FactKey } from "../model/facts.ts";
import type { ClusterReader } from "../model/reader.ts";
import type { FailOn, MeshKind, Report } from "../model/report.ts";
import { VERSION } from "../version.ts";
import { withoutAliases } from "./aliases.ts";
import { isKindGuessed, meshKinds } from "../mesh/kind.ts";
import { applicable } from "./applies.ts";
import { artifactsOf, RunArtifacts } from "./artifacts.ts";
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
  /** Checks beside those of `mc`, after them. */
  own?: readonly AnyCheck[];
  /** Whether logs are read: where they may explain a fault (if absent), always, or never. */
  logs?: LogsWhen;
  /** What makes the run fail, as the report says; absent: `fail`. */
  failOn?: FailOn;
  /** What is read besides: for commands that a recording also serves. */
  also?: readonly FactKey[];
  /** Tries to connect, once the clusters were read; it does not reject. */
  probe?: (clusters: readonly GatheredCluster[]) => Promise<ProbeReport>;
}

/** The checks of a request, in the order of reports. */
function selectChecks({ only, skip, own = [] }: CheckRequest): AnyCheck[] {
  return [...CHECKS, ...own].filter(
    ({ id }) => id === CONNECTION || ((only?.has(id) ?? true) && !skip?.has(id)),
  );
}

/** What tells which kind of mesh it is. */
const TELLING: readonly FactKey[] = ["istiods", "gateways", "services", "remoteSecrets"];

function factsOf(checks: readonly AnyCheck[], precheck: boolean, mode?: MeshKind): Set<FactKey> {
  const run = applicable(checks, { precheck, ...(mode && { kinds: new Set([mode]) }) });
  const tells = mode === undefined && run.some(({ meshKind }) => meshKind !== undefined);
  return new Set([
    ...(tells ? TELLING : []),
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
  const { logs: when = "auto", ...options } = request;
  const checks = selectChecks(request);
  const { precheck, mode } = request;
  const facts = new Set([
    ...factsOf(checks, precheck, mode),
    ...(request.probe ? PROBE_FACTS : []),
    ...(request.also ?? []),
  ]);
  const artifacts = new RunArtifacts(artifactsOf(checks));
  const clusters = await gather(readers, facts, {
    ...options,
    onStart: (sources) => artifacts.begin(sources, facts),
  });
  const kinds = mode === undefined ? meshKinds(clusters) : new Set([mode]);
  const probing = request.probe?.(clusters);
  await artifacts.finish(clusters, withoutAliases(clusters));
  const { revision, failOn } = request;
  const judge = (seen: readonly GatheredCluster[], derived: RunArtifacts): Report => {
    const run = {
      precheck,
      kinds,
      isKindGuessed: mode === undefined && isKindGuessed(clusters),
      artifacts: derived,
      ...defined({ revision }),
    };
    const { clusters: results, mesh } = runChecks(checks, seen, run);
    return annotateCauses(
      buildReport({
        version: VERSION,
        startedAt,
        durationMs: performance.now() - start,
        precheck,
        ...defined({ failOn }),
        unpaged: new Set(request.own?.map(({ id }) => id)),
        clusters: results,
        mesh,
      }),
      checks,
    );
  };
  const explain = async (judged: Examined): Promise<Report> => {
    const { explainByLogs } = await import("./logs/index.ts");
    return explainByLogs(judged, readers, { when, ...defined({ revision }) }, (seen) =>
      judge(seen, artifacts.of(withoutAliases(seen))),
    );
  };
  const first = judge(clusters, artifacts);
  const needsLogs = when === "always" || (when === "auto" && first.outcome !== "pass");
  const explained = needsLogs ? await explain({ report: first, clusters }) : first;
  const probe = await probing;
  const report = { ...explained, durationMs: Math.round(performance.now() - start) };
  return { report: probe ? { ...report, probe } : report, clusters };
}
