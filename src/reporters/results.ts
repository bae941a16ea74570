import { worst } from "../model/finding.ts";
import type { Inapplicable, Report, Result, Status } from "../model/report.ts";

/** A result and where it belongs. */
export interface Located {
  /** Of a cluster's check; absent for one across clusters. */
  context?: string;
  result: Result;
}

/** Every result in the order of the report. */
export function locatedResults({ clusters, mesh }: Report): Located[] {
  return [
    ...clusters.flatMap(({ context, checks }) => checks.map((result) => ({ context, result }))),
    ...mesh.map((result) => ({ result })),
  ];
}

/** The worst of the results; information makes nothing worse. */
export function overallStatus(results: readonly Result[]): Status {
  const status = worst(results.map((result) => result.status));
  return status === "info" ? "pass" : status;
}

/** Why the check of a result does not apply here at all; nothing where it has something to say. */
export function inapplicable({ status, findings }: Result): Inapplicable | undefined {
  if (status !== "skip") return undefined;
  const reasons = findings.map(({ because }) => because);
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}
