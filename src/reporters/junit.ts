import { defined } from "../lib/defined.ts";
import { isFailing } from "../lib/fail-on.ts";
import { isFault } from "../model/finding.ts";
import type { FailOn, Finding, Report, Result } from "../model/report.ts";
import { commandMarkup, type Markup, markup } from "./markup.ts";
import {
  apiServerLine,
  apiServerName,
  attemptLine,
  attemptName,
  PROBE_TITLE,
  type ProbeLine,
} from "./probe.ts";
import type { Reporter } from "./reporter.ts";
import { nameOf } from "./words.ts";

interface Suite {
  name: string;
  /** Last part of the class name of its test cases. */
  context: string;
  results: readonly Result[];
  recordedAt?: string | null;
  recordedAfter?: string;
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
function properties({ recordedAt, recordedAfter }: Suite, failOn: FailOn | undefined): Markup[] {
  const known = {
    ...(recordedAt === undefined ? {} : { recordedAt: recordedAt ?? "unknown" }),
    ...defined({ recordedAfter, failOn }),
  };
  const all = Object.entries(known).map(
    ([name, value]) => markup`<property name="${name}" value="${value}"/>`,
  );
  if (all.length === 0) return [];
  return [{ source: `<properties>${all.map(({ source }) => source).join("")}</properties>` }];
}

function suiteOf(suite: Suite, { startedAt, failOn }: Report): Markup {
  const { name, context, results } = suite;
  const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const cases = results.map(
    (result) =>
      markup`<testcase classname="${`mc.${context}`}" name="${result.id}" time="${seconds(result.durationMs)}">${outcomeOf(result, failOn)}</testcase>`,
  );
  const { all, skipped } = counts(results, failOn);
  // JUnit knows local times only: no milliseconds, no zone.
  return markup`<testsuite name="${name}" ${all} ${skipped} time="${time}" timestamp="${startedAt.slice(0, 19)}">
${[...properties(suite, failOn), ...cases]}
</testsuite>`;
}

/** What was tried stands in a suite of its own, in which nothing fails: it is no fault of a check. */
function probeSuite({ probe, startedAt }: Report): Markup[] {
  if (!probe) return [];
  const tried: { name: string; line: ProbeLine }[] = [
    ...probe.attempts.map((one) => ({ name: attemptName(one), line: attemptLine(one) })),
    ...probe.apiServers.map((one) => ({ name: apiServerName(one), line: apiServerLine(one) })),
  ];
  const isSkipped = ({ line }: (typeof tried)[0]): boolean => line.status === "skip";
  const cases = tried.map(({ name, line: { status, text, hint } }) => {
    const said = hint === undefined ? text : `${text} (${hint})`;
    const outcome =
      status === "skip"
        ? markup`<skipped message="${said}"/>`
        : markup`<system-out>${said}</system-out>`;
    return markup`<testcase classname="mc.probe" name="${name}" time="0.000">${outcome}</testcase>`;
  });
  return [
    markup`<testsuite name="${PROBE_TITLE}" tests="${tried.length}" failures="0" errors="0" skipped="${tried.filter(isSkipped).length}" time="0.000" timestamp="${startedAt.slice(0, 19)}">
${cases}
</testsuite>`,
  ];
}

/** JUnit XML as Jenkins and GitLab read it: a suite a cluster and one for the mesh, a case a check. */
export const junit: Reporter = (report) => {
  const suites: Suite[] = [
    ...report.clusters.map((cluster) => ({
      name: nameOf(cluster),
      context: cluster.context,
      results: cluster.checks,
      ...defined({ recordedAt: cluster.recordedAt, recordedAfter: cluster.recordedAfter }),
    })),
    ...(report.mesh.length > 0 ? [{ name: "mesh", context: "mesh", results: report.mesh }] : []),
  ];
  const results = suites.flatMap((suite) => suite.results);
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mc check" ${counts(results, report.failOn).all} time="${seconds(report.durationMs)}">
${[...suites.map((suite) => suiteOf(suite, report)), ...probeSuite(report)]}
</testsuites>
`.source;
};
