import type { Finding, Report, Result } from "../../model/report.ts";
import { withProgramName } from "../shared/program-name.ts";

function named<T extends Result>(result: T, program: string): T {
  const findings = result.findings.map(({ remediation, ...finding }): Finding => {
    if (!remediation) return finding;
    const summary = withProgramName(remediation.summary, program);
    return { ...finding, remediation: { ...remediation, summary } };
  });
  return { ...result, findings };
}

/** The report, whose remedies call the program as whoever runs it does; their commands do already. */
export function withNamedRemedies(report: Report, program: string): Report {
  if (program === "mc") return report;
  return {
    ...report,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map((result) => named(result, program)),
    })),
    mesh: report.mesh.map((result) => named(result, program)),
  };
}
