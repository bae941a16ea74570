import { countsAgainst } from "../lib/fail-on.ts";
import { commandLines, oneLine } from "../lib/sanitize.ts";
import type { Finding, Report } from "../model/report.ts";
import { causesOf, type RootCause, nameOfCheck } from "./causes.ts";
import type { Reporter } from "./reporter.ts";
import { locatedResults } from "./results.ts";
import { outcomeWords } from "./words.ts";

/** A text of a workflow command, which ends at the line break. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** The value of a property, which also ends at a comma. */
function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function bodyOf({ message, remediation }: Finding): string {
  const lines = remediation
    ? [oneLine(remediation.summary), ...remediation.commands.flatMap(commandLines)]
    : [];
  return [oneLine(message), ...lines].join("\n");
}

function annotation(cause: RootCause, { failOn }: Report): string {
  const { finding } = cause;
  const level = finding.severity !== "warn" || countsAgainst(finding, failOn) ? "error" : "warning";
  const title = property(`mc: ${oneLine(nameOfCheck(cause))}`);
  return `::${level} title=${title}::${data(bodyOf(finding))}`;
}

/** Warnings that no fault explains, in the order of the report. */
function warningsOf(report: Report): RootCause[] {
  return locatedResults(report).flatMap(({ context, result: { id, findings } }) =>
    findings
      .filter(({ severity, blockedBy }) => severity === "warn" && !blockedBy)
      .map((finding) => ({ finding, id, ...(context === undefined ? {} : { context }) })),
  );
}

/**
 * Annotations of GitHub Actions: a workflow command for each fault that no other explains and each
 * warning, faults first, as a job shows ten of a kind only.
 */
export const github: Reporter = (report, { views }) => {
  const { causes } = causesOf(report, views);
  const lines = [...causes, ...warningsOf(report)].map((cause) => annotation(cause, report));
  return `${[...lines, `::notice title=mc check::${data(outcomeWords(report))}`].join("\n")}\n`;
};
