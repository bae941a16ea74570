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
import { gather, type GatherOptions } from "./gather.ts";
import { buildReport } from "./report.ts";
import { TRACE_FACTS } from "./service-facts.ts";
import { annotateCauses } from "./root-causes.ts";
import { runChecks } from "./run-checks.ts";

export interface CheckRequest extends GatherOptions {
  precheck: boolean;
  /** Ids of the checks to run; absent: all. `connection` always runs. */
  only?: ReadonlySet<string>;
  /** Ids of checks to leave out. */
  skip?: ReadonlySet<string>;
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

/** Everything that some check or command reads: what a recording must hold. */
export function recordedFacts(): Set<FactKey> {
  return new Set([...factsOf(CHECKS, false), ...TRACE_FACTS]);
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
  const facts = factsOf(checks, request.precheck);
  const artifacts = new RunArtifacts(artifactsOf(checks));
  const clusters = await gather(readers, facts, {
    ...request,
    onStart: (sources) => artifacts.begin(sources, facts),
  });
  const aliases = new Set(aliasesOf(clusters).map(({ cluster }) => cluster));
  await artifacts.finish(
    clusters,
    clusters.filter((cluster) => !aliases.has(cluster)),
  );
  const { clusters: results, mesh } = runChecks(checks, clusters, {
    precheck: request.precheck,
    artifacts,
    ...defined({ revision: request.revision }),
  });
  return annotateCauses(
    buildReport({
      version: VERSION,
      startedAt,
      durationMs: performance.now() - start,
      precheck: request.precheck,
      clusters: results,
      mesh,
    }),
    checks,
  );
}
