import type { MeshMember } from "../../model/check.ts";
import type { SegmentFact } from "../../model/facts.ts";

export type Member = MeshMember<"namespaces", "segments" | "services">;

/** A cluster with the Segment that it is in; absent for one in none. */
export interface Placed {
  member: Member;
  segment?: string;
}

/** A Segment as one cluster has it. */
export interface Definition extends SegmentFact {
  member: Member;
}
