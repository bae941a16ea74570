import { isFault } from "../model/finding.ts";
import type { ClusterReport, Finding, Report, Result, Status } from "../model/report.ts";
import type { Views } from "../model/view.ts";
import { causesOf } from "./causes.ts";
import { PROBE_TITLE, probeLines, probeSummary, VANTAGE } from "./probe.ts";
import { linkMatrices } from "./link-matrix.ts";
import { escapeMarkdown, fenced } from "./markdown/escape.ts";
import { type Fold, fittingFolds } from "./markdown/folds.ts";
import { mermaidBlock } from "./markdown/mermaid.ts";
import type { Reporter, ReportOptions } from "./reporter.ts";
import { overallStatus } from "./results.ts";
import {
  baselineWords,
  count,
  nameOf,
  recordedTime,
  STATUS_WORD,
  SYMBOL,
  thresholdWords,
  VERDICT,
} from "./words.ts";

const COUNTED = ["fail", "error", "warn", "info", "pass", "skip"] as const satisfies Status[];

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
  const more = [baselineWords(report), thresholdWords(report)].filter(Boolean);
  const end = more.map((words) => `; ${words}`).join("");
  return `${SYMBOL[report.outcome]} **${verdict}**: ${rest.join(", ")}${end}`;
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

function recordedCell(cluster: ClusterReport): string {
  if (cluster.recordedAt === undefined) return "live";
  return recordedTime(cluster) ?? "unknown time";
}

/** Clusters with a row; names may be long, and a comment may not. */
const MOST_ROWS = 60;

function table({ clusters, mesh }: Report): string {
  const hasRecordings = clusters.some(({ recordedAt }) => recordedAt !== undefined);
  const recorded = (cell: string): string[] => (hasRecordings ? [cell] : []);
  const rows = clusters
    .slice(0, MOST_ROWS)
    .map((cluster) => [
      ...[nameOf(cluster), cluster.network ?? "", cluster.istioVersion ?? ""].map(escapeMarkdown),
      ...recorded(recordedCell(cluster)),
      statusCell(cluster.checks),
      ...countCells(cluster.checks),
    ]);
  const more = clusters.length - MOST_ROWS;
  if (more > 0) rows.push([`… and ${count(more, "cluster")} more`]);
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
  const { severity, message, blockedBy, remediation } = finding;
  const blocked = blockedBy ? ` (blocked by ${blockedBy})` : "";
  return [
    `${SYMBOL[severity]} ${escapeMarkdown(message + blocked)}`,
    ...(remediation && !blockedBy
      ? [escapeMarkdown(remediation.summary), ...fenced(remediation.commands)]
      : []),
  ];
}

/** What is said of a finding when there is no room: no remedy, and nothing of what another explains. */
function briefBlocks({ severity, message, blockedBy }: Finding): string[] {
  return blockedBy ? [] : [`${SYMBOL[severity]} ${escapeMarkdown(message)}`];
}

/** Faults and warnings, with verbose all that was found. */
function shownOf({ findings }: Result, verbose: boolean): Finding[] {
  return findings.filter(({ severity }) => verbose || isFault(severity));
}

/** A part of the report: results of a cluster, or of those across clusters. */
interface Part {
  heading: string;
  results: readonly Result[];
}

/** What is shown of a part; nothing where there is nothing. */
function foldOf(
  { heading, results }: Part,
  isOpen: boolean,
  verbose: boolean,
  blocksOf: (finding: Finding) => string[],
): Fold[] {
  const blocks = results.flatMap((result) => {
    const shown = shownOf(result, verbose);
    return shown.length === 0
      ? []
      : [
          { text: `#### ${escapeMarkdown(result.title)}`, findings: 0 },
          ...shown.map((finding) => ({ text: blocksOf(finding).join("\n\n"), findings: 1 })),
        ].filter(({ text }) => text !== "");
  });
  const status = overallStatus(results);
  const title = `${heading}: ${SYMBOL[status]} ${STATUS_WORD[status]}`;
  return blocks.length === 0 ? [] : [{ title, isOpen, blocks }];
}

/** Parts with something to tell, of which all are open. */
const MOST_OPEN = 3;

/** What `--probe` tried, line by line. */
function probeSection({ probe }: Report): string[] {
  if (!probe) return [];
  const lines = probeLines(probe).map(
    ({ status, text, hint = "" }) =>
      `- ${SYMBOL[status]} ${escapeMarkdown(hint ? `${text} (${hint})` : text)}`,
  );
  return [
    `### ${PROBE_TITLE}: ${probeSummary(probe)}`,
    escapeMarkdown(VANTAGE),
    ...(lines.length > 0 ? [lines.join("\n")] : []),
  ];
}

function topology(report: Report, views: Views): string[] {
  return linkMatrices(report, views).flatMap((matrix) => mermaidBlock(matrix, report));
}

/** The report for a pull request or an issue: never longer than a comment may be. */
export const markdown: Reporter = (report: Report, { verbose, views }: ReportOptions) => {
  const parts: Part[] = [
    ...report.clusters.map((cluster) => ({ heading: nameOf(cluster), results: cluster.checks })),
    { heading: "Across clusters", results: report.mesh },
  ];
  const told = parts.filter(({ results }) =>
    results.some((one) => shownOf(one, verbose).length > 0),
  );
  const isOpen = told.length <= MOST_OPEN;
  const folds = (blocksOf: (finding: Finding) => string[]): Fold[] =>
    told.flatMap((part) => foldOf(part, isOpen, verbose, blocksOf));
  const before = [
    `## mc ${report.precheck ? "check --precheck" : "check"}`,
    summaryLine(report, views),
    table(report),
    ...topology(report, views),
    ...probeSection(report),
  ];
  const blocks = [...before, ...fittingFolds(before, folds(findingBlocks), folds(briefBlocks))];
  return `${blocks.join("\n\n")}\n`;
};
