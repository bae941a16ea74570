import { setEnv } from "./broken.ts";
import { type ClusterFixture, find, remoteGateway } from "./cluster.ts";
import { containersOf } from "./community.ts";
import { condition, namespace, pod, segment, service } from "./objects.ts";
import { peered } from "./peering.ts";

/*
 * What clusters of other versions than that of the other scenarios look like.
 */

/** Without the condition for the data plane, which the guide of 1.27 is the first to show. */
function withoutDataPlaneCondition({ objects }: ClusterFixture): void {
  for (const { kind, status } of objects) {
    if (kind !== "Gateway") continue;
    const written = status as { conditions: { type: string }[] };
    written.conditions = written.conditions.filter(
      ({ type }) => !type.endsWith("/PeerDataPlaneProgrammed"),
    );
  }
}

/** Each shares a service with the others. */
function shareDetails(
  clusters: ClusterFixture[],
  labels: Readonly<Record<string, string>> = { "solo.io/service-scope": "global" },
): ClusterFixture[] {
  for (const { objects } of clusters) {
    objects.push(
      namespace("bookinfo", { "istio.io/dataplane-mode": "ambient" }),
      service({
        namespace: "bookinfo",
        name: "details",
        labels: { ...labels },
        ports: [{ name: "http", port: 9080 }],
      }),
    );
  }
  return clusters;
}

/** All are in one segment, which every one of them has. */
function inOneSegment(clusters: ClusterFixture[]): ClusterFixture[] {
  for (const fixture of clusters) {
    const { istioNamespace } = fixture.spec;
    const { metadata } = find(fixture, "Namespace", istioNamespace);
    metadata.labels = { ...metadata.labels, "admin.solo.io/segment": "acme" };
    fixture.objects.push(segment(istioNamespace, "acme", "mesh.acme"));
  }
  return clusters;
}

/** Its remote Gateways are those of the peering chart. */
function linkedByHelm({ objects }: ClusterFixture): void {
  for (const { metadata, spec } of objects) {
    if ((spec as { gatewayClassName?: string } | undefined)?.gatewayClassName !== "istio-remote") {
      continue;
    }
    metadata.labels = { ...metadata.labels, "app.kubernetes.io/managed-by": "Helm" };
    metadata.annotations = {
      ...metadata.annotations,
      "meta.helm.sh/release-name": "peering-remote",
      "meta.helm.sh/release-namespace": metadata.namespace ?? "",
    };
    metadata["managedFields"] = [{ manager: "helm", operation: "Update" }];
  }
}

/** Its imports have no location, which older builds leave empty. */
function withoutLocation({ objects }: ClusterFixture): void {
  for (const { kind, spec } of objects) {
    if (kind === "ServiceEntry") delete (spec as { location?: string }).location;
  }
}

/** Its istiod does not know the switch for the community's multicluster, which came with 1.28. */
function withoutLegacySwitch({ objects }: ClusterFixture): void {
  for (const container of objects.flatMap((object) => containersOf(object))) {
    container.env = container.env.filter(({ name }) => name !== "DISABLE_LEGACY_MULTICLUSTER");
  }
}

const UNTIL_1_27 = [withoutLegacySwitch, withoutLocation];
const UNTIL_1_26 = [...UNTIL_1_27, withoutDataPlaneCondition];

/** What linked clusters of a version have that those of others have not. */
interface VersionedMesh {
  version: string;
  /** What they share, and how they are linked. */
  share?: (clusters: ClusterFixture[]) => ClusterFixture[];
  /** What is otherwise once their istiods have written what they share. */
  differs: readonly ((fixture: ClusterFixture) => void)[];
}

