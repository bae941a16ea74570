import type { LinkTrouble } from "../../model/links.ts";
import type { LogTopic } from "../../model/log-topic.ts";

/** Whose log a line is in; the east-west gateways of Solo's distribution are ztunnels. */
export type LogComponent = "istiod" | "ztunnel" | "cni";

/**
 * What a line is about. `link`: a remote Gateway, whose address or peer it names. `caller`: a cluster
 * that calls, which it names by its trust domain. `pod`: the pod that wrote it.
 */
export type LogSubject = "link" | "caller" | "pod";

/** A kind of line whose meaning is known. */
export interface LogSignature {
  /** As reports name it. */
  id: string;
  component: LogComponent;
  about: LogSubject;
  /** What such a line has in it, however it begins. Takes time in proportion to the line. */
  when: RegExp;
  /** One sentence. */
  meaning: string;
  /** Whose faults it explains: those of the checks that say so. */
  explains: readonly LogTopic[];
  /** Which of the troubles of a link it tells of. */
  trouble?: LinkTrouble;
  /** Where it is written: a file of the community's Istio or ztunnel, of Go, or who reported it. */
  source: string;
}

const GRPC = "grpc-go's error in the log of pkg/adsc/delta.go (scope deltaadsc)";
const ACCESS = "ztunnel src/proxy/metrics.rs (access log)";
const XDS = "ztunnel src/xds/client.rs";

/** What istiod says of a peer that it calls. */
const OF_PEER = { component: "istiod", about: "link", explains: ["link"] } as const;
/** What ztunnel says of traffic to another cluster. */
const OF_TRAFFIC = { component: "ztunnel", about: "link", explains: ["link"] } as const;
/** What a ztunnel, on a node or as an east-west gateway, says of itself. */
const OF_ZTUNNEL = {
  component: "ztunnel",
  about: "pod",
  explains: ["ztunnel", "gateway"],
} as const;
const OF_ISTIOD = { component: "istiod", about: "pod", explains: ["istiod"] } as const;
const OF_CNI = { component: "cni", about: "pod", explains: ["cni"] } as const;

/**
 * Every kind of line whose meaning is known, the more telling first: a line is of the first kind that
 * it matches.
 */
