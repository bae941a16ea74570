import { CHECKS } from "../checks/index.ts";
import type { AnyCheck } from "../model/check.ts";
import type { FactKey } from "../model/facts.ts";
import type { ClusterReader } from "../model/reader.ts";
import type { Report } from "../model/report.ts";
import type { TrustMatrix } from "../model/trust.ts";
import { VERSION } from "../version.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { buildReport } from "./report.ts";
import { annotateCauses } from "./root-causes.ts";
import { runChecks } from "./run-checks.ts";
import { judgeCertificates, judgeEarly } from "./trust.ts";

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
  // Certificates are verified asynchronously and ahead of the checks, which stay pure.
  const wantsTrust = checks.some(({ id }) => id === "certs");
  let early: Promise<TrustMatrix> | undefined;
  const facts = factsOf(checks, request.precheck);
  const clusters = await gather(readers, facts, {
    ...request,
    onStart(sources) {
      if (!wantsTrust) return;
      early = judgeEarly(sources, facts);
      // It is waited for below, and rejects there.
      early.catch(() => undefined);
    },
  });
  const { clusters: results, mesh } = runChecks(checks, clusters, {
    precheck: request.precheck,
    ...(request.revision === undefined ? {} : { revision: request.revision }),
    ...(wantsTrust ? { trust: await (early ?? judgeCertificates(clusters)) } : {}),
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
