/** PEM texts that ztunnel has for a workload. */
export interface ZtunnelCertificates {
  /** The roots that it trusts. */
  roots: string;
  /** What stands above its own certificate; empty when nothing does. */
  chain: string;
}

/** What ztunnel itself says of its configuration and certificates (bug reports have it). */
export interface ZtunnelDumpFact {
  pod: string;
  network?: string;
  clusterId?: string;
  /** PEM texts of the roots that its workloads trust. */
  rootPems: string[];
  /** What workloads trust and present, where two are alike only once. */
  workloads: ZtunnelCertificates[];
  /** Identities whose certificate it does not have, with the state in its words; absent: none. */
  lacking?: { identity: string; state: string }[];
}
