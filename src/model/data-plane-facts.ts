/* What istiod and ztunnel say themselves of services and of whom they lead to. */

/** A service as the data plane knows it. */
export interface MeshServiceFact {
  host: string;
  /** `network/address` of its virtual IPs. */
  addresses: string[];
}

/** A workload, or the gateway of a network, that may serve some of them. */
export interface MeshWorkloadFact {
  uid: string;
  /** CLUSTER_ID. */
  cluster?: string;
  network: string;
  /** It has an address or a host name of its own. */
  addressed: boolean;
  /** It is reached through the gateway of its network. */
  gateway: boolean;
  /** Hosts of the services that it serves. */
  hosts: string[];
}

/** What one component holds. */
export interface MeshViewFact {
  /** `namespace/name` of the pod that said so. */
  pod: string;
  /** The network that it is on; absent where it does not say. */
  network?: string;
  services: MeshServiceFact[];
  workloads: MeshWorkloadFact[];
  /** Hosts whose endpoints have come, and they themselves have not. */
  staged: string[];
}
