import { CHECKS } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import type { ClusterReader } from "../model/reader.ts";
import type { Report } from "../model/report.ts";
import { VERSION } from "../version.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { buildReport } from "./report.ts";
import { annotateCauses } from "./root-causes.ts";
import { runChecks, type RunContext } from "./run-checks.ts";

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
    ({ id }) => id === "connection" || ((only?.has(id) ?? true) && !skip?.has(id)),
  );
}

function factsOf(checks: readonly AnyCheck[], precheck: boolean): Set<FactKey> {
  const run = checks.filter(({ notInPrecheck }) => !(precheck && notInPrecheck));
  return new Set(run.flatMap(({ needs, uses }) => [...needs, ...uses]));
}

/** Everything that some check reads: what a recording must hold. */
export function recordedFacts(): Set<FactKey> {
  return factsOf(CHECKS, false);
}

/** Certificates are verified asynchronously and once, ahead of the checks, which stay pure. */
async function trustOf(
  checks: readonly AnyCheck[],
  clusters: readonly GatheredCluster[],
): Promise<Pick<RunContext, "trust">> {
  if (!checks.some(({ id }) => id === "certs")) return {};
  const { judgeTrust } = await import("../lib/x509/index.ts");
  return { trust: await judgeTrust(clusters) };
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
  const clusters = await gather(readers, factsOf(checks, request.precheck), request);
  const { clusters: results, mesh } = runChecks(checks, clusters, {
    precheck: request.precheck,
    ...(request.revision === undefined ? {} : { revision: request.revision }),
    ...(await trustOf(checks, clusters)),
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
  );
}
