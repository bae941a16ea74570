import { ARTIFACTS } from "../../src/engine/artifacts/index.ts";
import type { ArtifactKey, Asked } from "../../src/model/artifact.ts";
import type { CheckId } from "../../src/model/check-data.ts";
import type {
  ClusterCheck,
  ClusterCheckContext,
  ClusterRef,
  MeshCheck,
  MeshCheckContext,
  Verdict,
} from "../../src/model/check.ts";
import type {
  Condition,
  Env,
  FactKey,
  Facts,
  GatewayFact,
  IstiodFact,
  NamespaceFact,
  NodeFact,
  PodFact,
  ServiceFact,
  WorkloadFact,
} from "../../src/model/facts.ts";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import { gathered, type Gathered } from "../../src/model/gathered.ts";
import type { MeshKind } from "../../src/model/report.ts";

/*
 * Facts as literals: each builder gives a healthy one, and takes what a test changes. The three
 * names of a cluster differ on purpose: context `ctx-a`, CLUSTER_ID `a`, network `net-a`.
 */

export const NOW = Date.parse("2026-01-15T12:00:00Z");

/** Names of pods by their namespace, from `namespace/name`. */
export function podNames(pods: readonly string[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const [space = "", name = ""] of pods.map((one) => one.split("/"))) {
    names.set(space, (names.get(space) ?? new Set()).add(name));
  }
  return names;
}
const TEN_MINUTES_AGO = NOW - 10 * 60_000;

export function clusterRef(id = "a", changes: Partial<ClusterRef> = {}): ClusterRef {
  return {
    context: `ctx-${id}`,
    contextArgument: `ctx-${id}`,
    id,
    network: `net-${id}`,
    istioNamespace: "istio-system",
    istioVersion: "1.28.5-solo",
    now: NOW,
    ...changes,
  };
}

export function env(values: Record<string, string>): Env {
  return new Map(Object.entries(values).map(([name, value]) => [name, { kind: "value", value }]));
}

export function labels(values: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(values));
}

export function conditions(values: Record<string, string>): ReadonlyMap<string, Condition> {
  return new Map(
    Object.entries(values).map(([type, status]) => [
      type,
      { type, status, reason: type, message: `${type} is ${status}` },
    ]),
  );
}

export function workload(changes: Partial<WorkloadFact> = {}): WorkloadFact {
  return {
    kind: "DaemonSet",
    namespace: "istio-system",
    name: "ztunnel",
    labels: labels({}),
    desired: 1,
    ready: 1,
    images: [{ container: "istio-proxy", image: "registry.example/ztunnel:1.28.5-solo" }],
    env: env({ NETWORK: "net-a" }),
    conditions: [],
    ...changes,
  };
}

export function istiod(changes: Partial<IstiodFact> = {}): IstiodFact {
  return {
    ...workload({
      kind: "Deployment",
      name: "istiod",
      labels: labels({ app: "istiod", "istio.io/rev": "default" }),
      images: [{ container: "discovery", image: "registry.example/pilot:1.28.5-solo" }],
      env: env({
        CLUSTER_ID: "a",
        ENABLE_PEERING_DISCOVERY: "true",
        DISABLE_LEGACY_MULTICLUSTER: "true",
      }),
    }),
    revision: "default",
    clusterId: "a",
    peering: true,
    hasDiscovery: true,
    ...changes,
  };
}

export function pod(changes: Partial<PodFact> = {}): PodFact {
  return {
    namespace: "istio-system",
    name: "istiod-6d9cdf88cf-l47tf",
    labels: labels({ app: "istiod", "istio.io/rev": "default" }),
    phase: "Running",
    status: "Running",
    ready: 1,
    total: 1,
    restarts: 0,
    createdAt: TEN_MINUTES_AGO,
    healthy: true,
    finished: false,
    deleting: false,
    images: [],
    env: env({}),
    ...changes,
  };
}

