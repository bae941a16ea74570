import type { FlatEntryFact, SourcePodsFact } from "./peering-facts.ts";
import type {
  CredentialTargetFact,
  EndpointsFact,
  IstiodEndpointsFact,
  IstioGatewaysFact,
  ProxyPodFact,
  RemoteClustersFact,
  RemoteSecretFact,
} from "./community-facts.ts";
import type { Gathered } from "./gathered.ts";
import type { LinkTrouble } from "./links.ts";
import type { MeshViewFact } from "./data-plane-facts.ts";
import type { PoliciesFact } from "./policy-facts.ts";
import type { Connection } from "./reader.ts";
import type {
  ImportsFact,
  NamespaceFact,
  RemoteEntryFact,
  ServiceFact,
  ServicePodsFact,
} from "./service-facts.ts";
import type { KubernetesClusterFact } from "./management-facts.ts";
import type { SegmentFact } from "./segment-facts.ts";
import type { SpireEntriesFact, SpireFact, SpirePodsFact, SpireTrustFact } from "./spire.ts";
import type { IntermediateFact, MeshConfigFact, ZtunnelDumpFact } from "./trust-facts.ts";
import type { IstiodsFact, ObservedCondition, PodFact, WorkloadFact } from "./workload-facts.ts";

export type { FlatEntryFact, SourcePodsFact } from "./peering-facts.ts";
export type {
  RemoteKubeconfigFact,
  TokenClaims,
  CredentialTargetFact,
  EndpointShardFact,
  EndpointsFact,
  GatewayServerFact,
  IstiodEndpointsFact,
  IstioGatewayFact,
  IstioGatewaysFact,
  NetworkGatewayFact,
  ProxyPodFact,
  RemoteClusterFact,
  RemoteClustersFact,
  RemoteSecretFact,
  ServiceEndpointsFact,
  ServiceScopeFact,
  TlsRouteFact,
} from "./community-facts.ts";
export type {
  ImportsFact,
  NamespaceFact,
  RemoteEntryFact,
  ServiceEntryFact,
  ServiceFact,
  ServicePodFact,
  ServicePodsFact,
  ServicePort,
} from "./service-facts.ts";
export type {
  Condition,
  ContainerImage,
  Env,
  EnvValue,
  ObservedCondition,
  IstiodFact,
  IstiodsFact,
  NodeRequirement,
  PodFact,
  SchedulingFact,
  TolerationFact,
  WorkloadFact,
} from "./workload-facts.ts";
export type {
  IntermediateFact,
  MeshConfigFact,
  ZtunnelCertificates,
  ZtunnelDumpFact,
} from "./trust-facts.ts";
export type { SegmentAlias, SegmentFact } from "./segment-facts.ts";

/*
 * What checks talk about. Each fact is made by src/facts/<file>.ts from Kubernetes objects that may
 * hold anything; here every field has its type. Times are ms since the epoch.
 */

export interface GatewayAddress {
  /** IPAddress, Hostname or another; IPAddress when absent. */
  type: string;
  value: string;
}

export interface GatewayListener {
  name: string;
  port?: number;
  protocol: string;
  tlsMode?: string;
}

/** A Gateway of the Gateway API. */
export interface GatewayFact {
  namespace: string;
  name: string;
  className: string;
  labels: ReadonlyMap<string, string>;
  annotations: ReadonlyMap<string, string>;
  addresses: GatewayAddress[];
  statusAddresses: GatewayAddress[];
  listeners: GatewayListener[];
  /** By type. */
  conditions: ReadonlyMap<string, ObservedCondition>;
  /** metadata.generation: how often its spec was written. */
  generation?: number;
  /**
   * An istiod of the cluster runs that may have written the conditions. Absent where that is not
   * known: the pods were not read, or istiod runs elsewhere.
   */
  controllerRuns?: boolean;
  /** What the log of the cluster's istiod says of the peer, where the conditions do not tell. */
  logged?: LinkTrouble;
  createdAt?: number;
  /** Field managers, without those of subresources. */
  managers: string[];
  /** It has a deletionTimestamp; with the finalizers that keep it. */
  deletion?: { finalizers: string[] };
}

export interface GatewaysFact {
  /** False when the Gateway API CRDs are not installed. */
  served: boolean;
  /** Classes istio-eastwest and istio-east-west. */
  eastWest: GatewayFact[];
  /** Class istio-remote. */
  remote: GatewayFact[];
}

export interface GatewayClassFact {
  name: string;
  controller: string;
  /** Condition Accepted; absent when there is none. */
  accepted?: ObservedCondition;
  /** metadata.generation. */
  generation?: number;
}

