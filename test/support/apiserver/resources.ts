import type { KubeObject } from "./types.ts";

/** One served resource type. */
export interface ResourceType {
  group: string;
  /** The first one is stored. */
  versions: string[];
  plural: string;
  kind: string;
  namespaced: boolean;
  shortNames: string[];
  /** Status is written through its subresource only. */
  hasStatus: boolean;
  /** Built into the API server: list items carry no kind, strategic merge patches work. */
  builtin: boolean;
}

type Row = [
  group: string,
  versions: string,
  plural: string,
  kind: string,
  scope: "ns" | "cluster",
  shortNames: string,
  status: "status" | "",
];

const BUILTIN: Row[] = [
  ["", "v1", "pods", "Pod", "ns", "po", "status"],
  ["", "v1", "services", "Service", "ns", "svc", "status"],
  ["", "v1", "namespaces", "Namespace", "cluster", "ns", "status"],
  ["", "v1", "nodes", "Node", "cluster", "no", "status"],
  ["", "v1", "configmaps", "ConfigMap", "ns", "cm", ""],
  ["", "v1", "secrets", "Secret", "ns", "", ""],
  ["", "v1", "serviceaccounts", "ServiceAccount", "ns", "sa", ""],
  ["", "v1", "events", "Event", "ns", "ev", ""],
  ["apps", "v1", "deployments", "Deployment", "ns", "deploy", "status"],
  ["apps", "v1", "daemonsets", "DaemonSet", "ns", "ds", "status"],
  ["apps", "v1", "replicasets", "ReplicaSet", "ns", "rs", "status"],
  ["apps", "v1", "statefulsets", "StatefulSet", "ns", "sts", "status"],
  [
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    "cluster",
    "crd,crds",
    "status",
  ],
  ["networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", "ns", "netpol", ""],
  ["rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", "cluster", "", ""],
  [
    "rbac.authorization.k8s.io",
    "v1",
    "clusterrolebindings",
    "ClusterRoleBinding",
    "cluster",
    "",
    "",
  ],
  ["rbac.authorization.k8s.io", "v1", "roles", "Role", "ns", "", ""],
  ["rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", "ns", "", ""],
];

const CUSTOM: Record<"gatewayApi" | "istio" | "openshift", Row[]> = {
  gatewayApi: [
    ["gateway.networking.k8s.io", "v1,v1beta1", "gateways", "Gateway", "ns", "gtw", "status"],
    [
      "gateway.networking.k8s.io",
      "v1,v1beta1",
      "gatewayclasses",
      "GatewayClass",
      "cluster",
      "gc",
      "status",
    ],
  ],
  istio: [
    [
      "networking.istio.io",
      "v1,v1beta1,v1alpha3",
      "workloadentries",
      "WorkloadEntry",
      "ns",
      "we",
      "status",
    ],
    [
      "networking.istio.io",
      "v1,v1beta1,v1alpha3",
      "serviceentries",
      "ServiceEntry",
      "ns",
      "se",
      "status",
    ],
    ["networking.istio.io", "v1,v1beta1,v1alpha3", "gateways", "Gateway", "ns", "gw", "status"],
    [
      "security.istio.io",
      "v1,v1beta1",
      "authorizationpolicies",
      "AuthorizationPolicy",
      "ns",
      "ap",
      "status",
    ],
  ],
  openshift: [
    ["operator.openshift.io", "v1", "networks", "Network", "cluster", "", ""],
    ["config.openshift.io", "v1", "infrastructures", "Infrastructure", "cluster", "", "status"],
  ],
};

const CUSTOM_GROUPS = new Map(
  Object.entries(CUSTOM).flatMap(([bundle, rows]) => rows.map(([group]) => [group, bundle])),
);

/** Groups of requests that store nothing; their resources show up in discovery. */
export const REVIEWS = [
  { group: "authentication.k8s.io", plural: "selfsubjectreviews", kind: "SelfSubjectReview" },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectaccessreviews",
    kind: "SelfSubjectAccessReview",
  },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectrulesreviews",
    kind: "SelfSubjectRulesReview",
  },
] as const;

function typeOf(builtin: boolean): (row: Row) => ResourceType {
  return ([group, versions, plural, kind, scope, shortNames, status]) => ({
    group,
    versions: versions.split(","),
    plural,
    kind,
    namespaced: scope === "ns",
    shortNames: shortNames === "" ? [] : shortNames.split(","),
    hasStatus: status === "status",
    builtin,
  });
}

function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export const joinApiVersion = (group: string, version: string): string =>
  group === "" ? version : `${group}/${version}`;

export interface ServedGroups {
  gatewayApi?: boolean;
  istio?: boolean;
  openshift?: boolean;
  /** Single types that are not. */
  except?: readonly { group: string; resource: string }[];
}

/** The resource types that a server serves: the known ones, and what its first objects bring. */
export class Registry {
  readonly types: ResourceType[];
  readonly #refused: Set<string>;

  constructor(served: ServedGroups, objects: readonly KubeObject[]) {
    const groups = new Set(objects.map(({ apiVersion }) => splitApiVersion(apiVersion).group));
    const wanted = {
      gatewayApi: served.gatewayApi ?? true,
      istio: served.istio ?? true,
      openshift:
        served.openshift ?? [...groups].some((group) => CUSTOM_GROUPS.get(group) === "openshift"),
    };
    this.types = BUILTIN.map(typeOf(true));
    for (const bundle of ["gatewayApi", "istio", "openshift"] as const) {
      if (wanted[bundle]) this.types.push(...CUSTOM[bundle].map(typeOf(false)));
    }
    this.#refused = new Set(
      [...CUSTOM_GROUPS]
        .filter(([, bundle]) => !wanted[bundle as keyof typeof wanted])
        .map(([group]) => group),
    );
    for (const object of objects) this.#learn(object);
    const except = served.except ?? [];
    this.types = this.types.filter(
      ({ group, plural }) => !except.some((one) => one.group === group && one.resource === plural),
    );
  }

  /** A kind that nobody declared is served too, as if its CRD were installed. */
  #learn(object: KubeObject): void {
    const { group, version } = splitApiVersion(object.apiVersion);
    if (this.#refused.has(group) || this.ofKind(object.apiVersion, object.kind)) return;
    const known = this.types.find((type) => type.group === group && type.kind === object.kind);
    if (known) {
      known.versions.push(version);
      return;
    }
    this.types.push({
      group,
      versions: [version],
      plural: guessPlural(object.kind),
      kind: object.kind,
      namespaced: object.metadata.namespace !== undefined,
      shortNames: [],
      hasStatus: true,
      builtin: false,
    });
  }

  ofKind(apiVersion: string, kind: string): ResourceType | undefined {
    const { group, version } = splitApiVersion(apiVersion);
    return this.types.find(
      (type) => type.group === group && type.kind === kind && type.versions.includes(version),
    );
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.types.find(
      (type) => type.group === group && type.plural === plural && type.versions.includes(version),
    );
  }

  /** Group names in order of appearance, the core group first. */
  groups(): string[] {
    return [...new Set([...this.types, ...REVIEWS].map(({ group }) => group))];
  }

  versions(group: string): string[] {
    const served = this.types
      .filter((type) => type.group === group)
      .flatMap((type) => type.versions);
    const reviews = REVIEWS.some((review) => review.group === group) ? ["v1"] : [];
    return [...new Set([...served, ...reviews])];
  }

  serves(group: string, version: string): boolean {
    return this.versions(group).includes(version);
  }
}

function guessPlural(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("s")) return `${lower}es`;
  return lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
