import { failingFindings } from "../lib/fail-on.ts";
import type { ClusterReport, Outcome, Report, Status } from "../model/report.ts";

export const SYMBOL: Readonly<Record<Status, string>> = {
  pass: "✅",
  info: "ℹ️",
  skip: "ℹ️",
  warn: "⚠️",
  fail: "❌",
  error: "❌",
};

/** What a status is called beside its symbol: nobody should need to see the symbol. */
export const STATUS_WORD: Readonly<Record<Status, string>> = {
  pass: "passed",
  info: "information",
  warn: "warning",
  fail: "failed",
  error: "could not be checked",
  skip: "skipped",
};

/** What an outcome is called. */
export const VERDICT: Readonly<Record<Outcome, string>> = {
  pass: "all checks passed",
  warn: "no faults, but warnings",
  fail: "faults found",
  error: "not everything could be checked",
};

/** How a run went, in one line: `faults found (3 failed, 1 with warnings)`. */
export function outcomeWords(report: Report): string {
  const { warn, fail, error } = report.summary;
  const counts = [
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(error > 0 ? [`${error} not completed`] : []),
    ...(warn > 0 ? [`${warn} with warnings`] : []),
  ];
  const threshold = thresholdWords(report);
  return [
    VERDICT[report.outcome],
    ...(counts.length > 0 ? [` (${counts.join(", ")})`] : []),
    ...(threshold === undefined ? [] : [`, ${threshold}`]),
  ].join("");
}

/** `1 fault`, `2 faults` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** How a report compares to its baseline, when it has one. */
export function baselineWords({ baseline, clusters, mesh }: Report): string | undefined {
  if (!baseline) return undefined;
  const findings = [...clusters.flatMap(({ checks }) => checks), ...mesh].flatMap(
    (one) => one.findings,
  );
  const known = findings.filter((finding) => finding.baseline === "known" && !finding.ignored);
  const fresh = findings.filter((finding) => finding.baseline === "new" && !finding.ignored);
  const parts = [
    `${fresh.length} new`,
    `${known.length} known`,
    `${baseline.fixed.length} fixed`,
    ...(baseline.unknown.length > 0 ? [`${baseline.unknown.length} not looked at again`] : []),
  ];
  return `since ${timeWords(baseline.startedAt)}: ${parts.join(", ")}`;
}

/** What `--fail-on` made of a report, where it is not what it is by default. */
export function thresholdWords(report: Report): string | undefined {
  const { failOn } = report;
  if (failOn === undefined) return undefined;
  const failing = failingFindings(report);
  return failing === 0
    ? `passed with --fail-on ${failOn}`
    : `failed with --fail-on ${failOn}, for ${count(failing, "finding")}`;
}

/** `recorded 2026-01-15 12:00:00 UTC`; nothing for a live cluster. */
export function recordedWords(cluster: ClusterReport): string | undefined {
  if (cluster.recordedAt === undefined) return undefined;
  const when = recordedTime(cluster);
  return `recorded ${when ?? "at a time that the recording does not say"}`;
}

/** `2026-01-15 12:00:00 UTC`, `… or later`; nothing for a recording that tells neither, or a live cluster. */
export function recordedTime({ recordedAt, recordedAfter }: ClusterReport): string | undefined {
  if (recordedAt) return timeWords(recordedAt);
  return recordedAfter === undefined ? undefined : `${timeWords(recordedAfter)} or later`;
}

/** An RFC 3339 time in UTC, for people: `2026-01-15 12:00:00 UTC`. */
export function timeWords(time: string): string {
  return time.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** The context, with the CLUSTER_ID where that is another name. */
export function nameOf({ context, name }: ClusterReport): string {
  return name && name !== context ? `${context} (cluster ${name})` : context;
}
