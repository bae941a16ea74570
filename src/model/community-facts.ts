import type { Gathered } from "./gathered.ts";

/*
 * What only meshes have whose clusters find each other by remote secrets, as in community Istio.
 */

/** What the token of a kubeconfig says of itself, as far as it is a JSON web token; never its signature. */
export interface TokenClaims {
  issuer?: string;
  /** `system:serviceaccount:<namespace>:<name>`. */
  subject?: string;
  /** ms since the epoch; absent: it does not expire. */
  expires?: number;
  /** Of the ServiceAccount that it is for, where it says so. */
  account?: { namespace: string; name: string; uid: string };
  /** The Secret that it was made with: without it the token is not valid. */
  secret?: string;
}

/** A kubeconfig in a remote secret: where it leads and with what, without any credential. */
export interface RemoteKubeconfigFact {
  /** The data key, which istiod takes for the CLUSTER_ID of the cluster that it leads to. */
  cluster: string;
  /** Without user and password. */
  server?: string;
  /** SHA-256 in hex of each certificate that the server is trusted by. */
  authorities: string[];
  /** How it signs in: `token`, `opaque token` (no JSON web token), `exec`, `auth-provider oidc`… */
  credentials: string[];
  claims?: TokenClaims;
  /** Why it cannot be read, in words that have nothing of it. */
  unreadable?: string;
}

/** An entry of the mesh configuration's serviceScopeConfigs. */
export interface ServiceScopeFact {
  /** GLOBAL or LOCAL. */
  scope: string;
  /** Of its servicesSelector: the label and the values that it asks for; none: any value. */
  services: { key: string; values: string[] }[];
}

/** A remote secret of community multicluster. */
export interface RemoteSecretFact {
  namespace: string;
  name: string;
  createdAt?: number;
  /** Annotation networking.istio.io/cluster. */
  cluster?: string;
  /** By data key, sorted; not there where the values were not asked for, or why they were not read. */
  kubeconfigs?: Gathered<RemoteKubeconfigFact[]>;
}

/** By what a kubeconfig elsewhere can be told to lead to this cluster, and to be still good. */
export interface CredentialTargetFact {
  /** SHA-256 in hex of the certificates that its pods trust its API server by. */
  authorities: Gathered<string[]>;
  /** ServiceAccounts of the istio namespace. */
  accounts: Gathered<{ namespace: string; name: string; uid: string }[]>;
  /** Names of Secrets of the istio namespace. */
  secrets: Gathered<string[]>;
}

/** The answer of one istiod's /debug/clusterz: the clusters that it reads. */
export interface RemoteClustersFact {
  namespace: string;
  pod: string;
  answer: Gathered<RemoteClusterFact[]>;
}

export interface RemoteClusterFact {
  id: string;
  /** `<namespace>/<name>`; absent for its own cluster. */
  secret?: string;
  /** synced, syncing, timeout or closed; of one that was syncing, at a second look. */
  status: string;
}

/** A gateway of a network as istiod's /debug/networkz has it. */
export interface NetworkGatewayFact {
  network: string;
  cluster: string;
  address: string;
  /** For sidecars; 0: none. */
  port: number;
  /** For ztunnel and waypoints; 0: none. */
  hbonePort: number;
}

/** The endpoints that an istiod has of a service in one cluster. */
export interface EndpointShardFact {
  cluster: string;
  count: number;
  /** Of the endpoints, sorted; an empty name is none. */
  networks: string[];
}

export interface ServiceEndpointsFact {
  host: string;
  namespace: string;
  shards: EndpointShardFact[];
}

/** Of one istiod of the cluster: which endpoints it sends to proxies, and through which gateways. */
export interface EndpointsFact {
  services: Gathered<ServiceEndpointsFact[]>;
  gateways: Gathered<NetworkGatewayFact[]>;
}

/** A pod with an Envoy of Istio's: a sidecar or a gateway. */
export interface ProxyPodFact {
  namespace: string;
  name: string;
  labels: ReadonlyMap<string, string>;
  createdAt?: number;
  /** Variable ISTIO_META_NETWORK of its proxy, also of one that is an init container. */
  network?: string;
  /** Variable ISTIO_META_CLUSTER_ID. */
  clusterId?: string;
  /** Variable ISTIO_META_REQUESTED_NETWORK_VIEW: the only network whose endpoints it is sent. */
  networkView?: string;
}

/** A server of a Gateway of Istio's own kind. */
export interface GatewayServerFact {
  port?: number;
  /** AUTO_PASSTHROUGH, PASSTHROUGH, SIMPLE… */
  tlsMode?: string;
  hosts: string[];
}

/** A Gateway of networking.istio.io: what the Envoys that it selects listen to. */
export interface IstioGatewayFact {
  namespace: string;
  name: string;
  /** Labels of the pods that it is for; none: of all. */
  selector: ReadonlyMap<string, string>;
  servers: GatewayServerFact[];
}

/** A route of a VirtualService for TLS that is passed on as it is. */
export interface TlsRouteFact {
  namespace: string;
  name: string;
  /** Gateways that it is for, as it names them: `name` or `namespace/name`. */
  gateways: string[];
  /** Of all its matches: server names and, where it says so, ports. */
  sniHosts: string[];
  ports: number[];
  /** Hosts that it leads to. */
  destinations: string[];
}

export interface IstioGatewaysFact {
  gateways: IstioGatewayFact[];
  /** Asked for only where a Gateway has a server for istiod. */
  routes: Gathered<TlsRouteFact[]>;
}

/** Where a Service of a cluster without an istiod leads to, as its EndpointSlices say. */
export interface IstiodEndpointsFact {
  service: string;
  addresses: string[];
  ports: number[];
}
