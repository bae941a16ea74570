import type { CheckData, CheckId } from "./check-data.ts";
import type { ProbeReport } from "./probe.ts";

/** Worst first in the order of an outcome: fail, error, warn, info, pass, skip. */
export type Status = "pass" | "info" | "warn" | "fail" | "error" | "skip";

/**
 * A whole number from 0 up.
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * A shell command that works when pasted.
 * @minLength 1
 */
export type Command = string;

export type Outcome = "pass" | "warn" | "fail" | "error";

/**
 * What makes a run fail: `fail` (errors included), also `warn`, of `fail` only what the baseline does
 * not have, nothing.
 */
export type FailOn = "fail" | "warn" | "new" | "never";

export interface ObjectRef {
  /** @minLength 1 */
  kind: string;
  /**
   * Absent for cluster-scoped objects.
   * @minLength 1
   */
  namespace?: string;
  /** @minLength 1 */
  name: string;
}

export interface Remediation {
  /**
   * One sentence, imperative.
   * @minLength 1
   */
  summary: string;
  /** Shell commands that work when pasted; empty when no command can do it. */
  commands: Command[];
  /** The commands alone do not mend the fault: they are one step, or show where to look. */
  step?: true;
}

/** How clusters of a mesh find each other: Solo's peering, or remote secrets as in the community. */
export type MeshKind = "peering" | "community";

/** Why a whole check does not apply: text folds such results into one line, other formats have all. */
export type Inapplicable =
  | {
      /** The check is for meshes of this kind, which this is not. */
      onlyFor: MeshKind;
    }
  | {
      /**
       * The check is about this product, which is not in use here.
       * @minLength 1
       */
      notInUse: string;
    };

/** A check as findings name it: `certs`, or `CONTEXT/gateways` for a check of one cluster. */
export type CheckName = CheckId | `${string}/${CheckId}`;

export interface Finding {
  severity: Status;
  /**
   * One line: the object, what is wrong and why.
   * @minLength 1
   */
  message: string;
  /** The context of the cluster that it is about; absent when about none in particular. */
  cluster?: string;
  object?: ObjectRef;
  /** Always there when the severity is warn, fail or error. */
  remediation?: Remediation;
  /** The check whose fault explains this one. */
  blockedBy?: CheckName;
  /** Only where the severity is skip: the check does not apply here at all. */
  because?: Inapplicable;
  /**
   * While this fault lasts the cluster cannot peer, or not through the east-west gateway that it is
   * of: a link that is broken follows from it. Other faults of the same check explain no such link.
   */
  stopsPeering?: true;
  /** With `--baseline`: whether the baseline has the fault, no less grave. */
  baseline?: "new" | "known";
  /** What it was before an entry of `--ignore` made information of it. */
  ignored?: Ignored;
  /** A recording lacks what the check needs: in the cluster there may be nothing wrong. */
  notRecorded?: true;
  /**
   * The page of the check, where it says more of what is wrong.
   * @format uri
   */
  docs?: string;
}

/** Why a fault is none. */
export interface Ignored {
  severity: Status;
  /** What was said of it before. */
  message: string;
  reason: string;
  /** The last day, in UTC. */
  until?: string;
}

/** A finding and the check that it is of. */
export interface LocatedFinding {
  check: CheckId;
  /** Of the cluster whose check it is; absent for one across clusters. */
  context?: string;
  finding: Finding;
}

/** The report that this one was compared with, and its faults that this one does not have. */
export interface Baseline {
  /**
   * RFC 3339.
   * @format date-time
   */
  startedAt: string;
  fixed: LocatedFinding[];
  /** Neither there nor fixed: this time they were not, or could not be, looked at. */
  unknown: LocatedFinding[];
}

/** What a report says of itself. */
export interface ReportHead {
  /**
   * RFC 3339.
   * @format date-time
   */
  startedAt: string;
  outcome: Outcome;
}

/** The tree of `mc compare -o json`: fields are added, never changed. */
export interface Comparison {
  schemaVersion: "mc.compare/v1";
  before: ReportHead;
  after: ReportHead;
  /** Contexts that only one of the reports has. */
  clusters: { added: string[]; removed: string[] };
  /** Faults that were not there, or not as grave. */
  new: LocatedFinding[];
  known: LocatedFinding[];
  fixed: LocatedFinding[];
  /** Faults of the first report that the second could not, or did not, look for. */
  unknown: LocatedFinding[];
}

/** What a check found; with its id as `Id` the data has the type that this check declares. */
export interface Result<Id extends CheckId = CheckId> {
  id: Id;
  /** @minLength 1 */
  title: string;
  status: Status;
  /** @minLength 1 */
  summary: string;
  /** @minimum 0 */
  durationMs: number;
  findings: Finding[];
  /** What a reporter needs beyond findings: a shape a check, which its folder declares. */
  data?: CheckData[Id];
}

export interface ClusterReport {
  /**
   * Kubeconfig context, or what a recording calls itself.
   * @minLength 1
   */
  context: string;
  /** CLUSTER_ID; absent when it could not be read. */
  name?: string;
  network?: string;
  istioVersion?: string;
  /**
   * When the recording was made, RFC 3339; null: it does not say. Absent for a live cluster.
   * @format date-time
   */
  recordedAt?: string | null;
  /**
   * The newest time that the objects of a recording bear which does not say when it was made: it was made
   * then or later. RFC 3339.
   * @format date-time
   */
  recordedAfter?: string;
  checks: Result[];
}

/** The tree of `-o json`: fields are added, never changed. */
export interface Report {
  schemaVersion: "mc.check/v1";
  tool: {
    name: "mc";
    /** @minLength 1 */
    version: string;
  };
  /**
   * RFC 3339.
   * @format date-time
   */
  startedAt: string;
  /** @minimum 0 */
  durationMs: number;
  precheck: boolean;
  /** What made the run fail, when that was not `fail`. */
  failOn?: FailOn;
  /** With `--baseline`. */
  baseline?: Baseline;
  outcome: Outcome;
  clusters: ClusterReport[];
  mesh: Result[];
  /** How many results have each status. */
  summary: Record<Status, Count>;
  /** With --probe only. It counts for no status and not for the outcome. */
  probe?: ProbeReport;
}
