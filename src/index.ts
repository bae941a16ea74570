/*
 * The public API: the same engine and reporters as the command line. Types of the report are those
 * of schema/mc.check.v1.schema.json.
 */
export { CHECKS } from "./checks/index.ts";
export { check, type CheckRequest } from "./engine/check.ts";
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
export { REPORTERS } from "./reporters/index.ts";
export type { Reporter, ReportOptions } from "./reporters/reporter.ts";
export { VERSION } from "./version.ts";
