import { commandLines } from "../../lib/sanitize.ts";
import type { Finding } from "../../model/report.ts";
import { SYMBOL } from "../words.ts";
import type { Style } from "./style.ts";

const INDENT = 2;
const REMEDY = 5;

/** What another fault explains says so. */
export function blocked({ blockedBy }: Finding): string {
  return blockedBy ? ` (blocked by ${blockedBy})` : "";
}

function findingLines(finding: Finding, style: Style): string[] {
  const text = style.line(finding.message + blocked(finding));
  return style.wrap(`${" ".repeat(INDENT)}${SYMBOL[finding.severity]} ${text}`, REMEDY);
}

/** What to do about it, with commands that stay whole so that they can be pasted. */
function remedyLines({ remediation, blockedBy }: Finding, style: Style): string[] {
  // What is blocked by another fault is mended there.
  if (!remediation || blockedBy) return [];
  const lead = " ".repeat(REMEDY);
  return [
    ...style.wrap(`${lead}→ ${style.line(remediation.summary)}`, REMEDY + 2),
    ...remediation.commands.flatMap((command) => pastable(command, REMEDY + 2, style)),
  ];
}

/** A command that stays whole, so that it can be pasted. */
export function pastable(command: string, indent: number, style: Style): string[] {
  const [first = "", ...rest] = commandLines(command);
  // A here-document goes on at the margin: its last line must stand there.
  return [" ".repeat(indent) + style.paint.cyan(first), ...rest.map(style.paint.cyan)];
}

/**
 * Findings worth a line, each with its remedy. What the summary line says is not said again: its
 * remedy comes first, right below.
 */
export function detailLines(findings: readonly Finding[], summary: string, style: Style): string[] {
  const said = findings.filter(({ message }) => message === summary);
  const others = findings.filter(({ message }) => message !== summary);
  return [
    ...said.flatMap((finding) => remedyLines(finding, style)),
    ...others.flatMap((finding) => [
      ...findingLines(finding, style),
      ...remedyLines(finding, style),
    ]),
  ];
}
