import type { Verdict } from "../../src/model/check.ts";
import type { Finding, Status } from "../../src/model/report.ts";

/** The findings of a severity, for tests that look at some of many. */
export function ofSeverity({ findings }: Verdict, severity: Status): Finding[] {
  return findings.filter((finding) => finding.severity === severity);
}

export function messagesOf(verdict: Verdict, severity: Status): string[] {
  return ofSeverity(verdict, severity).map(({ message }) => message);
}

/** Severities in the order of the findings, without passes. */
export function notPassed({ findings }: Verdict): Status[] {
  return findings.flatMap(({ severity }) => (severity === "pass" ? [] : severity));
}

/** Commands of the first finding of a severity. */
export function commandsOf(verdict: Verdict, severity: Status): string[] {
  return ofSeverity(verdict, severity).flatMap(({ remediation }) => remediation?.commands ?? []);
}
