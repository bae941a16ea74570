import { inAscii } from "../lib/ascii.ts";
import { oneLine } from "../lib/sanitize.ts";
import { checkOf } from "../model/finding.ts";
import type { Comparison, LocatedFinding, ReportHead, Status } from "../model/report.ts";
import { escapeMarkdown } from "./markdown/escape.ts";
import { symbolsOf } from "./text/symbols.ts";
import { count, SYMBOL, timeWords, VERDICT } from "./words.ts";

/* What changed between two reports, for people and for programs. */

/** A comparison as the text of one format; `ascii` without characters beyond ASCII of our own. */
export type ComparisonReporter = (comparison: Comparison, ascii: boolean) => string;

const GROUPS = [
  ["new", "New"],
  ["known", "As before"],
  ["fixed", "Fixed"],
  ["unknown", "Not looked at again"],
] as const;

/** Groups of which the findings are told; of the others how many there are. */
const TOLD: ReadonlySet<string> = new Set(["new", "fixed", "unknown"]);

/** `cluster1/peers: …`. */
export function locatedText({ check, context, finding }: LocatedFinding): string {
  const name = context === undefined ? check : checkOf(context, check);
  return oneLine(`${name}: ${finding.message}`);
}

function statusOf(group: string, { finding }: LocatedFinding): Status {
  if (group === "fixed") return "pass";
  return group === "unknown" ? "skip" : finding.severity;
}

/** `2 new, 3 as before, 1 fixed`; what there is none of is not said, but for what is new. */
function countsText(comparison: Comparison): string {
  return GROUPS.flatMap(([group, title]) => {
    const { length } = comparison[group];
    return length > 0 || group === "new" ? [`${length} ${title.toLowerCase()}`] : [];
  }).join(", ");
}

function headText({ startedAt, outcome }: ReportHead): string {
  return `${timeWords(startedAt)} (${VERDICT[outcome]})`;
}

function headLine({ before, after }: Comparison): string {
  return `${headText(before)} → ${headText(after)}`;
}

function clusterLines({ clusters: { added, removed } }: Comparison): string[] {
  return [
    ...(added.length > 0 ? [`only in the second: ${added.join(", ")}`] : []),
    ...(removed.length > 0 ? [`only in the first: ${removed.join(", ")}`] : []),
  ].map((line) => oneLine(`Clusters ${line}`));
}

const text: ComparisonReporter = (comparison, ascii) => {
  const { status } = symbolsOf(ascii);
  const groups = GROUPS.filter(([group]) => TOLD.has(group) && comparison[group].length > 0);
  const lines = [
    headLine(comparison),
    ...clusterLines(comparison),
    ...groups.flatMap(([group, title]) => [
      "",
      `=== ${title}: ${count(comparison[group].length, "finding")} ===`,
      ...comparison[group].map((one) => `  ${status[statusOf(group, one)]} ${locatedText(one)}`),
    ]),
    "",
    countsText(comparison),
  ];
  const output = `${lines.join("\n")}\n`;
  return ascii ? inAscii(output) : output;
};

const markdown: ComparisonReporter = (comparison) => {
  const groups = GROUPS.filter(([group]) => TOLD.has(group) && comparison[group].length > 0);
  const blocks = [
    "## mc compare",
    `${escapeMarkdown(headLine(comparison))}: **${countsText(comparison)}**`,
    ...clusterLines(comparison).map(escapeMarkdown),
    ...groups.flatMap(([group, title]) => [
      `### ${title}`,
      comparison[group]
        .map((one) => `- ${SYMBOL[statusOf(group, one)]} ${escapeMarkdown(locatedText(one))}`)
        .join("\n"),
    ]),
  ];
  return `${blocks.join("\n\n")}\n`;
};

const json: ComparisonReporter = (comparison) => `${JSON.stringify(comparison, null, 2)}\n`;

/** Formats of `mc compare` by the name that `-o` takes. */
export const COMPARISON_REPORTERS: Readonly<Record<string, ComparisonReporter>> = {
  text,
  markdown,
  json,
};
