import { defined } from "../lib/defined.ts";
import { isFailing } from "../lib/fail-on.ts";
import { isFault } from "../model/finding.ts";
import type { FailOn, Finding, Report, Result } from "../model/report.ts";
import { commandMarkup, type Markup, markup } from "./markup.ts";
import type { Reporter } from "./reporter.ts";
import { nameOf } from "./words.ts";

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

/** What is wrong and what to do, a line each. */
function findingLines({ severity, message, blockedBy, remediation }: Finding): Markup[] {
  return [
    markup`${`${severity}: ${message}${blockedBy ? ` (blocked by ${blockedBy})` : ""}`}`,
    ...(remediation && !blockedBy
      ? [markup`  ${`→ ${remediation.summary}`}`, ...remediation.commands.map(commandMarkup)]
      : []),
  ];
}

/** What a test runner makes of a result: a failure is what fails the run. */
type CaseOutcome = "failed" | "error" | "skipped" | "passed";

function caseOutcome(result: Result, failOn: FailOn | undefined): CaseOutcome {
  if (result.status === "skip") return "skipped";
  if (!isFailing(result, failOn)) return "passed";
  return result.status === "error" ? "error" : "failed";
}

function outcomeOf(result: Result, failOn: FailOn | undefined): Markup[] {
  const { status, summary, findings } = result;
  const told = findings.filter(({ severity }) => isFault(severity)).flatMap(findingLines);
  switch (caseOutcome(result, failOn)) {
    case "failed":
      return [markup`<failure message="${summary}" type="${status}">${told}</failure>`];
    case "error":
      return [markup`<error message="${summary}" type="error">${told}</error>`];
    case "skipped":
      return [markup`<skipped message="${summary}"/>`];
    default:
      return told.length > 0 ? [markup`<system-out>${told}</system-out>`] : [];
  }
}

/** Attributes of a suite; the whole has no count of what was skipped (junit-10.xsd of Jenkins). */
function counts(
  results: readonly Result[],
  failOn: FailOn | undefined,
): Record<"all" | "skipped", Markup> {
  const of = (wanted: CaseOutcome): number =>
    results.filter((result) => caseOutcome(result, failOn) === wanted).length;
  return {
    all: markup`tests="${results.length}" failures="${of("failed")}" errors="${of("error")}"`,
    skipped: markup`skipped="${of("skipped")}"`,
  };
}

/** What else there is to know: when a recording was made, and what fails the run. */
function properties(known: { recordedAt?: string | null; failOn?: FailOn }): Markup[] {
  const all = Object.entries(known);
  if (all.length === 0) return [];
  const list = all.map(
    ([name, value]) => markup`<property name="${name}" value="${value ?? "unknown"}"/>`,
  );
  return [
    markup`<properties>${{ source: list.map(({ source }) => source).join("") }}</properties>`,
  ];
}

function suiteOf(
  { name, context, results, recordedAt }: Suite,
  { startedAt, failOn }: Report,
): Markup {
  const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const cases = results.map(
    (result) =>
      markup`<testcase classname="${`mc.${context}`}" name="${result.id}" time="${seconds(result.durationMs)}">${outcomeOf(result, failOn)}</testcase>`,
  );
  const { all, skipped } = counts(results, failOn);
  // JUnit knows local times only: no milliseconds, no zone.
  return markup`<testsuite name="${name}" ${all} ${skipped} time="${time}" timestamp="${startedAt.slice(0, 19)}">
${[...properties({ ...defined({ recordedAt }), ...defined({ failOn }) }), ...cases]}
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
<testsuites name="mc check" ${counts(results, report.failOn).all} time="${seconds(report.durationMs)}">
${suites.map((suite) => suiteOf(suite, report))}
</testsuites>
`.source;
};
