import type { ClusterRef } from "./cluster-ref.ts";
import type { FactKey, Facts } from "./facts.ts";
import type { Gathered, Missing } from "./gathered.ts";
import type { ClusterReader } from "./reader.ts";
import type { ClusterWriter } from "./writer.ts";

/** A list that was forbidden for the whole cluster and allowed in some namespaces. */
export interface NarrowedList {
  group: string;
  /** Plural. */
  resource: string;
  /** Those that were read. */
  namespaces: readonly string[];
  /** Why not all of them were. */
  refused: Missing;
  /** A recording has nothing of the others at all, which the connection says once. */
  isBlank?: boolean;
}

/** What was read of one cluster. */
export interface GatheredCluster {
  ref: ClusterRef;
  /** The facts that were asked for, and those that make up `ref`. */
  facts: Partial<{ [K in FactKey]: Gathered<Facts[K]> }>;
  /** When it was recorded, ms since the epoch; null: a recording that does not say. Absent: live. */
  recordedAt?: number | null;
  /** Of one that does not say, the newest time in it, ms since the epoch: it was made then or later. */
  recordedAfter?: number;
  /** What facts know of some namespaces only. */
  narrowed?: readonly NarrowedList[];
}

/** A live cluster that can be changed. */
export interface WritableCluster extends ClusterReader, ClusterWriter {
  /** Of the context, `default` when it names none. */
  readonly namespace: string;
}
