/** A Kubernetes resource type, as the API paths name it. */
export interface Resource {
  /** API group, "" for core. */
  group: string;
  /** Versions to try, the preferred one first: the next is asked only when one is not served. */
  versions: readonly [string, ...string[]];
  plural: string;
  kind: string;
  namespaced: boolean;
}

const core = (plural: string, kind: string, namespaced = true): Resource => ({
  group: "",
  versions: ["v1"],
  plural,
  kind,
  namespaced,
});

const networking = (plural: string, kind: string): Resource => ({
  group: "networking.istio.io",
  versions: ["v1", "v1beta1", "v1alpha3"],
  plural,
  kind,
  namespaced: true,
});

const spire = (plural: string, kind: string): Resource => ({
  group: "spire.spiffe.io",
  versions: ["v1alpha1"],
  plural,
  kind,
  namespaced: false,
});

/** Every resource type that mc reads or writes. */
export const RESOURCES = {
  pods: core("pods", "Pod"),
  services: core("services", "Service"),
  namespaces: core("namespaces", "Namespace", false),
  nodes: core("nodes", "Node", false),
  configMaps: core("configmaps", "ConfigMap"),
  secrets: core("secrets", "Secret"),
  serviceAccounts: core("serviceaccounts", "ServiceAccount"),
  deployments: {
    group: "apps",
    versions: ["v1"],
    plural: "deployments",
    kind: "Deployment",
    namespaced: true,
  },
  daemonSets: {
    group: "apps",
    versions: ["v1"],
    plural: "daemonsets",
    kind: "DaemonSet",
    namespaced: true,
  },
  gateways: {
    group: "gateway.networking.k8s.io",
    versions: ["v1", "v1beta1"],
    plural: "gateways",
    kind: "Gateway",
    namespaced: true,
  },
  gatewayClasses: {
    group: "gateway.networking.k8s.io",
    versions: ["v1", "v1beta1"],
    plural: "gatewayclasses",
    kind: "GatewayClass",
    namespaced: false,
  },
  workloadEntries: networking("workloadentries", "WorkloadEntry"),
  serviceEntries: networking("serviceentries", "ServiceEntry"),
  /** Istio's own kind of Gateway, which is called as that of the Gateway API is. */
  istioGateways: networking("gateways", "Gateway"),
  virtualServices: networking("virtualservices", "VirtualService"),
  /** Only looked for in recordings that have no EndpointSlices. */
  endpoints: core("endpoints", "Endpoints"),
  endpointSlices: {
    group: "discovery.k8s.io",
    versions: ["v1"],
    plural: "endpointslices",
    kind: "EndpointSlice",
    namespaced: true,
  },
  authorizationPolicies: {
    group: "security.istio.io",
    versions: ["v1", "v1beta1"],
    plural: "authorizationpolicies",
    kind: "AuthorizationPolicy",
    namespaced: true,
  },
  networkPolicies: {
    group: "networking.k8s.io",
    versions: ["v1"],
    plural: "networkpolicies",
    kind: "NetworkPolicy",
    namespaced: true,
  },
  /** Solo's: a part of the mesh with a domain of its own. */
  segments: {
    group: "admin.solo.io",
    versions: ["v1alpha1"],
    plural: "segments",
    kind: "Segment",
    namespaced: true,
  },
  /** A cluster that a management plane of Solo's knows. */
  kubernetesClusters: {
    group: "admin.gloo.solo.io",
    versions: ["v2"],
    plural: "kubernetesclusters",
    kind: "KubernetesCluster",
    namespaced: true,
  },
  /** SPIRE's controller manager: which pods get which identity, and whose bundles are fetched. */
  clusterSpiffeIds: spire("clusterspiffeids", "ClusterSPIFFEID"),
  clusterStaticEntries: spire("clusterstaticentries", "ClusterStaticEntry"),
  federatedTrustDomains: spire("clusterfederatedtrustdomains", "ClusterFederatedTrustDomain"),
  /** OpenShift's Cluster Network Operator configuration, one object named `cluster`. */
  openshiftNetworks: {
    group: "operator.openshift.io",
    versions: ["v1"],
    plural: "networks",
    kind: "Network",
    namespaced: false,
  },
} as const satisfies Record<string, Resource>;