export function eastWestGateway(id = "a", changes: Partial<GatewayFact> = {}): GatewayFact {
  return {
    namespace: "istio-eastwest",
    name: "istio-eastwest",
    className: "istio-eastwest",
    labels: labels({
      "istio.io/expose-istiod": "15012",
      "topology.istio.io/cluster": id,
      "topology.istio.io/network": `net-${id}`,
    }),
    annotations: labels({}),
    addresses: [],
    statusAddresses: [{ type: "IPAddress", value: addressOf(id) }],
    listeners: [
      { name: "cross-network", port: 15008, protocol: "HBONE", tlsMode: "Passthrough" },
      { name: "xds-tls", port: 15012, protocol: "TLS", tlsMode: "Passthrough" },
    ],
    controllerRuns: true,
    conditions: conditions({ Accepted: "True", Programmed: "True" }),
    createdAt: TEN_MINUTES_AGO,
    managers: ["mc"],
    ...changes,
  };
}

/** The address of the east-west gateway of cluster `id`: documentation range, one per letter. */
export function addressOf(id: string): string {
  return `192.0.2.${(id.codePointAt(0) ?? 0) % 250}`;
}

/** A healthy Gateway of class istio-remote for cluster `to`. */
export function remoteGateway(to = "b", changes: Partial<GatewayFact> = {}): GatewayFact {
  return {
    ...eastWestGateway(to),
    name: `istio-remote-peer-net-${to}`,
    className: "istio-remote",
    labels: labels({
      "topology.istio.io/cluster": to,
      "topology.istio.io/network": `net-${to}`,
    }),
    annotations: labels({
      "gateway.istio.io/service-account": "istio-eastwest",
      "gateway.istio.io/trust-domain": "cluster.local",
    }),
    addresses: [{ type: "IPAddress", value: addressOf(to) }],
    controllerRuns: true,
    conditions: conditions({
      Accepted: "True",
      Programmed: "True",
      "gloo.solo.io/PeerConnected": "True",
      "gloo.solo.io/PeeringSucceeded": "True",
      "gloo.solo.io/PeerDataPlaneProgrammed": "True",
    }),
    ...changes,
  };
}

export function service(changes: Partial<ServiceFact> = {}): ServiceFact {
  return {
    namespace: "istio-eastwest",
    name: "istio-eastwest",
    labels: labels({ "gateway.networking.k8s.io/gateway-name": "istio-eastwest" }),
    type: "LoadBalancer",
    clusterIPs: ["10.96.0.10"],
    addresses: [addressOf("a")],
    ports: [
      { name: "tcp-hbone", port: 15008, protocol: "TCP", nodePort: 31008 },
      { name: "tls-xds", port: 15012, protocol: "TCP", nodePort: 31012 },
    ],
    createdAt: TEN_MINUTES_AGO,
    ...changes,
  };
}

export function namespace(name: string, values: Record<string, string> = {}): NamespaceFact {
  return { name, uid: `uid-of-${name}`, labels: labels(values) };
}

export function node(changes: Partial<NodeFact> = {}): NodeFact {
  return {
    name: "node-1",
    labels: labels({}),
    internalIPs: ["10.0.0.1"],
    podCIDRs: [],
    taints: [],
    ...changes,
  };
}