export const LOG_SIGNATURES: readonly LogSignature[] = [
  {
    id: "no-cert-pool",
    component: "istiod",
    about: "caller",
    explains: ["link"],
    trouble: "untrusted",
    when: /no cert pool found for trust domain/,
    meaning:
      "The peer's istiod has no root for the trust domain of this cluster: it takes those of its own trust domain only.",
    source: "pkg/spiffe/spiffe.go, logged by pilot/pkg/bootstrap/server.go",
  },
  {
    ...OF_PEER,
    id: "unknown-authority",
    trouble: "untrusted",
    when: /certificate signed by unknown authority/,
    meaning: "The root that signed the peer's certificate is not among those that istiod trusts.",
    source: `crypto/x509, ${GRPC}`,
  },
  {
    ...OF_PEER,
    id: "certificate-expired",
    trouble: "untrusted",
    when: /certificate has expired or is not yet valid/,
    meaning: "A certificate of the peer has expired, or the clocks of the clusters differ.",
    source: `crypto/x509, ${GRPC}`,
  },
  {
    ...OF_PEER,
    id: "certificate-name",
    trouble: "untrusted",
    when: /x509: certificate is (?:not )?valid for|did not present the expected SAN/,
    meaning:
      "The peer's certificate is for another name than the remote Gateway says: see its annotations for service account and trust domain.",
    source: `crypto/x509, ${GRPC}`,
  },
  {
    ...OF_PEER,
    id: "refused-by-peer",
    trouble: "untrusted",
    when: /remote error: tls: (?:bad certificate|unknown certificate authority|unknown certificate|expired certificate|certificate required)/,
    meaning:
      "The peer refuses istiod's own certificate: it does not trust this cluster's root or trust domain; the log of the peer's istiod says which.",
    source: `crypto/tls, ${GRPC}; field report of Solo peering with distinct trust domains`,
  },
  {
    ...OF_PEER,
    id: "no-such-host",
    trouble: "unreachable",
    when: /no such host|server misbehaving/,
    meaning:
      "The cluster's DNS does not know the peer's host name; that of a new load balancer takes a minute or two to be known.",
    source: `net, ${GRPC}; field reports of AWS load balancers`,
  },
  {
    ...OF_PEER,
    id: "connection-refused",
    trouble: "unreachable",
    when: /connection refused/,
    meaning: "Nobody listens on that port of the peer's address, or something in between refuses.",
    source: `net, ${GRPC}`,
  },
  {
    ...OF_PEER,
    id: "no-route",
    trouble: "unreachable",
    when: /no route to host|network is unreachable/,
    meaning: "There is no way from this cluster's network to the peer's address.",
    source: `net, ${GRPC}`,
  },
  {
    ...OF_PEER,
    id: "timed-out",
    trouble: "unreachable",
    when: /i\/o timeout|context deadline exceeded|connection timed out/,
    meaning:
      "Nobody answers at the peer's address: it is an old one, or a firewall drops what goes there.",
    source: `net, ${GRPC}`,
  },
  {
    ...OF_PEER,
    id: "closed-at-once",
    trouble: "unreachable",
    when: /error reading server preface|connection reset by peer/,
    meaning:
      "Something accepts the connection and closes it, as a load balancer does that has nobody behind it.",
    source: `grpc-go internal/transport, ${GRPC}`,
  },
  {
    ...OF_TRAFFIC,
    id: "hbone-blocked",
    when: /maybe a NetworkPolicy is blocking HBONE port/,
    meaning: "Nobody answers on HBONE's port: a firewall or a NetworkPolicy drops it.",
    source: `ztunnel src/proxy.rs, ${ACCESS}`,
  },
  {
    ...OF_TRAFFIC,
    id: "peer-certificate",
    when: /invalid peer certificate|identity verification error/,
    meaning:
      "ztunnel does not accept the certificate of the peer's east-west gateway: another root, trust domain or service account.",
    source: `rustls and ztunnel src/tls/lib.rs, ${ACCESS}`,
  },
  {
    ...OF_TRAFFIC,
    id: "no-way-behind-address",
    when: /\b240\.240\.\d{1,3}\.\d{1,3}\b.*deadline has elapsed/,
    meaning:
      "Traffic to the allocated address of a shared service ends nowhere: ztunnel knows no workload or gateway behind it.",
    source: `tokio's Elapsed, ${ACCESS}`,
  },
  {
    ...OF_TRAFFIC,
    id: "no-gateway",
    when: /unknown network gateway|no gateway address|no healthy upstream/,
    meaning: "ztunnel knows no gateway or workload to send traffic for that service to.",
    source: `ztunnel src/proxy.rs, ${ACCESS}`,
  },
  {
    ...OF_ZTUNNEL,
    id: "istiod-not-trusted",
    when: /(?:XDS client|signing gRPC|certificate fetch failed).*invalid peer certificate/,
    meaning:
      "ztunnel does not trust istiod's certificate: its root in ConfigMap istio-ca-root-cert is not the one that istiod uses.",
    source: `rustls, ${XDS}`,
  },
  {
    ...OF_ZTUNNEL,
    id: "refused-by-istiod",
    explains: ["ztunnel", "gateway", "cluster ID"],
    when: /XDS client error.*(?:Unauthenticated|authentication failure)/,
    meaning: "istiod refuses ztunnel: its token or its cluster ID is not one that istiod knows.",
    source: XDS,
  },
  {
    ...OF_ZTUNNEL,
    id: "impersonation-refused",
    explains: ["impersonation", "ztunnel", "gateway"],
    when: /request impersonation authentication failure/,
    meaning:
      "istiod does not let ztunnel ask for the certificates of workloads: CA_TRUSTED_NODE_ACCOUNTS of istiod does not name its namespace and service account.",
    source: "ztunnel src/identity/manager.rs, answer of security/pkg/server/ca/server.go",
  },
  {
    ...OF_ZTUNNEL,
    id: "istiod-not-reached",
    when: /XDS client connection error/,
    meaning: "ztunnel does not reach istiod, without which it does not become ready.",
    source: XDS,
  },
  {
    ...OF_ZTUNNEL,
    id: "no-node-agent",
    when: /failed to connect to the Istio CNI node agent|node agent announcement failed/,
    meaning: "ztunnel finds no Istio CNI on its node, which gives it the pods to serve.",
    source: "ztunnel src/inpod/workloadmanager.rs",
  },
  {
    ...OF_ZTUNNEL,
    id: "cannot-bind",
    when: /failed to bind to address/,
    meaning: "A port that ztunnel listens on is taken, or may not be used.",
    source: "ztunnel src/proxy.rs",
  },
  {
    ...OF_ISTIOD,
    id: "impersonation-not-allowed",
    explains: ["impersonation"],
    when: /is not allowed to impersonate|node authorizer \(CA_TRUSTED_NODE_ACCOUNTS\) is not configured/,
    meaning:
      "istiod refuses ztunnel the certificates of workloads: CA_TRUSTED_NODE_ACCOUNTS does not name its namespace and service account.",
    source: "security/pkg/server/ca/node_auth.go, server.go",
  },
  {
    ...OF_ISTIOD,
    id: "incomplete-ca",
    when: /incomplete signing CA bundle detected/,
    meaning: "Secret cacerts lacks a file, so that istiod does not start.",
    source: "pilot/pkg/bootstrap/istio_ca.go",
  },
  {
    ...OF_ISTIOD,
    id: "ca-not-made",
    when: /failed to create (?:a self-signed |an )?istiod CA|failed to load remote CA certs/,
    meaning: "istiod cannot sign with what it has, so that it does not start.",
    source: "pilot/pkg/bootstrap/istio_ca.go, server.go",
  },
  {
    ...OF_ISTIOD,
    id: "istiod-not-started",
    when: /failed to create discovery service/,
    meaning: "istiod does not start, for the reason that follows.",
    source: "pilot/cmd/pilot-discovery/app/cmd.go",
  },
  {
    ...OF_ISTIOD,
    id: "remote-cluster-not-added",
    explains: ["remote cluster"],
    when: /(?:Adding|Updating) cluster_id\S* from secret=\S+: |create remote cluster failed|[Ff]ailed to add remote cluster|remote cluster \S+ failed to sync/,
    meaning:
      "istiod cannot use the kubeconfig of a remote secret, or gets no answer from the cluster that it leads to.",
    source: "pkg/kube/multicluster/secretcontroller.go, cluster.go",
  },
  {
    ...OF_CNI,
    id: "read-only-directory",
    when: /environments require customization of the CNI directory/,
    meaning:
      "The directory for CNI plugins cannot be written on this platform: set global.platform when installing.",
    source: "cni/pkg/install/install.go",
  },
  {
    ...OF_CNI,
    id: "no-ztunnel-on-node",
    explains: ["cni", "ztunnel"],
    when: /no ztunnel connection|failed to add pod to ztunnel|Unable to send pod to ztunnel/,
    meaning: "Istio CNI finds no ztunnel on its node to give pods to.",
    source: "cni/pkg/nodeagent/ztunnelserver_linux.go, informers.go",
  },
  {
    ...OF_CNI,
    id: "agent-not-started",
    when: /installer failed:|failed to create ambient nodeagent service/,
    meaning: "Istio CNI does not get ready, for the reason that follows.",
    source: "cni/pkg/cmd/root.go",
  },
];
