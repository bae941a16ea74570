import { countsAgainst } from "../lib/fail-on.ts";
import { oneLine } from "../lib/sanitize.ts";
import { isFault } from "../model/finding.ts";
import type { FailOn, Finding } from "../model/report.ts";
import { fingerprints } from "./fingerprint.ts";
import { locatedResults } from "./results.ts";
import type { Reporter } from "./reporter.ts";
import { placeOf } from "./sarif/place.ts";

/** Of info, minor, major, critical and blocker. */
function severityOf(finding: Finding, failOn: FailOn | undefined): string {
  if (finding.blockedBy) return "minor";
  return finding.severity === "warn" && !countsAgainst(finding, failOn) ? "minor" : "critical";
}

/** Code quality of GitLab: what its widget of a merge request compares with the target branch. */
export const codequality: Reporter = (report) => {
  const fingerprint = fingerprints();
  const issues = locatedResults(report).flatMap(({ context, result: { id, findings } }) =>
    findings
      .filter(({ severity }) => isFault(severity))
      .map((finding) => {
        const { message, blockedBy, cluster } = finding;
        const place = context ?? cluster;
        const what = blockedBy ? `${message} (blocked by ${blockedBy})` : message;
        return {
          description: oneLine(place === undefined ? what : `${place}: ${what}`),
          check_name: id,
          fingerprint: fingerprint(id, context, finding),
          severity: severityOf(finding, report.failOn),
          location: { path: placeOf(place), lines: { begin: 1 } },
        };
      }),
  );
  return `${JSON.stringify(issues, null, 2)}\n`;
};