/** Every fact of a healthy cluster `id` that is linked to `peers`. */
export function healthyFacts(id = "a", peers: readonly string[] = ["b"]): Facts {
  const network = `net-${id}`;
  return {
    connection: { serverVersion: "v1.36.0", user: "admin" },
    istiods: {
      judged: [
        istiod({
          clusterId: id,
          env: env({
            CLUSTER_ID: id,
            ENABLE_PEERING_DISCOVERY: "true",
            DISABLE_LEGACY_MULTICLUSTER: "true",
          }),
        }),
      ],
      others: [],
    },
    istioNamespace: "istio-system",
    istiodPods: [pod()],
    ztunnelPods: [pod({ name: "ztunnel-dvlwk", labels: labels({ app: "ztunnel" }) })],
    cniPods: [
      pod({ name: "istio-cni-node-pr5rl", labels: labels({ "k8s-app": "istio-cni-node" }) }),
    ],
    gatewayPods: [
      pod({
        namespace: "istio-eastwest",
        name: "istio-eastwest-857b77fc5d-qgnrl",
        labels: labels({ "gateway.networking.k8s.io/gateway-name": "istio-eastwest" }),
        env: env({ NETWORK: network }),
      }),
    ],
    ztunnels: [workload({ env: env({ NETWORK: network, ISTIO_META_CLUSTER_ID: id }) })],
    cnis: [
      workload({
        name: "istio-cni-node",
        images: [{ container: "install-cni", image: "registry.example/install-cni:1.28.5-solo" }],
        env: env({}),
      }),
    ],
    gatewayDeployments: [
      workload({
        kind: "Deployment",
        namespace: "istio-eastwest",
        name: "istio-eastwest",
        labels: labels({ "gateway.networking.k8s.io/gateway-name": "istio-eastwest" }),
        env: env({}),
      }),
    ],
    gateways: {
      served: true,
      eastWest: [eastWestGateway(id)],
      remote: peers.map((peer) => remoteGateway(peer)),
    },
    gatewayClasses: ["istio-eastwest", "istio-remote"].map((name) => ({
      name,
      controller: "istio.io/gateway-controller",
      accepted: { type: "Accepted", status: "True", reason: "Accepted", message: "" },
    })),
    services: [service({ addresses: [addressOf(id)] })],
    namespaces: [
      namespace("kube-system", {}),
      namespace("istio-system", { "topology.istio.io/network": network }),
      namespace("istio-eastwest", {}),
    ].map((one) => ({ ...one, uid: `${one.uid}-${id}` })),
    nodes: [node({ podCIDRs: [`10.${(id.codePointAt(0) ?? 0) % 250}.0.0/24`] })],
    cniConfigs: [{ namespace: "istio-system", name: "istio-cni-config", dnsCapture: "true" }],
    licenses: [
      {
        namespace: "istio-system",
        pod: "istiod-6d9cdf88cf-l47tf",
        answer: gathered({ state: "OK", product: "gloo-mesh" }),
      },
    ],
    syncs: [],
    rootCertificate: {},
    intermediate: { secret: "none", keys: [] },
    meshConfigs: [
      {
        revision: "default",
        configMap: "istio",
        trustDomain: "cluster.local",
        trustDomainAliases: [],
      },
    ],
    remoteSecrets: [],
    credentialTarget: undefined,
    remoteClusters: [],
    endpoints: undefined,
    proxyPods: [],
    istioGateways: { gateways: [], routes: gathered([]) },
    istiodEndpoints: [],
    flatEntries: [],
    sourcePods: { existing: new Map(), namespaces: new Set() },
    imports: { entries: [], rivals: [], everywhere: true },
    remoteEntries: [],
    servicePods: { namespaces: new Set(), pods: [] },
    istiodView: [],
    ztunnelView: [],
    policies: { authorization: [], network: [] },
    segments: [],
    kubernetesClusters: [],
    platform: { openshift: false },
    ztunnelDumps: [],
    spire: { signs: [], byZtunnel: false, agents: [], drivers: [], ztunnelSockets: [] },
    spirePods: { servers: [], agents: [], drivers: [], workloads: [] },
    spireTrust: { servers: [], bundles: [] },
    spireEntries: {
      served: false,
      spiffeIds: [],
      staticEntries: gathered([]),
      federated: gathered([]),
    },
  };
}

const PEERING: ReadonlySet<MeshKind> = new Set(["peering"]);
/** The context of a mesh with remote secrets, for `runCluster` and `runMesh`. */
export const COMMUNITY: { kinds: ReadonlySet<MeshKind> } = { kinds: new Set(["community"]) };

