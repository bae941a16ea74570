import {
  condition,
  configMap,
  daemonSet,
  deployment,
  type EnvVars,
  gateway,
  gatewayClass,
  type KubeObject,
  namespace,
  node,
  pod,
  RECORDED_AT,
  secret,
  service,
  uidOf,
} from "./objects.ts";

/** The PEM texts of one cluster's certificates. */
export interface ClusterCertificates {
  /** What istiod signs with, below the root. */
  intermediate: string;
  /** The root, or several during a rotation. */
  roots: string;
}

export interface ClusterSpec {
  context: string;
  /** CLUSTER_ID. */
  id: string;
  network: string;
  /** Of the east-west gateway's load balancer. */
  address: string;
  certificates: ClusterCertificates;
  version?: string;
  revision?: string;
  trustDomain?: string;
  istioNamespace?: string;
  /** Where ztunnel and CNI are. */
  nodeNamespace?: string;
  gatewayNamespace?: string;
  region?: string;
  istiodEnv?: EnvVars;
  /** Beyond and above what it has by itself; undefined takes a variable away. */
  ztunnelEnv?: Readonly<Record<string, string | undefined>>;
  nodePort?: boolean;
  nodes?: number;
  /** The beginning of its pods' addresses: two numbers. */
  podNetwork?: string;
}

/** What a scenario holds of one cluster. */
export interface ClusterFixture {
  spec: Required<ClusterSpec>;
  objects: KubeObject[];
  /** Debug answers by `namespace/pod/port/path`. */
  debug: Record<string, unknown>;
  time: string;
  serverVersion: string;
  user: string;
}

const REGISTRY = "registry.example/istio";
const CONTROLLER = "istio.io/gateway-controller";

const LISTENERS = [
  { name: "cross-network", port: 15008, protocol: "HBONE" },
  { name: "xds-tls", port: 15012, protocol: "TLS" },
];

/** As peering writes them on a remote Gateway that is connected. */
const CONNECTED = [
  condition("Accepted", "True", "Accepted", "Resource accepted"),
  condition(
    "Programmed",
    "True",
    "Programmed",
    "This Gateway is remote; Istio will not program it",
  ),
  condition("gloo.solo.io/PeerConnected", "True", "Connected", "Connected to peer"),
  condition("gloo.solo.io/PeeringSucceeded", "True", "Synced", "Initial sync completed"),
  condition(
    "gloo.solo.io/PeerDataPlaneProgrammed",
    "True",
    "LoadBalancer",
    "Data plane uses LoadBalancer addresses",
  ),
];

export function withDefaults(spec: ClusterSpec): Required<ClusterSpec> {
  const istioNamespace = spec.istioNamespace ?? "istio-system";
  return {
    version: "1.28.5-solo",
    revision: "default",
    trustDomain: "cluster.local",
    nodeNamespace: istioNamespace,
    gatewayNamespace: "istio-eastwest",
    region: "us-east-1",
    istiodEnv: {},
    ztunnelEnv: {},
    nodePort: false,
    nodes: 1,
    podNetwork: "10.244",
    ...spec,
    istioNamespace,
  };
}

function suffix(spec: { id: string }, what: string): string {
  return uidOf(`${spec.id}/${what}`).replaceAll("-", "").slice(0, 5);
}

/** An istiod of one revision: Deployment, pod, mesh configuration and what its debug endpoint says. */
export function istiod(given: ClusterSpec): Pick<ClusterFixture, "objects" | "debug"> {
  const spec = withDefaults(given);
  const { revision } = spec;
  const name = revision === "default" ? "istiod" : `istiod-${revision}`;
  const labels = { app: "istiod", istio: "pilot", "istio.io/rev": revision };
  const podName = `${name}-6d9cdf88cf-${suffix(spec, name)}`;
  const workload = {
    name,
    namespace: spec.istioNamespace,
    labels,
    selector: { app: "istiod", "istio.io/rev": revision },
    container: "discovery",
    image: `${REGISTRY}/pilot:${spec.version}`,
    annotations: { "prometheus.io/port": "15014" },
    env: {
      REVISION: revision,
      CLUSTER_ID: spec.id,
      ENABLE_PEERING_DISCOVERY: "true",
      DISABLE_LEGACY_MULTICLUSTER: "true",
      PILOT_ENABLE_IP_AUTOALLOCATE: "true",
      CA_TRUSTED_NODE_ACCOUNTS: `${spec.nodeNamespace}/ztunnel`,
      ...(spec.trustDomain === "cluster.local" ? {} : { PILOT_SKIP_VALIDATE_TRUST_DOMAIN: "true" }),
      ...spec.istiodEnv,
    },
  };
  return {
    objects: [
      deployment(workload),
      pod({
        ...workload,
        name: podName,
        owner: { kind: "ReplicaSet", name: `${name}-6d9cdf88cf` },
      }),
      configMap(
        spec.istioNamespace,
        revision === "default" ? "istio" : `istio-${revision}`,
        {
          mesh: [
            "accessLogFile: /dev/stdout",
            "defaultConfig:",
            "  proxyMetadata:",
            '    ISTIO_META_DNS_CAPTURE: "true"',
            `trustDomain: ${spec.trustDomain}`,
            "",
          ].join("\n"),
          meshNetworks: "networks: {}",
        },
        { "istio.io/rev": revision },
      ),
    ],
    debug: {
      [`${spec.istioNamespace}/${podName}/15014/debug/license`]: {
        State: "OK",
        Product: "gloo-mesh",
      },
      [`${spec.istioNamespace}/${podName}/15014/debug/syncz`]: [
        {
          cluster_id: spec.id,
          proxy: `ztunnel-${suffix(spec, "ztunnel-0")}.${spec.nodeNamespace}`,
          proxy_type: "ztunnel",
          istio_version: spec.version,
        },
      ],
    },
  };
}

