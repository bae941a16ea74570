import type { Gathered, Missing } from "./gathered.ts";
import type { PodFact, SchedulingFact } from "./workload-facts.ts";

/*
 * What checks say of SPIRE; src/model/facts.ts has the rest. Names and defaults are those of the charts
 * of github.com/spiffe/helm-charts-hardened, 0.24 to 0.30. Times are ms since the epoch.
 */

/** A configuration that was read, or in words why it cannot be parsed. */
export type ParsedConfig<T> = (T & { unreadable?: never }) | { unreadable: string };

/** What counts of an agent's configuration (`agent.conf`). */
export interface SpireAgentConfig {
  trustDomain?: string;
  /** SPIFFE IDs that may ask for the identities of others. */
  delegates: string[];
  /** The file of the socket at which delegates ask; absent where it is off. */
  adminSocket?: string;
  /** The file from which the agent takes the roots that it trusts the server by. */
  trustBundle?: string;
}

/** What signs the server's certificate (plugin type UpstreamAuthority). */
export interface SpireAuthorityPlugin {
  /** `disk`, `cert-manager`, `vault`… */
  name: string;
  /** Files of plugin `disk`. */
  certificateFile?: string;
  bundleFile?: string;
}

/** What counts of a server's configuration (`server.conf`). */
export interface SpireServerConfig {
  trustDomain?: string;
  /** None: the server's CA signs itself. */
  authorities: SpireAuthorityPlugin[];
  /** Absent: it takes part in no federation by itself. */
  federation?: SpireFederationConfig;
}

/** Federation as a server's own configuration has it. */
export interface SpireFederationConfig {
  /** `https_spiffe` or `https_web`: how it serves its bundle; absent where it does not. */
  endpointProfile?: string;
  /** Trust domains whose bundles it fetches. */
  fetches: string[];
}

/** What counts of the controller manager's configuration. */
export interface SpireManagerConfig {
  trustDomain?: string;
  className: string;
  /** Objects without a class are its as well. */
  watchClassless: boolean;
  /** Regular expressions as Go takes them, which match anywhere in a name. */
  ignoreNamespaces: string[];
  /** Names that templates of identities may use. */
  clusterName?: string;
  clusterDomain?: string;
  /** Kinds that it does not turn into entries. */
  leavesOut: string[];
}

/** A DaemonSet of SPIRE: of agents, or of the CSI driver. */
export interface SpireDaemonSetFact {
  namespace: string;
  name: string;
  /** Nodes that it wants to run on, and those where it does; absent when the status does not say. */
  desired?: number;
  ready?: number;
  scheduling: SchedulingFact;
}

export interface SpireAgentFact extends SpireDaemonSetFact {
  /** The ConfigMap that its configuration is in; absent where no volume names one. */
  configMap?: string;
  config: Gathered<ParsedConfig<SpireAgentConfig>>;
  /** The directory of its admin socket: on the node, or in the pod, where nobody else reaches it. */
  adminVolume?: { path: string } | "pod";
  /** The ConfigMap that its trust bundle is in. */
  bundleConfigMap?: string;
}

/** Whether SPIRE is in the cluster, and whether the mesh takes identities from it. */
export interface SpireFact {
  /** Signs that the mesh uses it, in words: `ztunnel has SPIRE_ENABLED=true`. */
  signs: string[];
  /** Some of them are of ztunnel, which then asks for the identities of ambient pods. */
  byZtunnel: boolean;
  agents: SpireAgentFact[];
  drivers: SpireDaemonSetFact[];
  /** Directories of nodes that ztunnel mounts for a socket of SPIRE. */
  ztunnelSockets: string[];
  /** Why only some namespaces could be looked through. */
  partly?: string;
}

/** A pod that may get an identity. */
export interface SpireWorkloadFact {
  namespace: string;
  name: string;
  uid: string;
  labels: ReadonlyMap<string, string>;
  serviceAccount: string;
  hostNetwork: boolean;
  /** It mounts a volume of the SPIFFE CSI driver. */
  mountsSocket: boolean;
  owner?: { kind: string; name: string };
  nodeName?: string;
  createdAt?: number;
}