/** Without what istiod has for peering, where the mesh has none. */
function ofKind(facts: Facts, { kinds }: { kinds?: ReadonlySet<MeshKind> }): Facts {
  if (kinds?.has("peering") !== false) return facts;
  const judged = facts.istiods.judged.map((one) =>
    istiod({ ...one, peering: false, env: env({ CLUSTER_ID: one.clusterId ?? "" }) }),
  );
  return { ...facts, istiods: { judged, others: [] } };
}

type Changed = { [K in FactKey]?: Facts[K] | Gathered<Facts[K]> };

function isGathered(value: unknown): value is Gathered<never> {
  return typeof value === "object" && value !== null && "ok" in value;
}

/** The facts as a check gets them: needed ones bare, used ones as `Gathered`. */
function pick(
  check: { needs: readonly FactKey[]; uses: readonly FactKey[] },
  facts: Changed,
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of check.needs) picked[key] = facts[key];
  for (const key of check.uses) {
    picked[key] = isGathered(facts[key]) ? facts[key] : gathered(facts[key]);
  }
  return picked;
}

/** Runs a cluster check on healthy facts with the given ones changed; a used fact may be a Missing. */
export function runCluster<N extends FactKey, U extends FactKey>(
  check: ClusterCheck<N, U>,
  changes: Changed = {},
  context: Partial<ClusterCheckContext> = {},
): Verdict {
  const facts = pick(check, { ...ofKind(healthyFacts(), context), ...changes });
  const cluster = context.cluster ?? clusterRef();
  return check.run(facts as never, {
    precheck: false,
    kinds: PEERING,
    clusters: [cluster, clusterRef("b")],
    ...context,
    cluster,
  });
}

export interface TestMember {
  cluster?: ClusterRef;
  changes?: Changed;
}

/** Runs a mesh check on healthy clusters `a`, `b`… linked to each other, each changed as given. */
export function runMesh<
  N extends FactKey,
  U extends FactKey,
  Id extends CheckId,
  A extends ArtifactKey,
>(
  check: MeshCheck<N, U, Id, A>,
  members: Readonly<Record<string, TestMember>> = { a: {}, b: {} },
  context: Partial<Omit<MeshCheckContext, "artifacts">> & {
    artifacts?: Asked<NoInfer<A>>;
  } = {},
): Verdict<Id> {
  const ids = Object.keys(members);
  const all = ids.map((id) => {
    const facts = healthyFacts(
      id,
      ids.filter((other) => other !== id),
    );
    return {
      cluster: members[id]?.cluster ?? clusterRef(id),
      facts: { ...ofKind(facts, context), ...members[id]?.changes },
    };
  });
  const absent = context.absent ?? [];
  const read = all.map(({ cluster, facts }) => ({ ref: cluster, facts: asGathered(facts) }));
  const unread = absent.map((ref) => ({ ref, facts: {} }));
  const seen = all.map(({ cluster, facts }) => ({ cluster, facts: pick(check, facts) }));
  return check.run(seen as never, {
    precheck: false,
    kinds: PEERING,
    clusters: all.map(({ cluster }) => cluster),
    absent,
    artifacts: derived([...read, ...unread]) as Asked<A>,
    ...context,
  });
}

function asGathered(facts: Changed): GatheredCluster["facts"] {
  return Object.fromEntries(
    Object.entries(facts).map(([key, fact]) => [key, isGathered(fact) ? fact : gathered(fact)]),
  );
}

/** The artifacts that take no asynchronous work, as the engine derives them. */
function derived(clusters: readonly GatheredCluster[]): object {
  return Object.fromEntries(
    ARTIFACTS.flatMap((one) => ("derive" in one ? [[one.key, one.derive(clusters)]] : [])),
  );
}
