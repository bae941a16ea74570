/*
 * Kubernetes objects as a cluster of a multicluster ambient mesh holds them, as far as checks look:
 * each builder gives a healthy one, and takes what a scenario changes.
 */

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

/** When fixtures were recorded, and when their components were made. */
export const RECORDED_AT = "2026-01-15T12:00:00Z";
const CREATED_AT = "2026-01-15T11:49:42Z";

interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  createdAt?: string;
}

function metadata(
  kind: string,
  { createdAt = CREATED_AT, ...given }: Metadata,
): KubeObject["metadata"] {
  return {
    ...given,
    uid: uidOf(`${kind}/${given.namespace ?? ""}/${given.name}`),
    creationTimestamp: createdAt,
  };
}

/** A UID that is the same for the same text. */
export function uidOf(text: string): string {
  let hex = "";
  for (let seed = 0; hex.length < 32; seed += 1) {
    let hash = 0x811c9dc5 ^ seed;
    for (const character of text)
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    hex += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function namespace(name: string, labels: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: metadata("Namespace", {
      name,
      labels: { "kubernetes.io/metadata.name": name, ...labels },
    }),
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

export function node(
  name: string,
  labels: Record<string, string>,
  internalIP: string,
  podCIDR: string,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: metadata("Node", {
      name,
      labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", ...labels },
    }),
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      addresses: [
        { type: "InternalIP", address: internalIP },
        { type: "Hostname", address: name },
      ],
    },
  };
}

export type EnvVars = Record<string, string>;

function envList(env: EnvVars): { name: string; value: string }[] {
  return Object.entries(env).map(([name, value]) => ({ name, value }));
}

interface Workload {
  name: string;
  namespace: string;
  /** Labels of the object and its pods. */
  labels: Record<string, string>;
  selector: Record<string, string>;
  container: string;
  image: string;
  env: EnvVars;
  replicas?: number;
  ready?: number;
  annotations?: Record<string, string>;
  /** That its pods run as. */
  serviceAccount?: string;
}

function template(workload: Workload): Record<string, unknown> {
  return {
    metadata: {
      labels: workload.labels,
      ...(workload.annotations ? { annotations: workload.annotations } : {}),
    },
    spec: {
      ...(workload.serviceAccount ? { serviceAccountName: workload.serviceAccount } : {}),
      containers: [{ name: workload.container, image: workload.image, env: envList(workload.env) }],
    },
  };
}

export function deployment(workload: Workload): KubeObject {
  const { replicas = 1, ready = replicas } = workload;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata("Deployment", {
      name: workload.name,
      namespace: workload.namespace,
      labels: workload.labels,
    }),
    spec: {
      replicas,
      selector: { matchLabels: workload.selector },
      template: template(workload),
    },
    status: {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions: [
        {
          type: "Available",
          status: ready === replicas ? "True" : "False",
          reason: "MinimumReplicasAvailable",
          message: "Deployment has minimum availability.",
        },
      ],
    },
  };
}

export function daemonSet(workload: Workload): KubeObject {
  const { replicas = 1, ready = replicas } = workload;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: metadata("DaemonSet", {
      name: workload.name,
      namespace: workload.namespace,
      labels: workload.labels,
    }),
    spec: { selector: { matchLabels: workload.selector }, template: template(workload) },
    status: {
      desiredNumberScheduled: replicas,
      currentNumberScheduled: replicas,
      updatedNumberScheduled: replicas,
      numberAvailable: ready,
      numberReady: ready,
      numberMisscheduled: 0,
    },
  };
}

interface Pod {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  container: string;
  image: string;
  env?: EnvVars;
  nodeName?: string;
  owner: { kind: string; name: string };
  createdAt?: string;
}

export function pod(given: Pod): KubeObject {
  const { owner } = given;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata("Pod", {
        name: given.name,
        namespace: given.namespace,
        labels: given.labels,
        ...(given.annotations ? { annotations: given.annotations } : {}),
        ...(given.createdAt ? { createdAt: given.createdAt } : {}),
      }),
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: owner.kind,
          name: owner.name,
          uid: uidOf(`${owner.kind}/${given.namespace}/${owner.name}`),
          controller: true,
        },
      ],
    },
    spec: {
      nodeName: given.nodeName ?? "node-1",
      containers: [{ name: given.container, image: given.image, env: envList(given.env ?? {}) }],
    },
    status: {
      phase: "Running",
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Initialized", status: "True" },
        { type: "ContainersReady", status: "True" },
        { type: "Ready", status: "True" },
      ],
      containerStatuses: [
        {
          name: given.container,
          image: given.image,
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: given.createdAt ?? CREATED_AT } },
        },
      ],
      podIP: "10.244.0.10",
    },
  };
}

export function configMap(
  namespaceName: string,
  name: string,
  data: Record<string, string>,
  labels: Record<string, string> = {},
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata("ConfigMap", { name, namespace: namespaceName, labels }),
    data,
  };
}

