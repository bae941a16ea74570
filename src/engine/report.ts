import { defined } from "../lib/defined.ts";
import { pageOf } from "../lib/pages.ts";
import { isFault, worst } from "../model/finding.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { ClusterReport, FailOn, Outcome, Report, Result, Status } from "../model/report.ts";

export interface ReportParts {
  version: string;
  startedAt: number;
  durationMs: number;
  precheck: boolean;
  failOn?: FailOn;
  /** Ids of checks that have no page. */
  unpaged?: ReadonlySet<string>;
  clusters: readonly ({
    ref: ClusterRef;
    results: Result[];
  } & Pick<GatheredCluster, "recordedAt" | "recordedAfter">)[];
  mesh: Result[];
}

/** Puts results together as the tree of `-o json`. */
export function buildReport(parts: ReportParts): Report {
  const paged = (result: Result): Result =>
    parts.unpaged?.has(result.id) ? result : withPages(result);
  const clusters = parts.clusters.map(
    ({ ref, results, recordedAt, recordedAfter }): ClusterReport => ({
      context: ref.context,
      ...defined({ name: ref.id, network: ref.network, istioVersion: ref.istioVersion }),
      ...(recordedAt === undefined
        ? {}
        : { recordedAt: recordedAt === null ? null : timeOf(recordedAt) }),
      ...(recordedAfter === undefined ? {} : { recordedAfter: timeOf(recordedAfter) }),
      checks: results.map(paged),
    }),
  );
  const statuses = [...clusters.flatMap(({ checks }) => checks), ...parts.mesh].map(
    ({ status }) => status,
  );
  return {
    schemaVersion: "mc.check/v1",
    tool: { name: "mc", version: parts.version },
    startedAt: new Date(parts.startedAt).toISOString(),
    durationMs: Math.round(parts.durationMs),
    precheck: parts.precheck,
    ...(parts.failOn === undefined || parts.failOn === "fail" ? {} : { failOn: parts.failOn }),
    outcome: outcomeOf(statuses),
    clusters,
    mesh: parts.mesh.map(paged),
    summary: countByStatus(statuses),
  };
}

/** The report with other results: what it comes to is counted anew. */
export function withResults(report: Report, clusters: ClusterReport[], mesh: Result[]): Report {
  const statuses = [...clusters.flatMap(({ checks }) => checks), ...mesh].map(
    ({ status }) => status,
  );
  return {
    ...report,
    outcome: outcomeOf(statuses),
    clusters,
    mesh,
    summary: countByStatus(statuses),
  };
}

/** What is wrong says where more of it can be read. */
function withPages(result: Result): Result {
  const docs = pageOf(result.id);
  return {
    ...result,
    findings: result.findings.map((finding) =>
      isFault(finding.severity) ? { ...finding, docs } : finding,
    ),
  };
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}

/** The worst of fail, error, warn and pass; what informs or was skipped does not count. */
function outcomeOf(statuses: readonly Status[]): Outcome {
  const status = worst(statuses);
  return status === "info" || status === "skip" ? "pass" : status;
}

function countByStatus(statuses: readonly Status[]): Record<Status, number> {
  const summary = { pass: 0, info: 0, warn: 0, fail: 0, error: 0, skip: 0 };
  for (const status of statuses) summary[status] += 1;
  return summary;
}
