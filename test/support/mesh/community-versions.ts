import { type ClusterFixture, find } from "./cluster.ts";
import { type KubeObject, service } from "./objects.ts";

/*
 * What healthy clusters of community Istio look like in each minor, beyond the tags of images: how
 * sidecars run, how a cluster without an istiod is led, what ambient has for several networks.
 */

/** Sidecars are init containers that stay, from this minor on. */
const NATIVE_SIDECARS = 27;
/** Ambient joins clusters over several networks. */
const AMBIENT_NETWORKS = 27;
/** The remote profile writes EndpointSlices by itself; before, Kubernetes mirrors its Endpoints. */
const OWN_SLICES = 28;
/** The remote profile may bring a Service istiod-remote beside that of a local injector. */
const LOCAL_INJECTOR = 27;

interface Container {
  name: string;
  env?: { name: string; value: string }[];
  restartPolicy?: string;
}

interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
}

function byKind({ objects }: ClusterFixture, kind: string): KubeObject[] {
  return objects.filter((one) => one.kind === kind);
}

function nativeSidecars(fixture: ClusterFixture): void {
  for (const { metadata, ...rest } of byKind(fixture, "Pod")) {
    if (!metadata.name.startsWith("helloworld-")) continue;
    const spec = rest["spec"] as PodSpec;
    const proxies = spec.containers.filter(({ name }) => name === "istio-proxy");
    spec.initContainers = proxies.map((one) => ({ ...one, restartPolicy: "Always" }));
    spec.containers = [{ name: "helloworld" }];
  }
}

/** The chart of istiod says where proxies find it, and there is a Service of that name. */
function discovery(fixture: ClusterFixture): void {
  const { istioNamespace } = fixture.spec;
  const data = find(fixture, "ConfigMap", "istio")["data"] as Record<string, string>;
  data["mesh"] = (data["mesh"] ?? "").replace(
    "defaultConfig:\n",
    `defaultConfig:\n  discoveryAddress: istiod.${istioNamespace}.svc:15012\n`,
  );
  const has = byKind(fixture, "Service").some(({ metadata }) => metadata.name === "istiod");
  if (has) return;
  fixture.objects.push(
    service({
      namespace: istioNamespace,
      name: "istiod",
      labels: { app: "istiod" },
      selector: { app: "istiod", istio: "pilot" },
      ports: [
        { name: "grpc-xds", port: 15_010 },
        { name: "https-dns", port: 15_012 },
        { name: "https-webhook", port: 443 },
        { name: "http-monitoring", port: 15_014 },
      ],
    }),
  );
}

/** How a cluster without an istiod is led to one. */
function remoteProfile(fixture: ClusterFixture, minor: number): void {
  const slices = byKind(fixture, "EndpointSlice");
  const [slice] = slices;
  if (!slice) return;
  if (minor < OWN_SLICES) {
    slice.metadata.labels = {
      ...slice.metadata.labels,
      "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    };
  }
  if (minor < LOCAL_INJECTOR) return;
  const remote = structuredClone(find(fixture, "Service", "istiod"));
  remote.metadata.name = "istiod-remote";
  const another = structuredClone(slice);
  another.metadata.name = "istiod-remote-x2v9c";
  another.metadata.labels = { "kubernetes.io/service-name": "istiod-remote" };
  fixture.objects.push(remote, another);
}

/** Before ambient had several networks its clusters could be joined on one only. */
function onOneNetwork(fixture: ClusterFixture): void {
  const text = JSON.stringify(fixture)
    .replaceAll(/"topology\.istio\.io\/network":"[^"]*"/g, '"topology.istio.io/network":"one"')
    .replaceAll(
      /"name":"(NETWORK|ISTIO_META_NETWORK)","value":"[^"]*"/g,
      '"name":"$1","value":"one"',
    )
    .replaceAll(/"Network":"[^"]*"/g, '"Network":"one"');
  const changed = JSON.parse(text) as ClusterFixture;
  fixture.objects = changed.objects.filter(
    ({ metadata, kind }) =>
      metadata.name !== "istio-east-west" &&
      !(kind === "Gateway" || metadata.name.startsWith("istio-eastwestgateway")),
  );
  fixture.debug = changed.debug;
  for (const object of byKind(fixture, "Deployment").concat(byKind(fixture, "Pod"))) {
    const spec = object["spec"] as PodSpec & { template?: { spec: PodSpec } };
    for (const container of (spec.template?.spec ?? spec).containers) {
      container.env = (container.env ?? []).filter(
        ({ name }) => name !== "AMBIENT_ENABLE_MULTI_NETWORK",
      );
    }
  }
}

/** istiods that read each other have each other's endpoints, unless ambient keeps them apart. */
function knowEachOther(clusters: readonly ClusterFixture[]): void {
  for (const { debug } of clusters) {
    for (const [path, answer] of Object.entries(debug)) {
      if (path.endsWith("networkz")) debug[path] = [];
      if (!path.endsWith("endpointShardz")) continue;
      for (const namespaces of Object.values(
        answer as Record<string, Record<string, { Shards: Record<string, unknown> }>>,
      )) {
        for (const { Shards } of Object.values(namespaces)) {
          for (const { spec } of clusters) {
            Shards[`Kubernetes/${spec.id}`] = [{ Addresses: ["10.9.0.1"], Network: "one" }];
          }
        }
      }
    }
  }
}

/** The clusters of a scenario of community Istio as they are in a minor of 1.24 to 1.31. */
export function asOfMinor(
  given: readonly ClusterFixture[],
  minor: number,
  ambient: boolean,
): ClusterFixture[] {
  const text = JSON.stringify(given).replaceAll("1.29.1", `1.${minor}.2`);
  const clusters = JSON.parse(text) as ClusterFixture[];
  for (const fixture of clusters) {
    remoteProfile(fixture, minor);
    discovery(fixture);
    if (minor >= NATIVE_SIDECARS && !ambient) nativeSidecars(fixture);
    if (ambient && minor < AMBIENT_NETWORKS) onOneNetwork(fixture);
  }
  if (ambient && minor < AMBIENT_NETWORKS) knowEachOther(clusters);
  return clusters;
}
