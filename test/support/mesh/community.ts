import { type ClusterFixture, find } from "./cluster.ts";
import {
  condition,
  deployment,
  gateway,
  gatewayClass,
  type KubeObject,
  namespace,
  pod,
  secret,
  service,
  uidOf,
} from "./objects.ts";

/*
 * Meshes of community Istio: clusters that read each other by remote secrets. Made of clusters with
 * peering, from which all that peering has is taken away.
 */

export const COMMUNITY_VERSION = "1.29.1";

const OF_PEERING: ReadonlySet<string> = new Set([
  "ENABLE_PEERING_DISCOVERY",
  "DISABLE_LEGACY_MULTICLUSTER",
]);
const OF_AMBIENT: ReadonlySet<string> = new Set(["ztunnel", "istio-cni-node", "istio-cni-config"]);
const ISTIO_NETWORKING = "networking.istio.io/v1";
const READER = "istio-reader-service-account";
const CALLED = "istio-eastwestgateway";

interface Container {
  env: { name: string; value: string }[];
}

/** Of a pod, or of the pods that a workload makes. */
export function containersOf(object: KubeObject): Container[] {
  const spec = object["spec"] as
    | { containers?: Container[]; template?: { spec: { containers: Container[] } } }
    | undefined;
  return spec?.template?.spec.containers ?? spec?.containers ?? [];
}

function isOfAmbient({ metadata }: KubeObject): boolean {
  return [...OF_AMBIENT].some(
    (name) => metadata.name === name || metadata.name.startsWith(`${name}-`),
  );
}

function isOfPeering({ kind, metadata, ...rest }: KubeObject): boolean {
  const isClass = kind === "GatewayClass" && metadata.name !== "istio";
  return (
    isClass ||
    (kind === "Gateway" &&
      (rest["spec"] as { gatewayClassName: string }).gatewayClassName !== "istio") ||
    metadata.labels?.["gateway.networking.k8s.io/gateway-name"] !== undefined ||
    metadata.name === "istio-eastwest" ||
    metadata.namespace === "istio-eastwest"
  );
}

/** Takes away what peering has and, where the mesh has sidecars, ambient. */
function asCommunity(fixture: ClusterFixture, ambient: boolean): void {
  fixture.objects = fixture.objects.filter(
    (object) => !isOfPeering(object) && (ambient || !isOfAmbient(object)),
  );
  for (const object of fixture.objects.filter(({ metadata }) =>
    metadata.name.startsWith("istiod"),
  )) {
    for (const container of containersOf(object)) {
      container.env = container.env.filter(({ name }) => !OF_PEERING.has(name));
      if (ambient) {
        for (const name of ["PILOT_ENABLE_AMBIENT", "AMBIENT_ENABLE_MULTI_NETWORK"]) {
          container.env.push({ name, value: "true" });
        }
      }
    }
  }
}

/** The ServiceAccount by which others read the cluster, and the Secret of its token. */
function addReader(fixture: ClusterFixture): void {
  const { istioNamespace, id } = fixture.spec;
  fixture.objects.push(
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: READER, namespace: istioNamespace, uid: uidOf(`reader of ${id}`) },
    },
    secret(
      istioNamespace,
      `${READER}-istio-remote-secret-token`,
      {},
      "kubernetes.io/service-account-token",
    ),
  );
}

/** A remote secret as recordings keep it: of its kubeconfig where it leads, and no credential. */
export function remoteSecret(from: ClusterFixture, target: ClusterFixture): KubeObject {
  const { id, istioNamespace } = target.spec;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `istio-remote-secret-${id}`,
      namespace: from.spec.istioNamespace,
      labels: { "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": id },
      creationTimestamp: "2026-01-15T11:49:42Z",
    },
    type: "Opaque",
    data: {
      [id]: {
        authorities: [],
        credentials: ["token"],
        server: `https://${target.spec.context}.example:6443`,
        claims: {
          issuer: "kubernetes/serviceaccount",
          subject: `system:serviceaccount:${istioNamespace}:${READER}`,
          namespace: istioNamespace,
          account: READER,
          accountUid: uidOf(`reader of ${id}`),
          secret: `${READER}-istio-remote-secret-token`,
        },
      },
    },
  };
}

/** A Gateway of Istio's own kind for the east-west gateway. */
function istioGateway(
  namespaceName: string,
  name: string,
  servers: readonly { port: number; mode: string; hosts: string[] }[],
): KubeObject {
  return {
    apiVersion: ISTIO_NETWORKING,
    kind: "Gateway",
    metadata: { name, namespace: namespaceName },
    spec: {
      selector: { istio: "eastwestgateway" },
      servers: servers.map(({ port, mode, hosts }) => ({
        port: { number: port, name: `tls-${port}`, protocol: "TLS" },
        tls: { mode },
        hosts,
      })),
    },
  };
}

