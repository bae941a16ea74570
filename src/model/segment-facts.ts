import type { Condition } from "./workload-facts.ts";

/** A Segment: a part of the mesh whose clusters share services under a domain of their own. */
export interface SegmentFact {
  namespace: string;
  name: string;
  /** spec.domain. */
  domain?: string;
  /** Further hosts of its shared services; absent where there are none. */
  aliases?: SegmentAlias[];
  /** Of its status; absent where there are none. */
  conditions?: Condition[];
}

/** A pattern by which services of a Segment get another host. */
export interface SegmentAlias {
  /** An RFC 6570 template of `{service}`, `{namespace}`, `{labels['KEY']}` and `{annotations['KEY']}`. */
  pattern: string;
  /** Labels that a Service must have. */
  matchLabels: ReadonlyMap<string, string>;
}
