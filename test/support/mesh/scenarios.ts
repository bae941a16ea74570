import {
  cluster,
  type ClusterCertificates,
  type ClusterFixture,
  type ClusterSpec,
  find,
  istiod,
  link,
  remoteGateway,
  withDefaults,
} from "./cluster.ts";
import { shareServices } from "./global-services.ts";
import { peered } from "./peering.ts";
import {
  addAnswers,
  COMMUNITY_VERSION,
  multiPrimary,
  primaryRemote,
  remoteSecret,
} from "./community.ts";
import { breakCommunity } from "./community-broken.ts";
import { breakEverything } from "./broken.ts";
import { automate, breakAutomation } from "./automated.ts";
import { SPIRE_FAULTS, type SpireFault } from "./spire-faults.ts";
import { type SpireCertificates, type SpireOptions, withSpire } from "./spire.ts";
import { asOfVersion, breakAsOf130, VERSIONED_MESHES } from "./versions.ts";
import { flatEntry, namespace, pod, segment, service } from "./objects.ts";
import { writeRetries } from "./logs.ts";

/** Makes the certificates of the clusters of one scenario: a root, and an intermediate each. */
export interface CertificateMaker {
  /** One root for all of them. */
  shared(clusters: readonly string[]): Promise<Record<string, ClusterCertificates>>;
  /** A root each. */
  separate(clusters: readonly string[]): Promise<Record<string, ClusterCertificates>>;
  /** In the middle of a rotation: the bundle of each holds the old and the new root. */
  rotating(clusters: readonly string[]): Promise<Record<string, ClusterCertificates>>;
  /** In a broken rotation: only the first cluster has the new intermediate, only it trusts both. */
  halfRotated(clusters: readonly string[]): Promise<Record<string, ClusterCertificates>>;
  /**
   * For istiod a root and an intermediate each; for SPIRE an intermediate each below the same root, or as
   * the guide has it below one of its own, which is of version 1.
   */
  spire(
    clusters: readonly string[],
    asInGuide: boolean,
  ): Promise<Record<string, { istio: ClusterCertificates; spire: SpireCertificates }>>;
}

type Scenario = (certificates: CertificateMaker) => Promise<ClusterFixture[]>;

const ADDRESSES = ["192.0.2.10", "192.0.2.20", "192.0.2.30"];

/** Names and addresses of cluster1, cluster2… where context, CLUSTER_ID and network are alike. */
function plain(number: number, certificates: Record<string, ClusterCertificates>): ClusterSpec {
  const name = `cluster${number}`;
  return {
    context: name,
    id: name,
    network: name,
    podNetwork: `10.${243 + number}`,
    address: ADDRESSES[number - 1] ?? `192.0.2.${number}`,
    certificates: certificateOf(certificates, name),
  };
}

function certificateOf(
  certificates: Record<string, ClusterCertificates>,
  name: string,
): ClusterCertificates {
  const found = certificates[name];
  if (!found) throw new Error(`no certificates were made for ${name}`);
  return found;
}

const TWO = ["cluster1", "cluster2"];

async function two(
  maker: CertificateMaker,
  changes: Partial<ClusterSpec> = {},
): Promise<[ClusterFixture, ClusterFixture]> {
  const certificates = await maker.shared(TWO);
  return [
    cluster({ ...plain(1, certificates), ...changes }),
    cluster({ ...plain(2, certificates), ...changes }),
  ];
}

/** Two linked clusters with SPIRE, whose trust domains are their names. */
async function twoWithSpire(
  maker: CertificateMaker,
  asInGuide: boolean,
  faults: readonly SpireFault[] = [],
): Promise<ClusterFixture[]> {
  const made = await maker.spire(TWO, asInGuide);
  const certificates = Object.fromEntries(
    Object.entries(made).map(([name, { istio }]) => [name, istio]),
  );
  const clusters = [1, 2].map((number) =>
    cluster({ ...plain(number, certificates), trustDomain: `cluster${number}` }),
  );
  for (const fixture of clusters) {
    const found = made[fixture.spec.context]?.spire;
    if (!found) throw new Error(`no certificates of SPIRE were made for ${fixture.spec.context}`);
    const options: SpireOptions = {
      certificates: found,
      asInGuide,
      bundleFile: !asInGuide,
      // Without a bundle file SPIRE takes the certificate that it signs with for its only root.
      bundle: asInGuide ? found.certificate : found.root,
    };
    withSpire(fixture, options);
    for (const fault of faults) {
      if (fault.in === fixture.spec.context) fault.make(fixture, found.faulty);
    }
  }
  return link(...clusters);
}

