/*
 * The public API: the same engine and reporters as the command line. Types of the report are those
 * of schema/mc.check.v1.schema.json.
 */
import { DESCRIPTIONS, VIEWS } from "./checks/index.ts";
import type { Report } from "./model/report.ts";
import { REPORTERS as BARE_REPORTERS } from "./reporters/index.ts";
import type { ReportOptions as BareReportOptions } from "./reporters/reporter.ts";

export { CHECKS } from "./checks/index.ts";
export { check, type CheckRequest } from "./engine/check.ts";
export { ownChecks } from "./engine/own-checks.ts";
export type { AnyCheck, ClusterCheck, ClusterRef, MeshCheck, Verdict } from "./model/check.ts";
export { OperationError, UsageError } from "./model/errors.ts";
export type { FactKey, Facts } from "./model/facts.ts";
export type { Cause, Gathered, Missing } from "./model/gathered.ts";
export type { ClusterReader } from "./model/reader.ts";
export type {
  ClusterReport,
  Finding,
  ObjectRef,
  Outcome,
  Remediation,
  Report,
  Result,
  Status,
} from "./model/report.ts";
export { loadKubeconfig } from "./readers/kubeconfig/index.ts";
export { openCluster } from "./readers/live.ts";
export { openRecordings } from "./readers/recordings.ts";
export { VERSION } from "./version.ts";

/** How to print a report. */
export interface ReportOptions extends Omit<BareReportOptions, "views"> {
  /** How checks want their results to be shown; absent: as each check declares it. */
  views?: BareReportOptions["views"];
}

/** A report as the text of one output format, with its final line break. */
export type Reporter = (report: Report, options: ReportOptions) => string;

/** Output formats by the name that `-o` takes; each is loaded when it is asked for. */
export const REPORTERS: Readonly<Record<string, () => Promise<Reporter>>> = Object.fromEntries(
  Object.entries(BARE_REPORTERS).map(([name, load]) => [
    name,
    async () => {
      const reporter = await load();
      return (report: Report, options: ReportOptions) =>
        reporter(report, { views: VIEWS, descriptions: DESCRIPTIONS, ...options });
    },
  ]),
);
