import { defined } from "../lib/defined.ts";
import { isFault } from "../model/finding.ts";
import type { Finding, Report, Result, Status } from "../model/report.ts";
import { commandMarkup, type Markup, markup } from "./markup.ts";
import type { Reporter } from "./reporter.ts";
import { evidenceWords, nameOf } from "./words.ts";

interface Suite {
  name: string;
  /** Last part of the class name of its test cases. */
  context: string;
  results: readonly Result[];
  recordedAt?: string | null;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** What is wrong, what logs say of it and what to do, a line each. */
function findingLines(finding: Finding): Markup[] {
  const { severity, message, blockedBy, remediation, evidence = [] } = finding;
  const logs = evidence.flatMap((one) => {
    const { head, line } = evidenceWords(one, finding);
    return [markup`  ${`| ${head}`}`, markup`    ${line}`];
  });
  return [
    markup`${`${severity}: ${message}${blockedBy ? ` (blocked by ${blockedBy})` : ""}`}`,
    ...logs,
    ...(remediation && !blockedBy
      ? [markup`  ${`→ ${remediation.summary}`}`, ...remediation.commands.map(commandMarkup)]
      : []),
  ];
}

function outcomeOf({ status, summary, findings }: Result): Markup[] {
  const told = findings.filter(({ severity }) => isFault(severity)).flatMap(findingLines);
  switch (status) {
    case "fail":
      return [markup`<failure message="${summary}" type="fail">${told}</failure>`];
    case "error":
      return [markup`<error message="${summary}" type="error">${told}</error>`];
    case "skip":
      return [markup`<skipped message="${summary}"/>`];
    case "warn":
      return [markup`<system-out>${told}</system-out>`];
    default:
      return [];
  }
}

function counts(results: readonly Result[]): Markup {
  const of = (wanted: Status): number => results.filter(({ status }) => status === wanted).length;
  return markup`tests="${results.length}" failures="${of("fail")}" errors="${of("error")}" skipped="${of("skip")}"`;
}

/** Only recordings have the property. */
function properties(recordedAt: Suite["recordedAt"]): Markup[] {
  if (recordedAt === undefined) return [];
  return [
    markup`<properties><property name="recordedAt" value="${recordedAt ?? "unknown"}"/></properties>`,
  ];
}

function suiteOf({ name, context, results, recordedAt }: Suite, { startedAt }: Report): Markup {
  const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const cases = results.map(
    (result) =>
      markup`<testcase classname="${`mc.${context}`}" name="${result.id}" time="${seconds(result.durationMs)}">${outcomeOf(result)}</testcase>`,
  );
  // JUnit knows local times only: no milliseconds, no zone.
  return markup`<testsuite name="${name}" ${counts(results)} time="${time}" timestamp="${startedAt.slice(0, 19)}">
${[...properties(recordedAt), ...cases]}
</testsuite>`;
}

/** JUnit XML as Jenkins and GitLab read it: a suite a cluster and one for the mesh, a case a check. */
export const junit: Reporter = (report) => {
  const suites: Suite[] = [
    ...report.clusters.map((cluster) => ({
      name: nameOf(cluster),
      context: cluster.context,
      results: cluster.checks,
      ...defined({ recordedAt: cluster.recordedAt }),
    })),
    ...(report.mesh.length > 0 ? [{ name: "mesh", context: "mesh", results: report.mesh }] : []),
  ];
  const results = suites.flatMap((suite) => suite.results);
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mc check" ${counts(results)} time="${seconds(report.durationMs)}">
${suites.map((suite) => suiteOf(suite, report))}
</testsuites>
`.source;
};