/** An application of three pods that other clusters reach, and its global Service. */
function reviews(fixture: ClusterFixture): void {
  fixture.objects.push(
    namespace("bookinfo", { "istio.io/dataplane-mode": "ambient" }),
    service({
      namespace: "bookinfo",
      name: "reviews",
      labels: { "solo.io/service-scope": "global" },
      ports: [{ name: "http", port: 9080 }],
    }),
    ...["x7k2p", "q9w4m", "b5n8z"].map((end) =>
      pod({
        name: `reviews-v1-54bb874995-${end}`,
        namespace: "bookinfo",
        labels: { app: "reviews" },
        container: "reviews",
        image: "registry.example/reviews:1",
        owner: { kind: "ReplicaSet", name: "reviews-v1-54bb874995" },
      }),
    ),
  );
}

function applicationPods(fixture: ClusterFixture): { namespace: string; name: string }[] {
  return fixture.objects
    .filter(({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "reviews")
    .map(({ metadata }) => ({ namespace: metadata.namespace ?? "", name: metadata.name }));
}

/** Entries in each cluster for the application pods of the others. */
function flatten(...clusters: ClusterFixture[]): void {
  for (const fixture of clusters) reviews(fixture);
  for (const target of clusters) {
    for (const source of clusters) {
      if (source === target) continue;
      for (const [index, named] of applicationPods(source).entries()) {
        target.objects.push(
          flatEntry({
            namespace: target.spec.istioNamespace,
            sourceCluster: source.spec.id,
            pod: named,
            address: `10.1.0.${index + 1}`,
            network: source.spec.network,
            service: "reviews",
          }),
        );
      }
    }
  }
}

async function flatNetwork(
  maker: CertificateMaker,
  changes: Partial<ClusterSpec> = {},
): Promise<ClusterFixture[]> {
  const clusters = link(...(await two(maker, { network: "flat", ...changes })));
  flatten(...clusters);
  for (const fixture of clusters) {
    for (const { metadata } of fixture.objects) {
      // Two remote Gateways for one network are told apart by cluster.
      if (metadata.name === "istio-remote-peer-flat") {
        metadata.name = `istio-remote-peer-${metadata.labels?.["topology.istio.io/cluster"]}`;
      }
    }
  }
  return peered(clusters);
}

async function threeClusters(maker: CertificateMaker): Promise<ClusterFixture[]> {
  const names = ["east", "west", "eu"];
  const certificates = await maker.shared(names);
  return link(
    ...names.map((name, index) =>
      cluster({
        context: `prod/${name}:6443/admin`,
        id: name,
        network: `net-${name}`,
        address: `eastwest.${name}.mesh.example`,
        region: `${name}-1`,
        trustDomain: `${name}.local`,
        certificates: certificateOf(certificates, name),
        nodes: index + 1,
      }),
    ),
  );
}

/** One load balancer stands before all clusters; its port tells to which it leads. */
function behindOneHost(clusters: ClusterFixture[]): ClusterFixture[] {
  for (const { objects } of clusters) {
    for (const [number, { spec: target }] of clusters.entries()) {
      const remote = objects.find(
        ({ metadata }) => metadata.name === `istio-remote-peer-${target.network}`,
      );
      if (!remote) continue;
      const spec = remote["spec"] as { addresses: unknown; listeners: { port: number }[] };
      spec.addresses = [{ type: "IPAddress", value: "198.51.100.42" }];
      for (const listener of spec.listeners) listener.port += 100 * number;
    }
  }
  return clusters;
}

/** Every scenario by the name of its directory. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  healthy: async (maker) => link(...(await two(maker))),

  ...Object.fromEntries(
    Object.entries(VERSIONED_MESHES).map(([name, mesh]): [string, Scenario] => [
      name,
      async (maker) => asOfVersion(mesh, link(...(await two(maker, { version: mesh.version })))),
    ]),
  ),

  "faults-1.30": async (maker) => {
    const clusters = await two(maker, { version: "1.30.3-solo" });
    link(...clusters);
    return breakAsOf130(clusters);
  },

  automated: async (maker) =>
    automate(await two(maker, { istiodEnv: { PEERING_AUTOMATIC_LOCAL_GATEWAY: "true" } })),

  "automated-broken": async (maker) =>
    breakAutomation(await two(maker, { istiodEnv: { PEERING_AUTOMATIC_LOCAL_GATEWAY: "true" } })),

  unlinked: (maker) => two(maker),

  "three-clusters": threeClusters,

  "one-host": async (maker) => behindOneHost(await threeClusters(maker)),

  "split-namespaces": async (maker) =>
    link(
      ...(await two(maker, {
        nodeNamespace: "kube-system",
        gatewayNamespace: "istio-gateways",
        revision: "gloo",
      })),
    ),

  nodeport: async (maker) => link(...(await two(maker, { nodePort: true }))),

  "flat-network": (maker) => flatNetwork(maker),

  "flat-overlap": (maker) =>
    flatNetwork(maker, {
      podNetwork: "10.244",
      istiodEnv: { PEERING_ENABLE_FLAT_NETWORKS: "false" },
    }),

  "self-peer": async (maker) => {
    const clusters = link(
      ...(await two(maker, { istiodEnv: { PEERING_AUTOMATIC_LOCAL_GATEWAY: "true" } })),
    );
    for (const fixture of clusters) fixture.objects.push(remoteGateway(fixture.spec, fixture.spec));
    return clusters;
  },

  "two-revisions": async (maker) => {
    const clusters = link(...(await two(maker, { revision: "1-28" })));
    for (const fixture of clusters) {
      const old = istiod({
        ...fixture.spec,
        revision: "1-26",
        version: "1.26.4-solo",
        istiodEnv: { ENABLE_PEERING_DISCOVERY: "false" },
      });
      fixture.objects.push(...old.objects);
      Object.assign(fixture.debug, old.debug);
    }
    return clusters;
  },

  broken: async (maker) => breakEverything(link(...(await two(maker))), await maker.separate(TWO)),

  "roots-differ": async (maker) => {
    const certificates = await maker.separate(TWO);
    const clusters = link(cluster(plain(1, certificates)), cluster(plain(2, certificates)));
    const cause =
      "authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority";
    for (const fixture of clusters) {
      disconnect(fixture);
      // The first line is older than the link.
      writeRetries(fixture, cause, "11:20:00", "11:50:10", "11:54:10", "11:59:10");
    }
    return clusters;
  },

  "root-rotation": async (maker) => {
    const certificates = await maker.halfRotated(TWO);
    return link(cluster(plain(1, certificates)), cluster(plain(2, certificates)));
  },

  "root-rotation-both": async (maker) => {
    const certificates = await maker.rotating(TWO);
    return link(cluster(plain(1, certificates)), cluster(plain(2, certificates)));
  },

  "stale-address": async (maker) => {
    const clusters = await two(maker);
    const [first, second] = link(...clusters);
    const old = remoteGateway(
      clusters[0].spec,
      withDefaults({ ...clusters[1].spec, address: "192.0.2.99" }),
    );
    if (first && second) {
      first.objects = first.objects.map((object) =>
        object.metadata.name === old.metadata.name ? old : object,
      );
      disconnect(first, "upstream connection error: dial tcp 192.0.2.99:15012: i/o timeout");
    }
    return clusters;
  },

  "own-address": async (maker) => {
    const [first, second] = link(...(await two(maker)));
    if (!first || !second) throw new Error("two clusters are needed");
    const wrong = remoteGateway(
      first.spec,
      withDefaults({ ...second.spec, address: first.spec.address }),
    );
    first.objects = first.objects.map((object) =>
      object.metadata.name === wrong.metadata.name ? wrong : object,
    );
    return [first, second];
  },

  "stale-entries": async (maker) => {
    const clusters = await flatNetwork(maker);
    const [first] = clusters;
    const gone = "reviews-v1-54bb874995-q9w4m";
    if (first) {
      find(first, "Pod", gone);
      first.objects = first.objects.filter(
        ({ kind, metadata }) => !(kind === "Pod" && metadata.name === gone),
      );
    }
    return clusters;
  },

  "ztunnel-cluster-id": async (maker) => {
    const certificates = await maker.shared(TWO);
    const ztunnelEnv = (id: string | undefined) => ({ ISTIO_META_CLUSTER_ID: id });
    return link(
      cluster({ ...plain(1, certificates), ztunnelEnv: ztunnelEnv("Kubernetes") }),
      cluster({ ...plain(2, certificates), ztunnelEnv: ztunnelEnv(undefined) }),
    );
  },

  "tainted-node": async (maker) => {
    const certificates = await maker.shared(TWO);
    const first = cluster({ ...plain(1, certificates), nodes: 2 });
    const tainted = find(first, "Node", "cluster1-node-2")["spec"] as Record<string, unknown>;
    tainted["taints"] = [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }];
    first.objects = first.objects.filter(
      ({ kind, metadata, spec }) =>
        kind !== "Pod" ||
        metadata.labels?.["app"] !== "ztunnel" ||
        (spec as { nodeName: string }).nodeName !== "cluster1-node-2",
    );
    const daemonSet = find(first, "DaemonSet", "ztunnel");
    daemonSet["status"] = { desiredNumberScheduled: 1, numberReady: 1, numberAvailable: 1 };
    return link(first, cluster(plain(2, certificates)));
  },

  "closed-entrance": async (maker) => {
    const [first, second] = await two(maker);
    link(first, second);
    disconnect(first, "upstream connection error: connection refused");
    const isXds = ({ name }: { name: string }): boolean => name === "xds-tls";
    const gateway = find(second, "Gateway", "istio-eastwest")["spec"] as {
      listeners: { name: string }[];
    };
    gateway.listeners = gateway.listeners.filter((one) => !isXds(one));
    const xdsService = find(second, "Service", "istio-eastwest")["spec"] as {
      ports: { name: string }[];
    };
    xdsService.ports = xdsService.ports.filter((one) => !isXds(one));
    for (const [key, answer] of Object.entries(second.debug)) {
      if (!key.endsWith("/debug/syncz")) continue;
      second.debug[key] = (answer as { cluster_id: string }[]).filter(
        ({ cluster_id: id }) => id === second.spec.id,
      );
    }
    return [first, second];
  },

  segments: async (maker) => {
    const clusters = link(...(await two(maker)));
    const names = ["acme", "acquired"];
    for (const [index, fixture] of clusters.entries()) {
      const { istioNamespace } = fixture.spec;
      const { metadata } = find(fixture, "Namespace", istioNamespace);
      metadata.labels = { ...metadata.labels, "admin.solo.io/segment": `${names[index]}-segment` };
      fixture.objects.push(
        ...names.map((name) => segment(istioNamespace, `${name}-segment`, `mesh.${name}`)),
        namespace("bookinfo", { "istio.io/dataplane-mode": "ambient" }),
        service({
          namespace: "bookinfo",
          name: "details",
          labels: { "solo.io/service-scope": "global" },
          ports: [{ name: "http", port: 9080 + index }],
        }),
        service({
          namespace: "bookinfo",
          name: "ratings",
          labels: { "solo.io/service-scope": "global-only" },
          ports: [{ name: "http", port: 9080 }],
        }),
      );
    }
    return peered(clusters);
  },

  "global-services": async (maker) => {
    const clusters = await two(maker);
    link(...clusters);
    shareServices(...clusters);
    return peered(clusters);
  },

  "community-sidecar": async (maker) =>
    multiPrimary(await two(maker, { version: COMMUNITY_VERSION })),

  "community-broken": async (maker) => {
    const certificates = {
      ...(await maker.shared(TWO)),
      ...(await maker.separate(["cluster3"])),
    };
    const clusters = [1, 2, 3].map((number) =>
      cluster({ ...plain(number, certificates), version: COMMUNITY_VERSION }),
    );
    return breakCommunity(multiPrimary(clusters));
  },

  "community-primary-remote": async (maker) =>
    primaryRemote(await two(maker, { version: COMMUNITY_VERSION })),

  "community-ambient": async (maker) =>
    multiPrimary(await two(maker, { version: COMMUNITY_VERSION }), true),

  /** Linked by peering, with the remote secrets of before still there. */
  migration: async (maker) => {
    const [first, second] = await two(maker);
    link(first, second);
    first.objects.push(remoteSecret(first, second));
    second.objects.push(remoteSecret(second, first));
    addAnswers(first, [second]);
    addAnswers(second, [first]);
    return [first, second];
  },
  spire: (maker) => twoWithSpire(maker, false),

  "spire-guide": (maker) => twoWithSpire(maker, true),

  "spire-broken": (maker) => twoWithSpire(maker, false, SPIRE_FAULTS),

  "duplicate-identity": async (maker) => {
    const certificates = await maker.shared(TWO);
    return [
      cluster(plain(1, certificates)),
      cluster({ ...plain(2, certificates), id: "cluster1" }),
    ];
  },
};

/** The peers of a cluster do not answer. */
function disconnect(
  fixture: ClusterFixture,
  message = "upstream connection error: remote error: tls: unknown authority",
): void {
  for (const { kind, spec, status } of fixture.objects) {
    if (kind !== "Gateway") continue;
    if ((spec as { gatewayClassName?: string }).gatewayClassName !== "istio-remote") continue;
    for (const condition of (status as { conditions: Record<string, unknown>[] }).conditions) {
      if (String(condition["type"]).startsWith("gloo.solo.io/Peer")) {
        condition["status"] = "False";
        condition["reason"] = "Disconnected";
        condition["message"] = message;
      }
    }
  }
}
