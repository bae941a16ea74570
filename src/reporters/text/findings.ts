import { commandLines } from "../../lib/sanitize.ts";
import type { Finding, Status } from "../../model/report.ts";
import { evidenceWords } from "../words.ts";
import type { Style } from "./style.ts";

const INDENT = 2;
const REMEDY = 5;

/** What another fault explains says so. */
export function blocked({ blockedBy }: Finding): string {
  return blockedBy ? ` (blocked by ${blockedBy})` : "";
}

function findingLines(finding: Finding, style: Style): string[] {
  const text = style.line(finding.message + blocked(finding));
  return style.wrap(
    `${" ".repeat(INDENT)}${style.symbols.status[finding.severity]} ${text}`,
    REMEDY,
  );
}

/** What to do about it, with commands that stay whole so that they can be pasted. */
function remedyLines({ remediation, blockedBy }: Finding, style: Style): string[] {
  // What is blocked by another fault is mended there.
  if (!remediation || blockedBy) return [];
  const lead = " ".repeat(REMEDY);
  return [
    ...style.wrap(`${lead}${style.symbols.arrow} ${style.line(remediation.summary)}`, REMEDY + 2),
    ...remediation.commands.flatMap((command) => pastable(command, REMEDY + 2, style)),
  ];
}

/** What logs say of it, quietly, with the newest line as it is. */
function evidenceLines(finding: Finding, style: Style): string[] {
  const lead = `${" ".repeat(REMEDY)}${style.symbols.bar} `;
  return (finding.evidence ?? [])
    .flatMap((one) => {
      const { head, line } = evidenceWords(one, finding);
      return [
        ...style.wrap(lead + style.line(head), lead.length),
        ...style.wrap(`${" ".repeat(lead.length)}${style.line(line)}`, lead.length),
      ];
    })
    .map(style.paint.dim);
}

/** A command that stays whole, so that it can be pasted. */
export function pastable(command: string, indent: number, style: Style): string[] {
  const [first = "", ...rest] = commandLines(command);
  // A here-document goes on at the margin: its last line must stand there.
  return [" ".repeat(indent) + style.paint.cyan(first), ...rest.map(style.paint.cyan)];
}

/** Findings of one kind that are shown without `--verbose`. */
export const MOST_OF_A_KIND = 20;

/** What is left of a kind that has more than are shown. */
function moreLine(severity: Status, more: number, style: Style): string {
  const text = `and ${more} more like these (--verbose shows all)`;
  return `${" ".repeat(INDENT)}${style.symbols.status[severity]} ${text}`;
}

/** The lines of each finding; of those that one check judged alike, up to twenty and a count. */
function cappedLines(
  findings: readonly Finding[],
  style: Style,
  linesOf: (finding: Finding) => string[],
): string[] {
  const kinds = Map.groupBy(findings, ({ severity }) => severity);
  const last = new Map(
    [...kinds].map(([severity, all]) => [all[MOST_OF_A_KIND - 1], { severity, all }] as const),
  );
  const shown = new Set([...kinds.values()].flatMap((all) => all.slice(0, MOST_OF_A_KIND)));
  return findings
    .filter((finding) => shown.has(finding))
    .flatMap((finding) => {
      const kind = last.get(finding);
      const more = (kind?.all.length ?? 0) - MOST_OF_A_KIND;
      return [
        ...linesOf(finding),
        ...(kind && more > 0 ? [moreLine(kind.severity, more, style)] : []),
      ];
    });
}

/**
 * Findings worth a line, each with what logs say and its remedy. What the summary line says is not said again: its
 * remedy comes first, right below.
 */
export function detailLines(
  findings: readonly Finding[],
  summary: string,
  style: Style,
  verbose: boolean,
): string[] {
  const linesOf = (finding: Finding): string[] => [
    ...findingLines(finding, style),
    ...evidenceLines(finding, style),
    ...remedyLines(finding, style),
  ];
  const said = findings.filter(({ message }) => message === summary);
  const others = findings.filter(({ message }) => message !== summary);
  return [
    ...said.flatMap((finding) => [
      ...evidenceLines(finding, style),
      ...remedyLines(finding, style),
    ]),
    ...(verbose ? others.flatMap(linesOf) : cappedLines(others, style, linesOf)),
  ];
}