export interface SpireServerPodFact extends PodFact {
  /** It has a container of the controller manager. */
  hasManager: boolean;
  /** ConfigMaps that it mounts. */
  configMaps: string[];
  /** Secrets that it mounts, with the directories where. */
  secrets: { name: string; directory: string }[];
  /** Its data does not outlive the pod. */
  losesData: boolean;
}

/** Pods of a cluster whose mesh uses SPIRE; empty of any other. */
export interface SpirePodsFact {
  servers: SpireServerPodFact[];
  agents: PodFact[];
  drivers: PodFact[];
  /** Pods that have not ended. */
  workloads: SpireWorkloadFact[];
}

/** The server that pods of one namespace run. */
export interface SpireServerFact {
  namespace: string;
  /** The ConfigMap that has key server.conf; absent where none does. */
  configMap?: string;
  config?: ParsedConfig<SpireServerConfig>;
  managerConfigMap?: string;
  manager?: ParsedConfig<SpireManagerConfig>;
  /** A ConfigMap could not be read. */
  unread?: Missing;
  upstream?: Gathered<SpireUpstreamFact>;
}

/** The Secret of the upstream CA: PEM texts of certificates, never a key. */
export interface SpireUpstreamFact {
  name: string;
  /** There is no such Secret. */
  missing?: true;
  /** The first file of plugin `disk`: the CA's certificate, and what stands above it. */
  certificate?: string;
  /** The file of roots; absent where there is none. */
  bundle?: string;
}

/** The ConfigMap from which agents take the roots. */
export interface SpireBundleFact {
  namespace: string;
  name: string;
  /** There is no such ConfigMap. */
  missing?: true;
  /** Key bundle.crt. */
  pem?: string;
  /** Certificates of key bundle.spiffe, as PEM. */
  spiffe?: string;
  /** Why key bundle.spiffe cannot be parsed. */
  unreadable?: string;
}

/** Servers and trust bundles of a cluster whose mesh uses SPIRE; empty of any other. */
export interface SpireTrustFact {
  servers: SpireServerFact[];
  bundles: Gathered<SpireBundleFact>[];
}

/** A label selector of Kubernetes. */
export interface LabelSelectorFact {
  labels: ReadonlyMap<string, string>;
  expressions: { key: string; operator: string; values: string[] }[];
}

/** Numbers of a ClusterSPIFFEID's status. */
export interface SpireStatsFact {
  namespacesSelected: number;
  namespacesIgnored: number;
  podsSelected: number;
  renderFailures: number;
  entryFailures: number;
}

/** A ClusterSPIFFEID: which pods get which identity. */
export interface ClusterSpiffeIdFact {
  name: string;
  className: string;
  fallback: boolean;
  template: string;
  /** Absent: all. */
  podSelector?: LabelSelectorFact;
  namespaceSelector?: LabelSelectorFact;
  /** Further selectors of the workload. */
  workloadSelectors: string[];
  federatesWith: string[];
  createdAt?: number;
  /** Absent while the controller manager has not written them. */
  stats?: SpireStatsFact;
}

/** A ClusterStaticEntry: an entry as it is. */
export interface ClusterStaticEntryFact {
  name: string;
  className: string;
  spiffeId: string;
  selectors: string[];
  federatesWith: string[];
}

/** A ClusterFederatedTrustDomain: a domain whose bundle the server fetches. */
export interface FederatedTrustDomainFact {
  name: string;
  className: string;
  trustDomain: string;
  /** https_web or https_spiffe. */
  profile: string;
  /** The endpoint is an address that SPIRE takes: https, without a user. */
  isUrlSound: boolean;
  /** The identity of the endpoint, with profile https_spiffe. */
  endpointId?: string;
  /** It brings the bundle to begin with. */
  hasBundle: boolean;
}

/** Objects of the controller manager; `served` is false where its CRDs are not. */
export interface SpireEntriesFact {
  served: boolean;
  spiffeIds: ClusterSpiffeIdFact[];
  staticEntries: Gathered<ClusterStaticEntryFact[]>;
  federated: Gathered<FederatedTrustDomainFact[]>;
}
