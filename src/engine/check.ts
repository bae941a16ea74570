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
import { aliasesOf } from "./aliases.ts";
import { meshKinds } from "../mesh/kind.ts";
import { applicable } from "./applies.ts";
import { artifactsOf, RunArtifacts } from "./artifacts.ts";
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
  /** What makes the run fail, as the report says; absent: `fail`. */
  failOn?: FailOn;
  /** Tries to connect, once the clusters were read; it does not reject. */
  probe?: (clusters: readonly GatheredCluster[]) => Promise<ProbeReport>;
}

/** The checks of a request, in the order of reports. */
function selectChecks({ only, skip }: CheckRequest): AnyCheck[] {
  return CHECKS.filter(
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

/** Everything that some check reads: what a recording must hold. */
export function recordedFacts(): Set<FactKey> {
  return factsOf(CHECKS, false);
}

/**
 * Reads all clusters at once and judges them. Never rejects for what a cluster does. The readers
 * stay open: who opened them closes them.
 */
export async function check(
  readers: readonly ClusterReader[],
  request: CheckRequest,
): Promise<Report> {
  const startedAt = Date.now();
  const start = performance.now();
  const checks = selectChecks(request);
  const { precheck, mode } = request;
  const facts = new Set([
    ...factsOf(checks, precheck, mode),
    ...(request.probe ? PROBE_FACTS : []),
  ]);
  const artifacts = new RunArtifacts(artifactsOf(checks));
  const clusters = await gather(readers, facts, {
    ...request,
    onStart: (sources) => artifacts.begin(sources, facts),
  });
  const kinds = mode === undefined ? meshKinds(clusters) : new Set([mode]);
  const probing = request.probe?.(clusters);
  const aliases = new Set(aliasesOf(clusters).map(({ cluster }) => cluster));
  await artifacts.finish(
    clusters,
    clusters.filter((cluster) => !aliases.has(cluster)),
  );
  const { clusters: results, mesh } = runChecks(checks, clusters, {
    precheck,
    kinds,
    artifacts,
    ...defined({ revision: request.revision }),
  });
  const probe = await probing;
  const report = annotateCauses(
    buildReport({
      version: VERSION,
      startedAt,
      durationMs: performance.now() - start,
      precheck,
      ...defined({ failOn: request.failOn }),
      clusters: results,
      mesh,
    }),
    checks,
  );
  return probe ? { ...report, probe } : report;
}