/** A healthy mesh of every minor version that Solo's peering has had, by the name of its scenario. */
export const VERSIONED_MESHES: Readonly<Record<string, VersionedMesh>> = {
  "healthy-1.24": { version: "1.24.5-solo", differs: UNTIL_1_26 },
  "healthy-1.25": {
    version: "1.25.5-solo",
    share: (clusters) => shareDetails(clusters, { "solo.io/service-scope": "global-only" }),
    differs: UNTIL_1_26,
  },
  "healthy-1.26": { version: "1.26.4-solo", share: shareDetails, differs: UNTIL_1_26 },
  "healthy-1.27": {
    version: "1.27.8-solo",
    share: (clusters) =>
      shareDetails(clusters, {
        "solo.io/service-scope": "global",
        "solo.io/service-takeover": "true",
      }),
    differs: UNTIL_1_27,
  },
  "healthy-1.28": {
    version: "1.28.5-solo",
    share: (clusters) => shareDetails(inOneSegment(clusters)),
    differs: [],
  },
  "healthy-1.29": { version: "1.29.1-solo", share: shareDetails, differs: [linkedByHelm] },
  "healthy-1.30": { version: "1.30.3-solo", share: shareDetails, differs: [] },
};

/** Linked clusters as the version has them. */
export function asOfVersion(
  { share = (clusters) => clusters, differs }: VersionedMesh,
  clusters: ClusterFixture[],
): ClusterFixture[] {
  const made = peered(share(clusters));
  for (const fixture of made) for (const differ of differs) differ(fixture);
  return made;
}

/** What the checks that 1.30 has more than older versions find. */
export function breakAsOf130([first, second]: [ClusterFixture, ClusterFixture]): ClusterFixture[] {
  shareDetails([first, second]);
  for (const fixture of [first, second]) {
    const { istioNamespace } = fixture.spec;
    const { metadata } = find(fixture, "Namespace", istioNamespace);
    metadata.labels = { ...metadata.labels, "admin.solo.io/segment": "acme" };
    fixture.objects.push(
      segment(istioNamespace, "acme", "mesh.acme", [{ pattern: "{service}.corp.example" }]),
    );
  }
  first.objects.push(
    namespace("shop"),
    service({
      namespace: "shop",
      name: "details",
      labels: { "solo.io/service-scope": "global" },
      ports: [{ name: "http", port: 9080 }],
    }),
  );
  first.objects.push(segment(first.spec.istioNamespace, "twin", "mesh.acme"));
  Object.assign(find(second, "Segment", "acme")["spec"] as object, { domain: "mesh.corp" });
  const { metadata } = find(second, "Namespace", second.spec.istioNamespace);
  metadata.labels = { ...metadata.labels, "admin.solo.io/segment": "gone" };
  setEnv(find(second, "Deployment", "istiod"), "CA_TRUSTED_NODE_ACCOUNTS", "kube-system/ztunnel");
  find(second, "Segment", "acme")["status"] = {
    conditions: [condition("Accepted", "False", "DomainConflict", "the domain is taken")],
  };
  const remote = find(first, "Gateway", `istio-remote-peer-${second.spec.network}`);
  remote.metadata.annotations = {
    ...remote.metadata.annotations,
    "gateway.istio.io/service-account": "eastwest",
  };
  first.objects.push(
    namespace("solo-mesh"),
    service({
      namespace: "solo-mesh",
      name: "gloo-mesh-mgmt-server",
      ports: [{ name: "grpc", port: 9900 }],
    }),
    pod({
      name: "waypoint-6d9cdf88cf-k2p7x",
      namespace: "shop",
      labels: { "gateway.networking.k8s.io/gateway-name": "waypoint" },
      container: "istio-proxy",
      image: "registry.example/istio/proxyv2:1.30.3-solo",
      env: { ISTIO_META_NETWORK: "old-network" },
      owner: { kind: "ReplicaSet", name: "waypoint-6d9cdf88cf" },
    }),
  );
  const twin = remoteGateway(second.spec, { ...first.spec, address: "192.0.2.11" });
  twin.metadata.name = "old-link";
  second.objects.push(twin);
  return [first, second];
}
