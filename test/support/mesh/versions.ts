import { setEnv } from "./broken.ts";
import { type ClusterFixture, find, remoteGateway } from "./cluster.ts";
import { condition, namespace, pod, segment, service } from "./objects.ts";

/*
 * What clusters of other versions than that of the other scenarios look like.
 */

/** Of 1.24, whose peering has no condition for the data plane yet. */
export function asOf124(clusters: ClusterFixture[]): ClusterFixture[] {
  for (const { kind, status } of clusters.flatMap(({ objects }) => objects)) {
    if (kind !== "Gateway") continue;
    const written = status as { conditions: { type: string }[] };
    written.conditions = written.conditions.filter(
      ({ type }) => !type.endsWith("/PeerDataPlaneProgrammed"),
    );
  }
  return clusters;
}

/** Each shares a service with the others. */
export function shareDetails(clusters: ClusterFixture[]): ClusterFixture[] {
  for (const { objects } of clusters) {
    objects.push(
      namespace("bookinfo", { "istio.io/dataplane-mode": "ambient" }),
      service({
        namespace: "bookinfo",
        name: "details",
        labels: { "solo.io/service-scope": "global" },
        ports: [{ name: "http", port: 9080 }],
      }),
    );
  }
  return clusters;
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
