import type { FailOn, Finding, Report, Result } from "../model/report.ts";

/*
 * What makes a run fail: `--fail-on`, which exit codes and reports go by alike.
 */

/** Whether a finding makes the run fail. */
export function countsAgainst({ severity, baseline }: Finding, failOn: FailOn = "fail"): boolean {
  if (failOn === "never" || (failOn === "new" && baseline === "known")) return false;
  if (severity === "fail" || severity === "error") return true;
  return severity === "warn" && failOn === "warn";
}

/** Whether some finding of a result makes the run fail. */
export function isFailing({ findings }: Result, failOn: FailOn | undefined): boolean {
  return findings.some((finding) => countsAgainst(finding, failOn));
}

/** How many findings of a report make the run fail. */
export function failingFindings({ clusters, mesh, failOn }: Report): number {
  return [...clusters.flatMap(({ checks }) => checks), ...mesh]
    .flatMap(({ findings }) => findings)
    .filter((finding) => countsAgainst(finding, failOn)).length;
}

/** Whether the run ends with exit code 0. */
export function hasPassed(report: Report): boolean {
  return failingFindings(report) === 0;
}
