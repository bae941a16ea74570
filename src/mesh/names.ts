/** Labels, annotations and names that Kubernetes, Istio and Solo's distribution give. */
export const NETWORK = "topology.istio.io/network";
export const CLUSTER = "topology.istio.io/cluster";
export const REGION = "topology.kubernetes.io/region";
export const ZONE = "topology.kubernetes.io/zone";
export const REVISION = "istio.io/rev";
export const VERSION = "app.kubernetes.io/version";
export const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
export const SERVICE_SCOPE = "solo.io/service-scope";
export const TRUST_DOMAIN = "gateway.istio.io/trust-domain";
export const SERVICE_ACCOUNT = "gateway.istio.io/service-account";
export const DATA_PLANE_TYPE = "peering.solo.io/data-plane-service-type";
export const PREFERRED_DATA_PLANE_TYPE = "peering.solo.io/preferred-data-plane-service-type";
export const EXPOSE_ISTIOD = "istio.io/expose-istiod";

export const CLASS_REMOTE = "istio-remote";
/** The community's east-west class. */
export const CLASS_COMMUNITY = "istio-east-west";
/** Solo's class and the community's. */
export const EAST_WEST_CLASSES: readonly string[] = ["istio-eastwest", CLASS_COMMUNITY];

/** What istiod signs with: as it was given it, and as it made it itself. */
export const CA_SECRET = "cacerts";
export const SELF_MADE_CA_SECRET = "istio-ca-secret";
/** What istiod writes into every namespace: the roots that workloads trust. */
export const ROOTS_CONFIG_MAP = "istio-ca-root-cert";

export const PORT_HBONE = 15008;
export const PORT_XDS = 15012;
/** istiod's debug endpoints, unless annotation prometheus.io/port says otherwise. */
export const PORT_DEBUG = 15014;
