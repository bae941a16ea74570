/** Labels and annotations that only facts read. */
export const METRICS_PORT = "prometheus.io/port";
export const PEERED_UID = "solo.io/peered-workload-uid";
export const SOURCE_WORKLOAD = "solo.io/source-workload";
export const SOURCE_CLUSTER = "solo.io/source-cluster";
export const REMOTE_SECRET = "istio/multiCluster=true";
/** Annotation of a remote secret: the cluster that its kubeconfig is for. */
export const NETWORKING_CLUSTER = "networking.istio.io/cluster";
