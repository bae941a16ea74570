import type { ClusterRef } from "../../model/check.ts";
import type { Facts } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { ProbedLink, ProbedObject, ProbePurpose } from "../../model/probe.ts";

/** A cluster whose Gateways were read. */
export interface ProbeMember {
  cluster: ClusterRef;
  facts: { readonly gateways: Facts["gateways"]; readonly services: Facts["services"] } & {
    readonly [K in "nodes" | "istiods"]: Gathered<Facts[K]> | undefined;
  };
}

/** An address and a port at which other clusters reach a cluster, or are meant to. */
export interface ProbeTarget {
  /** Context; what a remote Gateway calls a cluster outside the run. */
  to: string;
  object: ProbedObject;
  purpose: ProbePurpose;
  address: string;
  port: number;
  /** For SNI; absent: none. */
  serverName?: string;
  links: ProbedLink[];
  /** It is of the cluster's own gateways, not only of a remote Gateway elsewhere. */
  entrance?: true;
}

export interface ProbeTargets {
  targets: ProbeTarget[];
  /** What is left out, and why. */
  notes: string[];
}