/** `data` in plain text; encoded here. */
export function secret(
  namespaceName: string,
  name: string,
  data: Record<string, string>,
  type = "Opaque",
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata("Secret", { name, namespace: namespaceName }),
    type,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ),
  };
}

interface ServiceSpec {
  namespace: string;
  name: string;
  labels?: Record<string, string>;
  type?: string;
  clusterIP?: string;
  ingress?: { ip?: string; hostname?: string }[];
  ports: { name: string; port: number; nodePort?: number; protocol?: string }[];
}

export function service(spec: ServiceSpec): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata("Service", {
      name: spec.name,
      namespace: spec.namespace,
      labels: spec.labels ?? {},
    }),
    spec: {
      type: spec.type ?? "ClusterIP",
      clusterIP: spec.clusterIP ?? "10.96.0.20",
      clusterIPs: [spec.clusterIP ?? "10.96.0.20"],
      ports: spec.ports.map((port) => ({ protocol: "TCP", targetPort: port.port, ...port })),
    },
    status: { loadBalancer: spec.ingress ? { ingress: spec.ingress } : {} },
  };
}

export function condition(
  type: string,
  status: string,
  reason = type,
  message = "",
): Record<string, unknown> {
  return { type, status, reason, message, lastTransitionTime: CREATED_AT, observedGeneration: 1 };
}

export function gatewayClass(name: string, controllerName: string): KubeObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: metadata("GatewayClass", { name }),
    spec: { controllerName },
    status: {
      conditions: [condition("Accepted", "True", "Accepted", "Handled by Istio controller")],
    },
  };
}

export interface GatewaySpec {
  namespace: string;
  name: string;
  className: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  addresses?: { type: string; value: string }[];
  statusAddresses?: { type: string; value: string }[];
  listeners: { name: string; port: number; protocol: string }[];
  conditions: Record<string, unknown>[];
  manager?: string;
}

export function gateway(spec: GatewaySpec): KubeObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      ...metadata("Gateway", {
        name: spec.name,
        namespace: spec.namespace,
        labels: spec.labels,
        ...(spec.annotations ? { annotations: spec.annotations } : {}),
      }),
      generation: 1,
      managedFields: [{ manager: spec.manager ?? "mc", operation: "Apply" }],
    },
    spec: {
      gatewayClassName: spec.className,
      ...(spec.addresses ? { addresses: spec.addresses } : {}),
      listeners: spec.listeners.map((listener) => ({
        ...listener,
        tls: { mode: "Passthrough" },
        allowedRoutes: { namespaces: { from: "Same" } },
      })),
    },
    status: {
      ...(spec.statusAddresses ? { addresses: spec.statusAddresses } : {}),
      conditions: spec.conditions,
    },
  };
}

/** A Segment: a part of the mesh with a domain of its own. */
export function segment(
  namespaceName: string,
  name: string,
  domain: string,
  aliases: readonly { pattern: string }[] = [],
): KubeObject {
  return {
    apiVersion: "admin.solo.io/v1alpha1",
    kind: "Segment",
    metadata: metadata("Segment", { name, namespace: namespaceName }),
    spec: { domain, ...(aliases.length > 0 ? { aliases } : {}) },
  };
}

interface FlatEntry {
  namespace: string;
  sourceCluster: string;
  pod: { namespace: string; name: string };
  address: string;
  network: string;
  service: string;
}

/** A WorkloadEntry as peering writes it for a pod of another cluster on a flat network. */
export function flatEntry(entry: FlatEntry): KubeObject {
  const workload = `autogenflat.${entry.sourceCluster}.${entry.pod.namespace}.${entry.pod.name}`;
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadEntry",
    metadata: metadata("WorkloadEntry", {
      name: `${workload}.${uidOf(workload).slice(0, 12).replaceAll("-", "0")}`,
      namespace: entry.namespace,
      labels: {
        "solo.io/source-cluster": entry.sourceCluster,
        "solo.io/source-workload":
          workload.length > 63 ? `autogenflat.${uidOf(workload).slice(0, 8)}` : workload,
        "solo.io/parent-service": entry.service,
        "solo.io/parent-service-namespace": entry.pod.namespace,
      },
      annotations: {
        "solo.io/peered-workload-uid": `${entry.sourceCluster}//Pod/${entry.pod.namespace}/${entry.pod.name}`,
      },
    }),
    spec: { address: entry.address, network: entry.network },
  };
}

/** A cluster that a management plane has accepted. */
export function kubernetesCluster(namespaceName: string, name: string): KubeObject {
  return {
    apiVersion: "admin.gloo.solo.io/v2",
    kind: "KubernetesCluster",
    metadata: metadata("KubernetesCluster", { name, namespace: namespaceName }),
    spec: { clusterDomain: "cluster.local" },
    status: { common: { State: { approval: "ACCEPTED" } } },
  };
}
