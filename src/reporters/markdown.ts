import { isFault } from "../model/finding.ts";
import type { ClusterReport, Finding, Outcome, Report, Result, Status } from "../model/report.ts";
import type { Views } from "../model/view.ts";
import { causesOf } from "./causes.ts";
import { escapeMarkdown, fenced } from "./markdown/escape.ts";
import type { Reporter, ReportOptions } from "./reporter.ts";
import { overallStatus } from "./results.ts";
import { count, evidenceWords, nameOf, STATUS_WORD, SYMBOL, timeWords } from "./words.ts";

const COUNTED = ["fail", "error", "warn", "info", "pass", "skip"] as const satisfies Status[];

const VERDICT: Readonly<Record<Outcome, string>> = {
  pass: "all checks passed",
  warn: "no faults, but warnings",
  fail: "faults found",
  error: "not everything could be checked",
};

function summaryLine(report: Report, views: Views): string {
  const { causes, followers } = causesOf(report, views);
  const parts = [
    VERDICT[report.outcome],
    count(report.clusters.length, "cluster"),
    ...(causes.length > 0 ? [count(causes.length, "fault")] : []),
    ...(followers > 0 ? [`${followers} more that ${followers === 1 ? "follows" : "follow"}`] : []),
    ...(report.summary.warn > 0 ? [`${count(report.summary.warn, "check")} with warnings`] : []),
  ];
  const [verdict = "", ...rest] = parts;
  return `${SYMBOL[report.outcome]} **${verdict}**: ${rest.join(", ")}`;
}

function row(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function countCells(results: readonly Result[]): string[] {
  return COUNTED.map((wanted) => {
    const number = results.filter(({ status }) => status === wanted).length;
    return number === 0 ? "" : String(number);
  });
}

function statusCell(results: readonly Result[]): string {
  const status = overallStatus(results);
  return `${SYMBOL[status]} ${STATUS_WORD[status]}`;
}

function recordedCell({ recordedAt }: ClusterReport): string {
  if (recordedAt === undefined) return "live";
  return recordedAt === null ? "unknown time" : timeWords(recordedAt);
}

function table({ clusters, mesh }: Report): string {
  const hasRecordings = clusters.some(({ recordedAt }) => recordedAt !== undefined);
  const recorded = (cell: string): string[] => (hasRecordings ? [cell] : []);
  const rows = clusters.map((cluster) => [
    ...[nameOf(cluster), cluster.network ?? "", cluster.istioVersion ?? ""].map(escapeMarkdown),
    ...recorded(recordedCell(cluster)),
    statusCell(cluster.checks),
    ...countCells(cluster.checks),
  ]);
  if (mesh.length > 0)
    rows.push([
      "*across clusters*",
      "",
      "",
      ...recorded(""),
      statusCell(mesh),
      ...countCells(mesh),
    ]);
  return [
    row("Cluster", "Network", "Istio", ...recorded("Recorded"), "Status", ...COUNTED),
    row("---", "---", "---", ...recorded("---"), "---", ...COUNTED.map(() => "--:")),
    ...rows.map((cells) => row(...cells)),
  ].join("\n");
}

function findingBlocks(finding: Finding): string[] {
  const { severity, message, blockedBy, remediation, evidence = [] } = finding;
  const blocked = blockedBy ? ` (blocked by ${blockedBy})` : "";
  return [
    `${SYMBOL[severity]} ${escapeMarkdown(message + blocked)}`,
    ...evidence.flatMap((one) => {
      const { head, line } = evidenceWords(one, finding);
      return [escapeMarkdown(head), ...fenced([line], "text")];
    }),
    ...(remediation && !blockedBy
      ? [escapeMarkdown(remediation.summary), ...fenced(remediation.commands)]
      : []),
  ];
}

/** Faults and warnings of some results, with verbose all that was found. */
function section(heading: string, results: readonly Result[], verbose: boolean): string[] {
  const told = results.flatMap(({ title, findings }) => {
    const shown = findings.filter(({ severity }) => verbose || isFault(severity));
    return shown.length === 0
      ? []
      : [`#### ${escapeMarkdown(title)}`, ...shown.flatMap(findingBlocks)];
  });
  return told.length === 0 ? [] : [`### ${escapeMarkdown(heading)}`, ...told];
}

/** The report for a pull request or an issue. */
export const markdown: Reporter = (report: Report, { verbose, views }: ReportOptions) =>
  `${[
    `## mc ${report.precheck ? "check --precheck" : "check"}`,
    summaryLine(report, views),
    table(report),
    ...report.clusters.flatMap((cluster) => section(nameOf(cluster), cluster.checks, verbose)),
    ...section("Across clusters", report.mesh, verbose),
  ].join("\n\n")}\n`;
