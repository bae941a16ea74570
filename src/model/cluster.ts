import type { ClusterRef } from "./check.ts";
import type { FactKey, Facts } from "./facts.ts";
import type { Gathered } from "./gathered.ts";
import type { ClusterReader } from "./reader.ts";
import type { ClusterWriter } from "./writer.ts";

/** What was read of one cluster. */
export interface GatheredCluster {
  ref: ClusterRef;
  /** The facts that were asked for, and those that make up `ref`. */
  facts: Partial<{ [K in FactKey]: Gathered<Facts[K]> }>;
}

/** A live cluster that can be changed. */
export interface WritableCluster extends ClusterReader, ClusterWriter {
  /** Of the context, `default` when it names none. */
  readonly namespace: string;
}
