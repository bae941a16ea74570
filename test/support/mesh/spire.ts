import type { ClusterFixture } from "./cluster.ts";
import {
  configMap,
  daemonSet,
  gateway,
  condition,
  type KubeObject,
  namespace,
  pod,
  secret,
  uidOf,
} from "./objects.ts";

/*
 * SPIRE as its charts put it into a cluster (release `spire`, namespace `spire-server`, with the values
 * of the guide), and an ambient application with a waypoint that takes its identities from it.
 */

const SPIRE = "spire-server";
const CLASS = "spire-server-spire";
const PLAIN_ID =
  "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}";
/** Of the admin socket on the nodes. */
const ADMIN_DIRECTORY = "/run/spire/agent/sockets/csi.spiffe.io/admin";

/** PEM texts of the upstream CA of one cluster. */
export interface SpireCertificates {
  certificate: string;
  /** What is above it. */
  root: string;
  /** Others in its place, each wrong in its way, and other roots. */
  faulty: Record<SpireCertificateFault, string>;
}

export type SpireCertificateFault =
  | "notCa"
  | "mayNotSign"
  | "pathZero"
  | "expiring"
  | "later"
  | "stranger"
  | "strangersRoot"
  | "expired";

export interface SpireOptions {
  certificates: SpireCertificates;
  /** The bundle file is part of the server's configuration. */
  bundleFile: boolean;
  /** What SPIRE's bundle holds. */
  bundle: string;
  /** Identities as the guide writes them, or as they work. */
  asInGuide: boolean;
}

type Json = Record<string, unknown>;

function podSpec(object: KubeObject): Json {
  const spec = object["spec"] as Json;
  return object.kind === "Pod" ? spec : ((spec["template"] as Json)["spec"] as Json);
}

