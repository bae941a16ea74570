import type { Finding } from "../../model/report.ts";
import { SYMBOL, type Style } from "./style.ts";

const INDENT = 2;
const REMEDY = 5;

function blocked(finding: Finding): string {
  return finding.blockedBy ? ` (blocked by ${finding.blockedBy})` : "";
}

/** The line of one finding: its symbol and message, and what it is blocked by. */
export function findingLines(finding: Finding, style: Style, cluster?: string): string[] {
  const where = cluster ? `${cluster}: ` : "";
  const text = style.line(`${where}${finding.message}${blocked(finding)}`);
  return style.wrap(`${" ".repeat(INDENT)}${SYMBOL[finding.severity]} ${text}`, REMEDY);
}

/** What to do about it, with commands that stay whole so that they can be pasted. */
export function remedyLines(finding: Finding, style: Style): string[] {
  const { remediation } = finding;
  // What is blocked by another fault is mended there.
  if (!remediation || finding.blockedBy) return [];
  const lead = " ".repeat(REMEDY);
  return [
    ...style.wrap(`${lead}→ ${style.line(remediation.summary)}`, REMEDY + 2),
    ...remediation.commands.map(
      (command) => `${lead}  ${style.paint.cyan(commandText(command, style))}`,
    ),
  ];
}

/** Commands may have several lines of their own making (a here-document): each is kept as a line. */
function commandText(command: string, style: Style): string {
  return command.split("\n").map(style.line).join("\n");
}

/** Findings worth a line in the short form, each with its remedy. */
export function detailLines(findings: readonly Finding[], summary: string, style: Style): string[] {
  return findings.flatMap((finding) => [
    // The summary line says it already.
    ...(finding.message === summary && !finding.blockedBy ? [] : findingLines(finding, style)),
    ...remedyLines(finding, style),
  ]);
}