function withoutUnset(values: Readonly<Record<string, string | undefined>>): EnvVars {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function nodeAgents(spec: Required<ClusterSpec>): KubeObject[] {
  const ztunnel = {
    name: "ztunnel",
    namespace: spec.nodeNamespace,
    labels: { app: "ztunnel" },
    selector: { app: "ztunnel" },
    container: "istio-proxy",
    image: `${REGISTRY}/ztunnel:${spec.version}`,
    env: withoutUnset({
      NETWORK: spec.network,
      ISTIO_META_CLUSTER_ID: spec.id,
      ...(spec.trustDomain === "cluster.local" ? {} : { SKIP_VALIDATE_TRUST_DOMAIN: "true" }),
      ...spec.ztunnelEnv,
    }),
    replicas: spec.nodes,
    serviceAccount: "ztunnel",
  };
  const cni = {
    name: "istio-cni-node",
    namespace: spec.nodeNamespace,
    labels: { "k8s-app": "istio-cni-node" },
    selector: { "k8s-app": "istio-cni-node" },
    container: "install-cni",
    image: `${REGISTRY}/install-cni:${spec.version}`,
    env: {},
    replicas: spec.nodes,
  };
  const pods = Array.from({ length: spec.nodes }, (_, index) =>
    [ztunnel, cni].map((workload) =>
      pod({
        ...workload,
        name: `${workload.name}-${suffix(spec, `${workload.name}-${index}`)}`,
        nodeName: `${spec.id}-node-${index + 1}`,
        owner: { kind: "DaemonSet", name: workload.name },
      }),
    ),
  );
  return [
    daemonSet(ztunnel),
    daemonSet(cni),
    ...pods.flat(),
    configMap(spec.nodeNamespace, "istio-cni-config", {
      AMBIENT_ENABLED: "true",
      AMBIENT_DNS_CAPTURE: "true",
      AMBIENT_IPV6: "true",
    }),
  ];
}

/** The east-west gateway with the objects that its controller makes for it. */
function eastWestGateway(given: ClusterSpec): KubeObject[] {
  const spec = withDefaults(given);
  const labels = {
    "istio.io/expose-istiod": "15012",
    "topology.istio.io/cluster": spec.id,
    "topology.istio.io/network": spec.network,
    "topology.kubernetes.io/region": spec.region,
  };
  const managed = {
    ...labels,
    "gateway.istio.io/managed": "istio.io-eastwest-controller",
    "gateway.networking.k8s.io/gateway-class-name": "istio-eastwest",
    "gateway.networking.k8s.io/gateway-name": "istio-eastwest",
  };
  const workload = {
    name: "istio-eastwest",
    namespace: spec.gatewayNamespace,
    labels: managed,
    selector: { "gateway.networking.k8s.io/gateway-name": "istio-eastwest" },
    container: "istio-proxy",
    image: `${REGISTRY}/ztunnel:${spec.version}`,
    env: { NETWORK: spec.network, ISTIO_META_CLUSTER_ID: spec.id },
    serviceAccount: "istio-eastwest",
  };
  return [
    gateway({
      namespace: spec.gatewayNamespace,
      name: "istio-eastwest",
      className: "istio-eastwest",
      labels,
      ...(spec.nodePort
        ? { annotations: { "peering.solo.io/data-plane-service-type": "NodePort" } }
        : {}),
      statusAddresses: [{ type: addressType(spec.address), value: spec.address }],
      listeners: LISTENERS,
      conditions: [
        condition("Accepted", "True", "Accepted", "Resource accepted"),
        condition(
          "Programmed",
          "True",
          "Programmed",
          `Resource programmed, assigned to service(s) istio-eastwest.${spec.gatewayNamespace}.svc.cluster.local:15008`,
        ),
      ],
    }),
    service({
      namespace: spec.gatewayNamespace,
      name: "istio-eastwest",
      labels: managed,
      type: "LoadBalancer",
      clusterIP: "10.96.12.34",
      ingress: [
        addressType(spec.address) === "Hostname"
          ? { hostname: spec.address }
          : { ip: spec.address },
      ],
      ports: [
        { name: "status-port", port: 15021, nodePort: 31021 },
        { name: "cross-network", port: 15008, nodePort: 31008 },
        { name: "xds-tls", port: 15012, nodePort: 31012 },
      ],
    }),
    deployment(workload),
    pod({
      ...workload,
      name: `istio-eastwest-857b77fc5d-${suffix(spec, "eastwest")}`,
      labels: { ...managed, "service.istio.io/canonical-name": "istio-eastwest" },
      owner: { kind: "ReplicaSet", name: "istio-eastwest-857b77fc5d" },
    }),
  ];
}

function addressType(address: string): "IPAddress" | "Hostname" {
  return /^[\d.]+$|:/.test(address) ? "IPAddress" : "Hostname";
}

/** The remote Gateway on a source that stands for the target, connected. */
export function remoteGateway(source: ClusterSpec, target: ClusterSpec): KubeObject {
  const [from, to] = [withDefaults(source), withDefaults(target)];
  return gateway({
    namespace: from.gatewayNamespace,
    name: `istio-remote-peer-${to.network}`,
    className: "istio-remote",
    labels: {
      "topology.istio.io/cluster": to.id,
      "topology.istio.io/network": to.network,
      "topology.kubernetes.io/region": to.region,
    },
    annotations: {
      "gateway.istio.io/service-account": "istio-eastwest",
      "gateway.istio.io/trust-domain": to.trustDomain,
      ...(to.nodePort ? { "peering.solo.io/preferred-data-plane-service-type": "NodePort" } : {}),
    },
    addresses: [{ type: addressType(to.address), value: to.address }],
    statusAddresses: [{ type: addressType(to.address), value: to.address }],
    listeners: LISTENERS.filter(({ name }) => !to.nodePort || name === "xds-tls"),
    conditions: structuredClone(CONNECTED),
  });
}

/** A healthy cluster that is linked to nobody yet. */
export function cluster(given: ClusterSpec): ClusterFixture {
  const spec = withDefaults(given);
  const control = istiod(spec);
  const nodes = Array.from({ length: spec.nodes }, (_, index) =>
    node(
      `${spec.id}-node-${index + 1}`,
      {
        "topology.kubernetes.io/region": spec.region,
        "topology.kubernetes.io/zone": `${spec.region}a`,
      },
      `10.0.0.${index + 1}`,
      `${spec.podNetwork}.${index}.0/24`,
    ),
  );
  const kubeSystem = namespace("kube-system");
  kubeSystem.metadata.uid = uidOf(`kube-system of ${spec.context}`);
  const namespaces = [
    kubeSystem,
    namespace("default"),
    namespace(spec.istioNamespace, { "topology.istio.io/network": spec.network }),
    ...[spec.nodeNamespace, spec.gatewayNamespace]
      .filter((name) => name !== spec.istioNamespace && name !== "kube-system")
      .map((name) => namespace(name)),
  ];
  return {
    spec,
    objects: [
      ...namespaces,
      ...nodes,
      ...control.objects,
      ...nodeAgents(spec),
      gatewayClass("istio-eastwest", "istio.io/eastwest-controller"),
      gatewayClass("istio-remote", "istio.io/unmanaged-gateway"),
      gatewayClass("istio", CONTROLLER),
      ...eastWestGateway(spec),
      configMap(
        spec.istioNamespace,
        "istio-ca-root-cert",
        { "root-cert.pem": spec.certificates.roots },
        { "istio.io/config": "true" },
      ),
      secret(spec.istioNamespace, "cacerts", {
        "ca-cert.pem": spec.certificates.intermediate,
        // That there is a key is all that recordings keep.
        "ca-key.pem": "",
        "cert-chain.pem": spec.certificates.intermediate + spec.certificates.roots,
        "root-cert.pem": spec.certificates.roots,
      }),
    ],
    debug: control.debug,
    time: RECORDED_AT,
    serverVersion: "v1.33.1",
    user: "mesh-admin",
  };
}

/** Links every cluster to every other, with what the targets' istiods then say. */
export function link(...clusters: ClusterFixture[]): ClusterFixture[] {
  for (const source of clusters) {
    for (const target of clusters) {
      if (source === target) continue;
      source.objects.push(remoteGateway(source.spec, target.spec));
      sees(target, source);
    }
  }
  return clusters;
}

/** The source's istiod shows up among the clients of the target's. */
function sees(target: ClusterFixture, source: ClusterFixture): void {
  const istiodPod = source.objects.find(
    ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "istiod",
  );
  for (const [key, answer] of Object.entries(target.debug)) {
    if (key.endsWith("/debug/syncz") && Array.isArray(answer)) {
      answer.push({
        cluster_id: source.spec.id,
        proxy: `${istiodPod?.metadata.name}.${source.spec.istioNamespace}`,
        proxy_type: "istiod",
        istio_version: source.spec.version,
      });
    }
  }
}

/** The object of a fixture; a scenario that names one that is not there is wrong. */
export function find(fixture: ClusterFixture, kind: string, name: string): KubeObject {
  const found = fixture.objects.find(
    (object) => object.kind === kind && object.metadata.name === name,
  );
  if (!found) throw new Error(`${fixture.spec.context} has no ${kind} ${name}`);
  return found;
}