/** The labels of the gateway, its Service's and its pods'. */
const EAST_WEST = { app: CALLED, istio: "eastwestgateway" };

/** The gateway through which sidecars of other networks reach this one, as the guide makes it. */
function addGateway({ objects, spec }: ClusterFixture): void {
  const labels = { ...EAST_WEST, "topology.istio.io/network": spec.network };
  objects.push(
    istioGateway(spec.istioNamespace, "cross-network-gateway", [
      { port: 15_443, mode: "AUTO_PASSTHROUGH", hosts: ["*.local"] },
    ]),
    pod({
      namespace: spec.istioNamespace,
      name: `${CALLED}-7d4b-q8zkm`,
      labels: { ...labels, "service.istio.io/canonical-name": CALLED },
      container: "istio-proxy",
      image: `registry.example/istio/proxyv2:${spec.version}`,
      env: {
        ISTIO_META_NETWORK: spec.network,
        ISTIO_META_CLUSTER_ID: spec.id,
        ISTIO_META_REQUESTED_NETWORK_VIEW: spec.network,
      },
      owner: { kind: "ReplicaSet", name: `${CALLED}-7d4b` },
    }),
    service({
      namespace: spec.istioNamespace,
      name: CALLED,
      labels,
      selector: EAST_WEST,
      type: "LoadBalancer",
      ingress: [{ ip: spec.address }],
      ports: [
        { name: "status-port", port: 15_021 },
        { name: "tls", port: 15_443 },
        { name: "tls-istiod", port: 15_012 },
        { name: "tls-webhook", port: 15_017 },
      ],
    }),
  );
}

/** The Gateway of ambient, with the Service and the pod that istiod makes of it. */
function addAmbientGateway({ objects, spec }: ClusterFixture): void {
  const labels = {
    "gateway.networking.k8s.io/gateway-name": CALLED,
    "topology.istio.io/network": spec.network,
  };
  const workload = {
    name: CALLED,
    namespace: spec.istioNamespace,
    labels,
    selector: labels,
    container: "istio-proxy",
    image: `registry.example/istio/proxyv2:${spec.version}`,
    env: { ISTIO_META_CLUSTER_ID: spec.id, ISTIO_META_NETWORK: spec.network },
  };
  objects.push(
    gatewayClass("istio-east-west", "istio.io/eastwest-controller"),
    gateway({
      namespace: spec.istioNamespace,
      name: CALLED,
      className: "istio-east-west",
      labels: { "topology.istio.io/network": spec.network },
      statusAddresses: [{ type: "IPAddress", value: spec.address }],
      listeners: [{ name: "mesh", port: 15_008, protocol: "HBONE" }],
      conditions: [
        condition("Accepted", "True", "Accepted", "Resource accepted"),
        condition("Programmed", "True", "Programmed", "Resource programmed"),
      ],
    }),
    deployment(workload),
    pod({
      ...workload,
      name: `${CALLED}-5b8c-x2x4x`,
      owner: { kind: "ReplicaSet", name: `${CALLED}-5b8c` },
    }),
    service({
      namespace: spec.istioNamespace,
      name: CALLED,
      labels,
      type: "LoadBalancer",
      ingress: [{ ip: spec.address }],
      ports: [{ name: "mesh", port: 15_008 }],
    }),
  );
}

/** The sample that Istio's guide tests with: a Service and a pod, with a sidecar or without. */
function addSample({ objects, spec }: ClusterFixture, ambient: boolean): void {
  const labels = {
    app: "helloworld",
    ...(ambient
      ? {}
      : {
          "service.istio.io/canonical-name": "helloworld",
          "topology.istio.io/network": spec.network,
        }),
  };
  objects.push(
    namespace(
      "sample",
      ambient ? { "istio.io/dataplane-mode": "ambient" } : { "istio-injection": "enabled" },
    ),
    service({
      namespace: "sample",
      name: "helloworld",
      labels: { app: "helloworld", ...(ambient ? { "istio.io/global": "true" } : {}) },
      ports: [{ name: "http", port: 5000 }],
    }),
    deployment({
      namespace: "sample",
      name: "helloworld-v1",
      labels: { app: "helloworld" },
      selector: { app: "helloworld" },
      container: "helloworld",
      image: "registry.example/helloworld:v1",
      env: {},
    }),
    pod({
      namespace: "sample",
      name: `helloworld-v1-${uidOf(spec.id).slice(0, 5)}`,
      labels,
      container: ambient ? "helloworld" : "istio-proxy",
      image: ambient
        ? "registry.example/helloworld:v1"
        : `registry.example/istio/proxyv2:${spec.version}`,
      env: ambient ? {} : { ISTIO_META_NETWORK: spec.network, ISTIO_META_CLUSTER_ID: spec.id },
      owner: { kind: "ReplicaSet", name: "helloworld-v1" },
    }),
  );
}

