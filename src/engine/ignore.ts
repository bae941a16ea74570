import { checkOf, isFault, summarize, worst } from "../model/finding.ts";
import type { IgnoreEntry } from "../model/ignore.ts";
import type { Finding, Report, Result } from "../model/report.ts";
import { withResults } from "./report.ts";

/** The report without what is ignored, and what is to be said of the entries. */
export interface Ignored {
  report: Report;
  /** Entries whose time is over, which ignore nothing any more. */
  expired: IgnoreEntry[];
  /** Entries that no fault of the report is like. */
  unused: IgnoreEntry[];
}

/** Ids, contexts and objects, with `*` for anything. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

function objectText({ object }: Finding): string {
  if (!object) return "";
  return [object.kind, ...(object.namespace ? [object.namespace] : []), object.name].join("/");
}

interface Place {
  id: string;
  context: string | undefined;
}

function isMeant(entry: IgnoreEntry, { id, context }: Place, finding: Finding): boolean {
  return (
    matches(entry.check, id) &&
    (entry.cluster === undefined || matches(entry.cluster, context ?? finding.cluster ?? "")) &&
    (entry.object === undefined || matches(entry.object, objectText(finding)))
  );
}

/** The end of the day until which an entry is good, ms. */
function endOf(until: string): number {
  return Date.parse(`${until}T00:00:00Z`) + 24 * 3600 * 1000;
}

function ignoredFinding(finding: Finding, { reason, until }: IgnoreEntry): Finding {
  const { remediation: _remedy, docs: _docs, ...kept } = finding;
  const time = until === undefined ? "ignored" : `ignored until ${until}`;
  return {
    ...kept,
    severity: "info",
    message: `${finding.message} (${time}: ${reason})`,
    ignored: {
      severity: finding.severity,
      message: finding.message,
      reason,
      ...(until === undefined ? {} : { until }),
    },
  };
}

function withFindings(result: Result, findings: Finding[]): Result {
  const ignored = findings.filter((finding) => finding.ignored).length;
  if (findings.every((finding, index) => finding === result.findings[index])) return result;
  return {
    ...result,
    findings,
    status: worst(findings.map(({ severity }) => severity)),
    summary: summarize(findings, `${ignored} ignored`),
  };
}

/** Every finding of a report, changed. */
function mapFindings(report: Report, change: (finding: Finding, place: Place) => Finding): Report {
  const changed =
    (context?: string) =>
    (result: Result): Result =>
      withFindings(
        result,
        result.findings.map((finding) => change(finding, { id: result.id, context })),
      );
  return withResults(
    report,
    report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map(changed(cluster.context)),
    })),
    report.mesh.map(changed()),
  );
}

/** The checks all of whose faults are ignored, as `blockedBy` names them, with the entry. */
function quietChecks(report: Report, by: ReadonlyMap<Finding, IgnoreEntry>) {
  const quiet = new Map<string, IgnoreEntry>();
  const look = (name: string, { findings }: Result): void => {
    const entry = findings.map((finding) => by.get(finding)).find(Boolean);
    if (entry && !findings.some(({ severity }) => isFault(severity))) quiet.set(name, entry);
  };
  for (const { context, checks } of report.clusters) {
    for (const result of checks) look(checkOf(context, result.id), result);
  }
  for (const result of report.mesh) look(result.id, result);
  return quiet;
}

/** Takes the faults that entries name for information; what only follows from them as well. */
export function ignoreFindings(report: Report, entries: readonly IgnoreEntry[]): Ignored {
  if (entries.length === 0) return { report, expired: [], unused: [] };
  const now = Date.parse(report.startedAt);
  const expired = entries.filter(({ until }) => until !== undefined && endOf(until) <= now);
  const good = entries.filter((entry) => !expired.includes(entry));
  const used = new Set<IgnoreEntry>();
  const by = new Map<Finding, IgnoreEntry>();
  const direct = mapFindings(report, (finding, place) => {
    if (!isFault(finding.severity)) return finding;
    const entry = good.find((one) => isMeant(one, place, finding));
    if (!entry) return finding;
    used.add(entry);
    const ignored = ignoredFinding(finding, entry);
    by.set(ignored, entry);
    return ignored;
  });
  const quiet = quietChecks(direct, by);
  const all = mapFindings(direct, (finding) => {
    const entry = finding.blockedBy === undefined ? undefined : quiet.get(finding.blockedBy);
    return entry && isFault(finding.severity) ? ignoredFinding(finding, entry) : finding;
  });
  return { report: all, expired, unused: good.filter((entry) => !used.has(entry)) };
}
