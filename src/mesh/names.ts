/*
 * Labels, annotations, classes, ports and defaults of Kubernetes, the Gateway API, Istio and Solo's
 * distribution. Each stands here and nowhere else.
 */

export const NETWORK = "topology.istio.io/network";
export const CLUSTER = "topology.istio.io/cluster";
export const REGION = "topology.kubernetes.io/region";
export const ZONE = "topology.kubernetes.io/zone";
export const REVISION = "istio.io/rev";
export const VERSION = "app.kubernetes.io/version";
export const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
export const SERVICE_SCOPE = "solo.io/service-scope";
/** Label of the istio namespace: the Segment that the cluster is in. */
export const SEGMENT = "admin.solo.io/segment";
export const TRUST_DOMAIN = "gateway.istio.io/trust-domain";
export const SERVICE_ACCOUNT = "gateway.istio.io/service-account";
/** Label of pods into which Istio has put an Envoy, as a sidecar, waypoint or gateway. */
export const CANONICAL_NAME = "service.istio.io/canonical-name";
export const DATA_PLANE_TYPE = "peering.solo.io/data-plane-service-type";
export const PREFERRED_DATA_PLANE_TYPE = "peering.solo.io/preferred-data-plane-service-type";
/** Label of what a package manager made, and its value where that is Helm. */
export const MANAGED_BY = "app.kubernetes.io/managed-by";
export const HELM = "Helm";
/** Annotations by which Helm knows what is its own: the release, and the namespace that it is in. */
export const HELM_RELEASE = "meta.helm.sh/release-name";
export const HELM_NAMESPACE = "meta.helm.sh/release-namespace";
export const EXPOSE_ISTIOD = "istio.io/expose-istiod";
/** Label of a namespace or pod: `ambient`, `none`, or another mode of Istio's data plane. */
export const DATA_PLANE_MODE = "istio.io/dataplane-mode";
/** The class of Gateways that are waypoints. */
export const CLASS_WAYPOINT = "istio-waypoint";

export const SERVICE_TYPE = "networking.istio.io/service-type";
/** Label of AWS nodes: `fargate` where no DaemonSet runs. */
export const COMPUTE_TYPE = "eks.amazonaws.com/compute-type";
/** Annotation of a pod: the port of its metrics and, on istiod, of its debug endpoints. */
export const METRICS_PORT = "prometheus.io/port";
/** Label of a gateway's Service: its port for other networks, where that is not 15443. */
export const GATEWAY_PORT = "networking.istio.io/gatewayPort";
/** Annotation of a gateway's Service: the nodes whose addresses are the gateway's, as labels in JSON. */
export const NODE_SELECTOR = "traffic.istio.io/nodeSelector";
/** Label of Services and namespaces that names the waypoint for them. */
export const USE_WAYPOINT = "istio.io/use-waypoint";
/** Label of a Service that the scopes of Istio's ambient profile go by. */
export const GLOBAL_SERVICE = "istio.io/global";
/** The ConfigMap of every namespace that has the roots which pods trust the API server by. */
export const API_ROOT_CONFIG_MAP = "kube-root-ca.crt";
/** Annotation of a remote secret: the cluster that its kubeconfig is for. */
export const NETWORKING_CLUSTER = "networking.istio.io/cluster";
/** On a WorkloadEntry that peering wrote: the pod of the other cluster that it stands for. */
export const PEERED_UID = "solo.io/peered-workload-uid";
export const SOURCE_WORKLOAD = "solo.io/source-workload";
export const SOURCE_CLUSTER = "solo.io/source-cluster";

/** Selects istiod's Deployments and pods of all revisions. */
export const ISTIOD_SELECTOR = "app=istiod";
/** Selects the remote secrets of community multicluster. */
export const REMOTE_SECRET = "istio/multiCluster";
export const REMOTE_SECRET_SELECTOR = `${REMOTE_SECRET}=true`;

/** Gateways as kubectl takes them: `gateway` may also be Istio's own. */
export const GATEWAY_RESOURCE = "gateways.gateway.networking.k8s.io";

/** The class of Gateways that stand for other clusters. */
export const CLASS_REMOTE = "istio-remote";
/** Solo's class of Gateways through which other clusters reach this one. */
export const CLASS_EAST_WEST = "istio-eastwest";
/** The community's class of such Gateways. */
export const CLASS_COMMUNITY = "istio-east-west";
export const EAST_WEST_CLASSES: readonly string[] = [CLASS_EAST_WEST, CLASS_COMMUNITY];

/** What the install guides call the east-west Gateway. */
export const EAST_WEST_NAME = "istio-eastwest";
/** The namespace in which the install guides put it. */
export const EAST_WEST_NAMESPACE = "istio-eastwest";

/** What istiod calls its cluster while CLUSTER_ID is not set: it names no cluster. */
export const DEFAULT_CLUSTER_ID = "Kubernetes";
/** The domain of services that clusters share, where these are in no Segment. */
export const DEFAULT_MESH_DOMAIN = "mesh.internal";
/** The domain of services within a cluster, unless its kubelets are told otherwise. */
export const CLUSTER_DOMAIN = "svc.cluster.local";
/** What istiod takes where the mesh configuration names no trust domain. */
export const DEFAULT_TRUST_DOMAIN = "cluster.local";
/** The ConfigMap of every namespace that has the roots which workloads trust. */
export const ROOT_CONFIG_MAP = "istio-ca-root-cert";
export const DEFAULT_ISTIO_NAMESPACE = "istio-system";
/** The revision of an istiod without label istio.io/rev. */
export const DEFAULT_REVISION = "default";
/** The namespace of Kubernetes' own components; its UID tells a cluster from all others. */
export const SYSTEM_NAMESPACE = "kube-system";

/** Condition of a Segment that istiod does not take up. */
export const REJECTED = "Rejected";
/** Conditions of the Gateway API. */
export const ACCEPTED = "Accepted";
export const PROGRAMMED = "Programmed";
/** Conditions of Solo's peering: istiod is connected to the peer's. */
export const PEER_CONNECTED = "gloo.solo.io/PeerConnected";
/** It has been in sync with it. */
export const PEERING_SUCCEEDED = "gloo.solo.io/PeeringSucceeded";
/** Traffic has a way there; older versions don't write it. */
export const PEER_DATA_PLANE_PROGRAMMED = "gloo.solo.io/PeerDataPlaneProgrammed";

export const PORT_HBONE = 15008;
/** Through which sidecars reach those of other networks. */
export const PORT_CROSS_NETWORK = 15443;
export const PORT_XDS = 15012;
/** istiod's debug endpoints, unless annotation prometheus.io/port says otherwise. */
export const PORT_DEBUG = 15014;