const SCOPES = `serviceScopeConfigs:
- scope: GLOBAL
  servicesSelector:
    matchExpressions:
    - key: istio.io/global
      operator: In
      values: ["true"]
`;

function setMesh(fixture: ClusterFixture, ambient: boolean): void {
  const data = find(fixture, "ConfigMap", "istio")["data"] as Record<string, string>;
  data["mesh"] =
    `${(data["mesh"] ?? "").replace("defaultConfig:\n", "defaultConfig:\n  meshId: mesh1\n")}${ambient ? SCOPES : ""}`;
}

/** What istiod of a primary says of the clusters that it reads. */
export function addAnswers(
  from: ClusterFixture,
  targets: readonly ClusterFixture[],
  ambient = false,
): void {
  const { istioNamespace, id } = from.spec;
  const istiod = from.objects.find(
    ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "istiod",
  );
  const at = `${istioNamespace}/${istiod?.metadata.name ?? "istiod"}/15014/debug`;
  from.debug[`${at}/clusterz`] = [
    { id, syncStatus: "synced" },
    ...targets.map(({ spec }) => ({
      id: spec.id,
      secretName: `${istioNamespace}/istio-remote-secret-${spec.id}`,
      syncStatus: "synced",
    })),
  ];
  from.debug[`${at}/networkz`] = [from, ...targets].map(({ spec }) => ({
    Network: spec.network,
    Cluster: spec.id,
    Addr: spec.address,
    Port: ambient ? 0 : 15_443,
    HBONEPort: ambient ? 15_008 : 0,
  }));
  const known = ambient ? [from] : [from, ...targets];
  from.debug[`${at}/endpointShardz`] = {
    "helloworld.sample.svc.cluster.local": {
      sample: {
        Shards: Object.fromEntries(
          known.map(({ spec }, index) => [
            `Kubernetes/${spec.id}`,
            [{ Addresses: [`${spec.podNetwork}.0.1${index}`], Network: spec.network }],
          ]),
        ),
      },
    },
  };
}

/** What the gateway of a primary passes on to istiod, as the guide for remote clusters makes it. */
function exposeIstiod({ objects, spec }: ClusterFixture): void {
  const { istioNamespace } = spec;
  objects.push(
    istioGateway(
      istioNamespace,
      "istiod-gateway",
      [15_012, 15_017].map((port) => ({ port, mode: "PASSTHROUGH", hosts: ["*"] })),
    ),
    {
      apiVersion: ISTIO_NETWORKING,
      kind: "VirtualService",
      metadata: { name: "istiod-vs", namespace: istioNamespace },
      spec: {
        hosts: ["*"],
        gateways: ["istiod-gateway"],
        tls: [15_012, 15_017].map((port) => ({
          match: [{ port, sniHosts: ["*"] }],
          route: [
            {
              destination: {
                host: `istiod.${istioNamespace}.svc.cluster.local`,
                port: { number: port === 15_012 ? 15_012 : 443 },
              },
            },
          ],
        })),
      },
    },
  );
}

/** Every cluster a primary that reads all others. */
export function multiPrimary(clusters: ClusterFixture[], ambient = false): ClusterFixture[] {
  for (const fixture of clusters) {
    asCommunity(fixture, ambient);
    addReader(fixture);
    (ambient ? addAmbientGateway : addGateway)(fixture);
    addSample(fixture, ambient);
    setMesh(fixture, ambient);
  }
  for (const fixture of clusters) {
    const others = clusters.filter((one) => one !== fixture);
    fixture.objects.push(...others.map((one) => remoteSecret(fixture, one)));
    addAnswers(fixture, others, ambient);
  }
  return clusters;
}

/** The second cluster has no istiod: that of the first leads it. */
export function primaryRemote([primary, remote]: [
  ClusterFixture,
  ClusterFixture,
]): ClusterFixture[] {
  multiPrimary([primary, remote]);
  const { istioNamespace } = remote.spec;
  remote.debug = {};
  remote.objects = remote.objects.filter(
    ({ kind, metadata }) =>
      metadata.labels?.["app"] !== "istiod" &&
      !(kind === "Secret" && metadata.labels?.["istio/multiCluster"]),
  );
  // Its gateway goes by the configuration of the primary.
  remote.objects = remote.objects.filter(({ apiVersion }) => apiVersion !== ISTIO_NETWORKING);
  const ports = [
    { name: "tcp-istiod", port: 15_012 },
    { name: "tcp-webhook", port: 15_017 },
  ];
  remote.objects.push(service({ namespace: istioNamespace, name: "istiod", ports }), {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "istiod-p4s7d",
      namespace: istioNamespace,
      labels: { "kubernetes.io/service-name": "istiod" },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: [primary.spec.address] }],
    ports,
  });
  exposeIstiod(primary);
  return [primary, remote];
}
