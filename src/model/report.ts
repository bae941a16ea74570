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

/** From which severity on a run fails: from `fail` on (errors included), from `warn` on, never. */
export type FailOn = "fail" | "warn" | "never";

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
  /** A recording lacks what the check needs: in the cluster there may be nothing wrong. */
  notRecorded?: true;
  /**
   * The page of the check, where it says more of what is wrong.
   * @format uri
   */
  docs?: string;
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
  outcome: Outcome;
  clusters: ClusterReport[];
  mesh: Result[];
  /** How many results have each status. */
  summary: Record<Status, Count>;
  /** With --probe only. It counts for no status and not for the outcome. */
  probe?: ProbeReport;
}