/** Gives an object's pods volumes, each mounted by the first container. */
function withVolumes(object: KubeObject, volumes: Record<string, [Json, string]>): KubeObject {
  const spec = podSpec(object);
  const [first] = spec["containers"] as Json[];
  spec["volumes"] = Object.entries(volumes).map(([name, [source]]) => ({ name, ...source }));
  if (first) {
    first["volumeMounts"] = Object.entries(volumes).map(([name, [, mountPath]]) => ({
      name,
      mountPath,
    }));
  }
  return object;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

function agentConfig(trustDomain: string, delegate: string): string {
  return json({
    agent: {
      admin_socket_path: "/tmp/spire-agent/private/admin.sock",
      authorized_delegates: [delegate],
      data_dir: "/var/lib/spire",
      log_level: "info",
      server_address: "spire-server.spire-server",
      server_port: "443",
      socket_path: "/tmp/spire-agent/public/spire-agent.sock",
      trust_bundle_path: "/run/spire/bundle/bundle.crt",
      trust_domain: trustDomain,
    },
    plugins: { NodeAttestor: [{ k8s_psat: { plugin_data: { cluster: trustDomain } } }] },
  });
}

function serverConfig(trustDomain: string, hasBundleFile: boolean): string {
  return json({
    plugins: {
      DataStore: [{ sql: { plugin_data: { database_type: "sqlite3" } } }],
      Notifier: [{ k8sbundle: { plugin_data: { namespace: SPIRE } } }],
      UpstreamAuthority: [
        {
          disk: {
            plugin_data: {
              cert_file_path: "/run/spire/upstream_ca/tls.crt",
              key_file_path: "/run/spire/upstream_ca/tls.key",
              ...(hasBundleFile ? { bundle_file_path: "/run/spire/upstream_ca/bundle.crt" } : {}),
            },
          },
        },
      ],
    },
    server: { ca_ttl: "24h", default_x509_svid_ttl: "4h", trust_domain: trustDomain },
  });
}

function managerConfig(trustDomain: string): string {
  return [
    "apiVersion: spire.spiffe.io/v1alpha1",
    "kind: ControllerManagerConfig",
    `className: ${CLASS}`,
    `clusterName: ${trustDomain}`,
    `trustDomain: ${trustDomain}`,
    "watchClassless: false",
    "ignoreNamespaces:",
    "- kube-system",
    "- kube-public",
    "- local-path-storage",
    "- openshift-.*",
    "",
  ].join("\n");
}

interface Identity {
  name: string;
  spec: Json;
  stats?: Json;
}

export function clusterSpiffeId({ name, spec, stats }: Identity): KubeObject {
  return {
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind: "ClusterSPIFFEID",
    metadata: {
      name,
      uid: uidOf(`ClusterSPIFFEID/${name}`),
      creationTimestamp: "2026-01-15T11:49:42Z",
    },
    spec: { spiffeIDTemplate: PLAIN_ID, ...spec },
    ...(stats ? { status: { stats } } : {}),
  };
}

const stats = (podsSelected: number): Json => ({
  namespacesSelected: 4,
  namespacesIgnored: 1,
  podsSelected,
  podEntryRenderFailures: 0,
  entriesMasked: 0,
  entriesToSet: podsSelected,
  entryFailures: 0,
});

function identities(asInGuide: boolean): KubeObject[] {
  const ambient = { matchLabels: { "istio.io/dataplane-mode": "ambient" } };
  const waypoint = asInGuide
    ? { matchLabels: { "istio.io/gateway-name": "waypoint" } }
    : { matchLabels: { "gateway.networking.k8s.io/gateway-name": "waypoint" } };
  const taken = asInGuide ? {} : { className: CLASS };
  const written = (podsSelected: number): { stats?: Json } =>
    asInGuide ? {} : { stats: stats(podsSelected) };
  return [
    clusterSpiffeId({
      name: `${CLASS}-default`,
      spec: {
        className: CLASS,
        fallback: true,
        namespaceSelector: {
          matchExpressions: [
            { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [SPIRE] },
          ],
        },
      },
      stats: stats(8),
    }),
    clusterSpiffeId({
      name: "istio-ztunnel-reg",
      spec: { ...taken, podSelector: { matchLabels: { app: "ztunnel" } } },
      ...written(1),
    }),
    clusterSpiffeId({
      name: "istio-waypoint-reg",
      spec: { ...taken, podSelector: waypoint },
      ...written(1),
    }),
    clusterSpiffeId({
      name: "istio-ambient-reg",
      spec: {
        ...taken,
        ...(asInGuide ? { podSelector: ambient } : { namespaceSelector: ambient }),
      },
      ...written(3),
    }),
  ];
}

function nodeWorkloads(id: string, nodes: number): KubeObject[] {
  const agent = {
    name: "spire-agent",
    namespace: SPIRE,
    labels: {
      "app.kubernetes.io/name": "agent",
      "app.kubernetes.io/instance": "spire",
      "app.kubernetes.io/component": "default",
    },
    selector: { "app.kubernetes.io/name": "agent", "app.kubernetes.io/instance": "spire" },
    container: "spire-agent",
    image: "ghcr.io/spiffe/spire-agent:1.11.2",
    env: {},
    replicas: nodes,
  };
  const driver = {
    ...agent,
    name: "spire-spiffe-csi-driver",
    labels: {
      "app.kubernetes.io/name": "spiffe-csi-driver",
      "app.kubernetes.io/instance": "spire",
    },
    selector: { "app.kubernetes.io/name": "spiffe-csi-driver" },
    container: "spiffe-csi-driver",
    image: "ghcr.io/spiffe/spiffe-csi-driver:0.2.6",
  };
  const volumes = (object: KubeObject): KubeObject =>
    withVolumes(object, {
      "spire-config": [{ configMap: { name: "spire-agent" } }, "/opt/spire/conf/agent"],
      "spire-bundle": [{ configMap: { name: "spire-bundle" } }, "/run/spire/bundle"],
      "spire-agent-admin-socket-dir": [
        { hostPath: { path: ADMIN_DIRECTORY, type: "DirectoryOrCreate" } },
        "/tmp/spire-agent/private",
      ],
    });
  const pods = Array.from({ length: nodes }, (_, index) =>
    [agent, driver].map((workload) => {
      const made = pod({
        ...workload,
        name: `${workload.name}-${uidOf(`${id}/${workload.name}-${index}`).slice(0, 5)}`,
        nodeName: `${id}-node-${index + 1}`,
        owner: { kind: "DaemonSet", name: workload.name },
      });
      podSpec(made)["serviceAccountName"] = workload.name;
      return workload === agent ? volumes(made) : made;
    }),
  );
  return [volumes(daemonSet(agent)), daemonSet(driver), ...pods.flat()];
}

function serverPod(): KubeObject {
  const server = pod({
    name: "spire-server-0",
    namespace: SPIRE,
    labels: {
      "app.kubernetes.io/name": "server",
      "app.kubernetes.io/instance": "spire",
      "app.kubernetes.io/component": "server",
    },
    container: "spire-server",
    image: "ghcr.io/spiffe/spire-server:1.11.2",
    nodeName: "node-1",
    owner: { kind: "StatefulSet", name: "spire-server" },
  });
  withVolumes(server, {
    "server-config": [{ configMap: { name: "spire-server" } }, "/run/spire/server/config"],
    "upstream-ca": [{ secret: { secretName: "spiffe-upstream-ca" } }, "/run/spire/upstream_ca"],
    "spire-data": [
      { persistentVolumeClaim: { claimName: "spire-data-spire-server-0" } },
      "/run/spire/data",
    ],
    "controller-manager-config": [
      { configMap: { name: "spire-controller-manager" } },
      "/run/spire/controller-manager",
    ],
  });
  const spec = podSpec(server);
  (spec["containers"] as Json[]).push({
    name: "spire-controller-manager",
    image: "ghcr.io/spiffe/spire-controller-manager:0.6.1",
    env: [],
  });
  spec["serviceAccountName"] = "spire-server";
  const status = server["status"] as { containerStatuses: Json[] };
  status.containerStatuses.push({
    ...status.containerStatuses[0],
    name: "spire-controller-manager",
    image: "ghcr.io/spiffe/spire-controller-manager:0.6.1",
  });
  return server;
}

/** An ambient namespace with an application of two pods, and a waypoint that mounts the socket. */
function application(fixture: ClusterFixture): KubeObject[] {
  const { id } = fixture.spec;
  const nodeName = `${id}-node-1`;
  const pods = ["x7k2p", "q9w4m"].map((end) => {
    const made = pod({
      name: `reviews-v1-54bb874995-${end}`,
      namespace: "bookinfo",
      labels: { app: "reviews", "pod-template-hash": "54bb874995" },
      container: "reviews",
      image: "registry.example/reviews:1",
      nodeName,
      owner: { kind: "ReplicaSet", name: "reviews-v1-54bb874995" },
    });
    podSpec(made)["serviceAccountName"] = "bookinfo-reviews";
    return made;
  });
  const labels = {
    "gateway.networking.k8s.io/gateway-name": "waypoint",
    "gateway.networking.k8s.io/gateway-class-name": "istio-waypoint",
    "gateway.istio.io/managed": "istio.io-mesh-controller",
    "istio.io/dataplane-mode": "none",
  };
  const waypoint = pod({
    name: "waypoint-6f9d5c7b8d-k2x4v",
    namespace: "bookinfo",
    labels: { ...labels, "service.istio.io/canonical-name": "waypoint" },
    container: "istio-proxy",
    image: `registry.example/istio/proxyv2:${fixture.spec.version}`,
    nodeName,
    owner: { kind: "ReplicaSet", name: "waypoint-6f9d5c7b8d" },
  });
  withVolumes(waypoint, {
    "workload-socket": [
      { csi: { driver: "csi.spiffe.io", readOnly: true } },
      "/run/secrets/workload-spiffe-uds",
    ],
  });
  podSpec(waypoint)["serviceAccountName"] = "waypoint";
  return [
    namespace("bookinfo", { "istio.io/dataplane-mode": "ambient" }),
    ...pods,
    waypoint,
    gateway({
      namespace: "bookinfo",
      name: "waypoint",
      className: "istio-waypoint",
      labels: {},
      listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }],
      conditions: [
        condition("Accepted", "True", "Accepted", "Resource accepted"),
        condition("Programmed", "True", "Programmed", "Resource programmed"),
      ],
    }),
  ];
}

