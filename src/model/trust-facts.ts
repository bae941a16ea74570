/* Facts of what clusters trust and present. Times are ms since the epoch. */

import type { ServiceScopeFact } from "./community-facts.ts";

/**
 * What istiod signs with when it starts, by its environment and the files of its Secret: PEM texts of
 * certificates, never a key.
 */
export interface IntermediateFact {
  /** Where it is; `none`: neither Secret exists, or another CA signs. */
  secret: "cacerts" | "istio-ca-secret" | "none";
  /** The signing certificate: ca-cert.pem, or tls.crt. */
  certificate?: string;
  /** What workloads present after their own certificate: cert-chain.pem, or tls.crt and ca.crt. */
  chain?: string;
  /** root-cert.pem or ca.crt of the Secret. */
  root?: string;
  /** ca-crl.pem of the Secret: revocation lists, which proxies get too. */
  crl?: string;
  /** Its data keys that istiod reads. */
  keys: string[];
  /** Files of Secret cacerts without which istiod does not start. */
  lacks?: string[];
  /** Secret cacerts exists and istiod passes it over for a CA of its own: for want of these files. */
  passedOver?: string[];
  /** Why the cluster's certificates come from elsewhere, as istiod's environment or arguments say. */
  external?: string;
}

/** Mesh configuration of one revision (ConfigMap `istio` or `istio-<rev>`, key `mesh`). */
export interface MeshConfigFact {
  revision: string;
  configMap: string;
  /** `cluster.local` when the configuration does not say. */
  trustDomain: string;
  trustDomainAliases: string[];
  /** caCertificates[].trustDomains: roots of other trust domains that proxies verify against. */
  foreignTrustDomains?: string[];
  /** defaultConfig.meshId. */
  meshId?: string;
  /** defaultConfig.discoveryAddress: the istiod that proxies turn to. */
  discoveryAddress?: string;
  /** Hosts that serviceSettings keep within their cluster. */
  clusterLocalHosts?: string[];
  /** serviceScopeConfigs: by which labels of Services what scope is meant. */
  serviceScopes?: ServiceScopeFact[];
  /** The YAML could not be parsed: why. */
  unreadable?: string;
}

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
