/*
 * What checks say of Services, of what istiod makes of them for other clusters, and of their pods;
 * src/model/facts.ts has the rest. Times are ms since the epoch.
 */

export interface ServicePort {
  name: string;
  port?: number;
  protocol: string;
  nodePort?: number;
}

export interface ServiceFact {
  namespace: string;
  name: string;
  labels: ReadonlyMap<string, string>;
  type: string;
  clusterIPs: string[];
  /** status.loadBalancer.ingress: hostname or IP, and spec.externalIPs. */
  addresses: string[];
  /** Of type ExternalName: the name that it stands for. */
  externalName?: string;
  /** spec.selector; absent: its endpoints are somebody else's to write. */
  selector?: ReadonlyMap<string, string>;
  /** Annotation traffic.istio.io/nodeSelector: its nodes' addresses are those of the gateway. */
  nodeSelector?: string;
  ports: ServicePort[];
  /**
   * Where callers are sent: spec.trafficDistribution, else annotation
   * networking.istio.io/traffic-distribution; absent where neither says.
   */
  trafficDistribution?: string;
  /** spec.internalTrafficPolicy is Local: only to pods of the node. */
  nodeLocal?: true;
  createdAt?: number;
  /** When a label solo.io/service-scope of its own was last written; absent where it does not say. */
  sharedAt?: number;
}

export interface NamespaceFact {
  name: string;
  uid: string;
  labels: ReadonlyMap<string, string>;
  /** When its label solo.io/service-scope was last written; absent where it does not say. */
  sharedAt?: number;
}

/** A ServiceEntry: a name beside those of Services. */
export interface ServiceEntryFact {
  namespace: string;
  name: string;
  hosts: string[];
  ports: ServicePort[];
  /** spec.subjectAltNames: SPIFFE identities of who serves it elsewhere. */
  subjectAltNames: string[];
  /** spec.addresses, else status.addresses: its virtual IPs. */
  addresses: string[];
  /** The Service that it stands for, from labels solo.io/parent-service and -namespace. */
  service?: { namespace: string; name: string };
  /** The federation of the Gloo management plane made it. */
  federated?: true;
  createdAt?: number;
}

/** Under which names a cluster knows the shared services of the mesh. */
export interface ImportsFact {
  /** Those that its istiod wrote, in the istio namespace. */
  entries: ServiceEntryFact[];
  /** Other ServiceEntries that have a host of one of these. */
  rivals: ServiceEntryFact[];
  /** Rivals were looked for in all namespaces, not only in the istio namespace. */
  everywhere: boolean;
}

/** A WorkloadEntry that stands for a service of another cluster, behind its east-west gateway. */
export interface RemoteEntryFact {
  namespace: string;
  name: string;
  /** Label solo.io/source-cluster: a CLUSTER_ID. */
  sourceCluster: string;
  /** From labels solo.io/parent-service and solo.io/parent-service-namespace. */
  service: { namespace: string; name: string };
  network?: string;
  address?: string;
  locality?: string;
  createdAt?: number;
}

/** A pod of an application, as far as traffic between clusters depends on it. */
export interface ServicePodFact {
  namespace: string;
  name: string;
  labels: ReadonlyMap<string, string>;
  /** It gets traffic: condition Ready is True and it is not being deleted. */
  ready: boolean;
  /**
   * ztunnel carries its traffic: `enabled` once istio-cni has written so, another text while it has
   * not; absent where it has said nothing.
   */
  redirection?: string;
  /** An Envoy runs beside it, or it is one: it needs no ztunnel. */
  sidecar?: true;
  hostNetwork?: true;
  /** It is of a Job. */
  job?: true;
  nodeName?: string;
  /** `default` where the pod names none. */
  serviceAccount: string;
}

/** The pods of some namespaces. */
export interface ServicePodsFact {
  /** Those that were read; of others nothing is known. */
  namespaces: ReadonlySet<string>;
  pods: ServicePodFact[];
}