/** ztunnel, gateways and istiod as their charts make them with SPIRE switched on. */
function useSpire(fixture: ClusterFixture): void {
  const { istioNamespace } = fixture.spec;
  const accounts: Record<string, string> = { ztunnel: "ztunnel", istiod: "istiod" };
  for (const object of fixture.objects) {
    if (object.kind !== "Pod" && object.kind !== "DaemonSet") continue;
    const app = object.metadata.labels?.["app"];
    if (object.kind === "Pod") {
      podSpec(object)["serviceAccountName"] = accounts[app ?? ""] ?? "istio-eastwest";
    }
    if (app !== "ztunnel") continue;
    const [main] = podSpec(object)["containers"] as { env: Json[] }[];
    main?.env.push({ name: "SPIRE_ENABLED", value: "true" });
    withVolumes(object, {
      "spire-agent-admin-socket": [{ hostPath: { path: ADMIN_DIRECTORY } }, "/var/run/spire/admin"],
    });
    podSpec(object)["serviceAccountName"] = "ztunnel";
  }
  fixture.objects.push(
    configMap(istioNamespace, "values", {
      "merged-values": json({ gateways: { spire: { workloads: true } } }),
    }),
  );
}

/** Puts SPIRE into a cluster whose trust domain is its own, and has the mesh take identities from it. */
export function withSpire(fixture: ClusterFixture, options: SpireOptions): ClusterFixture {
  const { id, trustDomain, nodes, nodeNamespace } = fixture.spec;
  useSpire(fixture);
  const { certificate, root } = options.certificates;
  fixture.objects.push(
    namespace(SPIRE),
    ...nodeWorkloads(id, nodes),
    serverPod(),
    configMap(SPIRE, "spire-agent", {
      "agent.conf": agentConfig(
        trustDomain,
        `spiffe://${trustDomain}/ns/${nodeNamespace}/sa/ztunnel`,
      ),
    }),
    configMap(SPIRE, "spire-server", {
      "server.conf": serverConfig(trustDomain, options.bundleFile),
    }),
    configMap(SPIRE, "spire-controller-manager", {
      "controller-manager-config.yaml": managerConfig(trustDomain),
    }),
    configMap(SPIRE, "spire-bundle", { "bundle.crt": options.bundle }),
    secret(SPIRE, "spiffe-upstream-ca", {
      "tls.crt": certificate,
      "tls.key": "",
      "bundle.crt": options.asInGuide ? certificate + root : root,
    }),
    ...identities(options.asInGuide),
    ...application(fixture),
  );
  return fixture;
}
