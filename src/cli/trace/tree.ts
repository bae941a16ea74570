import type { Hop, Trace } from "../../mesh/hops/hop.ts";

/** A path, with its hops where data of results is. */
interface TracedPath extends Omit<Trace, "hops"> {
  data: { hops: Hop[] };
}

/** The tree of `mc trace -o json`: fields are added, never changed. */
export interface TraceTree {
  schemaVersion: "mc.trace/v1";
  /** Worst first. */
  traces: TracedPath[];
}

/** What machines read. */
export function traceTree(traces: readonly Trace[]): TraceTree {
  return {
    schemaVersion: "mc.trace/v1",
    traces: traces.map(({ hops, ...rest }) => ({ ...rest, data: { hops } })),
  };
}