/** A taint of a node; the value is empty where there is none. */
export interface TaintFact {
  key: string;
  value: string;
  /** NoSchedule, NoExecute or PreferNoSchedule. */
  effect: string;
}

export interface NodeFact {
  name: string;
  labels: ReadonlyMap<string, string>;
  internalIPs: string[];
  /** Ranges of addresses for its pods, in CIDR notation: spec.podCIDRs. */
  podCIDRs: string[];
  taints: TaintFact[];
  createdAt?: number;
}

export interface CniConfigFact {
  namespace: string;
  name: string;
  /** Key AMBIENT_DNS_CAPTURE; absent when not set. */
  dnsCapture?: string;
}

/** The answer of one istiod's /debug/license. */
export interface LicenseFact {
  namespace: string;
  pod: string;
  answer: Gathered<{ state: string; product: string }>;
}

/** The answer of one istiod's /debug/syncz: who is connected to it. */
export interface SyncFact {
  namespace: string;
  pod: string;
  answer: Gathered<{ clusterId: string; proxy: string; proxyType: string; version: string }[]>;
}

interface RootFact {
  /** `root-cert.pem` of the ConfigMap; absent when the key is. */
  pem?: string;
  /** Its name, where istiod has another than istio-ca-root-cert (PILOT_CA_CERT_CONFIGMAP). */
  configMap?: string;
  /** There is no such ConfigMap. */
  missing?: true;
}

export interface PlatformFact {
  openshift: boolean;
  /** `ovnKubernetesConfig.gatewayConfig.routingViaHost`; absent unless OpenShift with OVN. */
  network?: Gathered<{ type: string; routingViaHost?: boolean }>;
}

/** Every fact by its key. */
export interface Facts {
  connection: Connection;
  istiods: IstiodsFact;
  /** Namespace that holds `cacerts` and the network label: of `-i`, else istiod's, else istio-system. */
  istioNamespace: string;
  /** Here and below: pods by label, without those of Jobs. */
  istiodPods: PodFact[];
  ztunnelPods: PodFact[];
  cniPods: PodFact[];
  /** Pods with label gateway.networking.k8s.io/gateway-name. */
  gatewayPods: PodFact[];
  ztunnels: WorkloadFact[];
  cnis: WorkloadFact[];
  /** Deployments with label gateway.networking.k8s.io/gateway-name. */
  gatewayDeployments: WorkloadFact[];
  gateways: GatewaysFact;
  gatewayClasses: GatewayClassFact[];
  services: ServiceFact[];
  namespaces: NamespaceFact[];
  nodes: NodeFact[];
  cniConfigs: CniConfigFact[];
  licenses: LicenseFact[];
  syncs: SyncFact[];
  rootCertificate: RootFact;
  intermediate: IntermediateFact;
  meshConfigs: MeshConfigFact[];
  remoteSecrets: RemoteSecretFact[];
  /** Nothing where no cluster of the run has remote secrets. */
  credentialTarget: CredentialTargetFact | undefined;
  /** Here and below: only asked for where the cluster shows signs of community multicluster. */
  remoteClusters: RemoteClustersFact[];
  endpoints: EndpointsFact | undefined;
  /** Pods that Istio gave a proxy; with peering only where namespaces are injected. */
  proxyPods: ProxyPodFact[];
  /** Not asked for where no Service lets sidecars of other networks in. */
  istioGateways: IstioGatewaysFact;
  /** Not asked for where an istiod runs. */
  istiodEndpoints: IstiodEndpointsFact[];
  flatEntries: FlatEntryFact[];
  sourcePods: SourcePodsFact;
  imports: ImportsFact;
  remoteEntries: RemoteEntryFact[];
  servicePods: ServicePodsFact;
  policies: PoliciesFact;
  /** `/debug/ambientz` of one istiod; none where it was not asked, or did not answer. */
  istiodView: MeshViewFact[];
  /** `/config_dump` of one ztunnel; none likewise. */
  ztunnelView: MeshViewFact[];
  /** Those in the istio namespace; none were asked for where its label names none. */
  segments: SegmentFact[];
  /** None were asked for where no istiod has links made automatically, or there is no management plane. */
  kubernetesClusters: KubernetesClusterFact[];
  platform: PlatformFact;
  ztunnelDumps: ZtunnelDumpFact[];
  spire: SpireFact;
  spirePods: SpirePodsFact;
  spireTrust: SpireTrustFact;
  spireEntries: SpireEntriesFact;
}

export type FactKey = keyof Facts;
