import type { GatewayFact } from "../model/facts.ts";
import type { PeerAddress } from "../mesh/addresses.ts";
import type { Locality } from "./manifest.ts";

/** What a remote Gateway says of the cluster that it stands for. */
export interface PeerTarget extends Locality {
  context: string;
  /** CLUSTER_ID; the network when istiod has none. */
  clusterId: string;
  network: string;
  trustDomain: string;
  /** Of the target's east-west Gateway: its pods run under a ServiceAccount of that name. */
  gatewayName: string;
  address: PeerAddress;
}

/** Where remote Gateways are put. */
export interface PeerSource {
  context: string;
  /** Absent when it is not known. */
  network?: string;
  /** Absent: the namespace of the context. */
  namespace?: string;
  /** Remote Gateways that are there, in that namespace. */
  existing: readonly GatewayFact[];
}
