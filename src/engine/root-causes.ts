import type { CheckId } from "../model/check-data.ts";
import type { AnyCheck } from "../model/check.ts";
import { checkOf, isFault } from "../model/finding.ts";
import type { CheckName, Finding, Report, Result } from "../model/report.ts";
import { brokenLinks } from "./broken-links.ts";
import { Explanations } from "./explanations.ts";

/*
 * One fault often shows as many: a pair of clusters with different roots is disconnected in both
 * directions, and its links are broken. The checks themselves do not know of one another's results;
 * here, with all of them in, what another fault explains is marked as blocked by it, as the checks
 * declare. Statuses stay as they are.
 */

/** Within a cluster's results its own checks go by their plain id. */
export function ownId(finding: Finding, context: string): Finding {
  const prefix = `${context}/`;
  return finding.blockedBy?.startsWith(prefix)
    ? { ...finding, blockedBy: finding.blockedBy.slice(prefix.length) as CheckName }
    : finding;
}

/** Results by the ids as `blockedBy` gives them. */
function resultsByName(report: Report): Map<string, Result> {
  return new Map([
    ...report.mesh.map((result) => [result.id, result] as const),
    ...report.clusters.flatMap(({ context, checks }) =>
      checks.map((result) => [checkOf(context, result.id), result] as const),
    ),
  ]);
}

/**
 * The report with `blockedBy` on the findings that another fault explains, and on no others.
 *
 * @param checks those that have run
 */
export function annotateCauses(report: Report, checks: readonly AnyCheck[]): Report {
  const explanations = new Explanations(report, checks);
  const brokenLink = brokenLinks(report, checks);
  const results = resultsByName(report);
  const explain = (finding: Finding, id: CheckId, context: string | undefined): Finding => {
    const { object, blockedBy } = finding;
    if (!explanations.explained.has(id) || !context || !object) return finding;
    if (!isFault(finding.severity)) return finding;
    // What is blocked by another check that reports the link has the same explanation as that one.
    const reporting = [...explanations.explained].map((one) => checkOf(context, one));
    if (blockedBy !== undefined && !reporting.includes(blockedBy)) return finding;
    const link = brokenLink(context, object);
    const cause = link && explanations.of(id, link);
    return cause === undefined ? finding : { ...finding, blockedBy: cause };
  };
  // A check that was not asked for, or that is fine, explains nothing: its fault would be named nowhere.
  const confirm = (finding: Finding, context?: string): Finding => {
    const { blockedBy, ...rest } = finding;
    if (blockedBy === undefined) return finding;
    const blocking =
      results.get(blockedBy) ??
      (context === undefined ? undefined : results.get(`${context}/${blockedBy}`));
    return blocking && isFault(blocking.status) ? finding : rest;
  };
  const annotate = (result: Result, context?: string): Result => ({
    ...result,
    findings: result.findings.map((finding) => {
      const explained = explain(finding, result.id, context ?? finding.cluster);
      const confirmed = confirm(explained, context);
      return context === undefined ? confirmed : ownId(confirmed, context);
    }),
  });
  return {
    ...report,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map((result) => annotate(result, cluster.context)),
    })),
    mesh: report.mesh.map((result) => annotate(result)),
  };
}
