/** A container of a pod, whose log may be read. */
export interface LogTarget {
  namespace: string;
  pod: string;
  container: string;
}

/** A line that mc knows the meaning of. */
export interface LogLine {
  /** When it was written, ms since the epoch. */
  time: number;
  /** `LEVEL SCOPE MESSAGE`: one line, redacted, without its time. */
  text: string;
}

/** What was read of a container's log: the last lines of the container that runs now, or ran last. */
export interface PodLog {
  /** When the first line that was read was written, ms since the epoch; absent: there was none. */
  from?: number;
  /** Those whose meaning is known, in their order. */
  lines: LogLine[];
}

/** What a log says of what a finding is about. It makes no fault, and mends none. */
export interface LogEvidence {
  /**
   * The kind of line: `mc explain` lists those of a check.
   * @minLength 1
   */
  signature: string;
  /**
   * What such a line means, in one sentence.
   * @minLength 1
   */
  meaning: string;
  /** Context of the cluster that the pod is in. */
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
  /**
   * The newest line of the kind: redacted, and cut where it is long.
   * @minLength 1
   */
  line: string;
  /**
   * When that was written, RFC 3339.
   * @format date-time
   */
  time: string;
  /**
   * How many lines of the kind count, in the logs of all replicas.
   * @asType integer
   * @minimum 1
   */
  count: number;
  /**
   * From when on lines count, RFC 3339: since the log begins, the container was started, or what the
   * finding is about last changed. Absent where that is not known.
   * @format date-time
   */
  since?: string;
}
