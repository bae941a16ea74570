import { type ClusterFixture, find } from "./cluster.ts";
import type { KubeObject } from "./objects.ts";

interface Shards {
  Shards: Record<string, unknown>;
}

function specOf(object: KubeObject): Record<string, unknown> {
  return object["spec"] as Record<string, unknown>;
}

/** A remote secret under a name that the other cluster does not have, and proxies on a wrong network. */
function breakFirst(fixture: ClusterFixture): void {
  const secret = find(fixture, "Secret", "istio-remote-secret-cluster2");
  secret["data"] = { "uid-of-cluster2": (secret["data"] as Record<string, unknown>)["cluster2"] };
  const sample = fixture.objects.find(({ metadata }) => metadata.name.startsWith("helloworld-v1-"));
  const [container] = (sample ? specOf(sample)["containers"] : []) as {
    env: { value: string }[];
  }[];
  if (container?.env[0]) container.env[0].value = "cluster2";
  for (const [path, answer] of Object.entries(fixture.debug)) {
    if (path.endsWith("clusterz")) {
      Object.assign((answer as object[])[1] ?? {}, {
        id: "uid-of-cluster2",
        syncStatus: "timeout",
      });
    }
  }
}

/** No remote secret, a gateway without an address, and another mesh ID. */
function breakSecond(fixture: ClusterFixture): void {
  fixture.objects = fixture.objects.filter(
    ({ metadata }) => metadata.name !== "istio-remote-secret-cluster1",
  );
  find(fixture, "Service", "istio-eastwestgateway")["status"] = { loadBalancer: {} };
  const data = find(fixture, "ConfigMap", "istio")["data"] as Record<string, string>;
  data["mesh"] = (data["mesh"] ?? "").replace("meshId: mesh1", "meshId: mesh2");
  for (const [path, answer] of Object.entries(fixture.debug)) {
    if (path.endsWith("clusterz")) {
      fixture.debug[path] = (answer as { id: string }[]).filter(({ id }) => id !== "cluster1");
    }
    if (path.endsWith("endpointShardz")) {
      for (const namespaces of Object.values(answer as Record<string, Record<string, Shards>>)) {
        for (const { Shards } of Object.values(namespaces)) delete Shards["Kubernetes/cluster1"];
      }
    }
  }
}

/** A gateway for another network that nothing passes on, and proxies that turn to no istiod. */
function breakThird(fixture: ClusterFixture): void {
  const { metadata } = find(fixture, "Service", "istio-eastwestgateway");
  metadata.labels = { ...metadata.labels, "topology.istio.io/network": "network3" };
  fixture.objects = fixture.objects.filter(
    (object) => object.metadata.name !== "cross-network-gateway",
  );
  const data = find(fixture, "ConfigMap", "istio")["data"] as Record<string, string>;
  data["mesh"] = (data["mesh"] ?? "").replace(
    "defaultConfig:\n",
    'defaultConfig:\n  discoveryAddress: "istiod-remote.istio-system.svc:15012"\n',
  );
}

/** The istiod knows no gateway of a network that it has endpoints on. */
function forgetGateway(fixture: ClusterFixture, network: string): void {
  for (const [path, answer] of Object.entries(fixture.debug)) {
    if (!path.endsWith("networkz")) continue;
    fixture.debug[path] = (answer as { Network: string }[]).filter(
      (one) => one.Network !== network,
    );
  }
}

/**
 * What Istio's page on troubleshooting multicluster speaks of, in one mesh: a fault a row. The third
 * cluster is to have another root than the others.
 */
export function breakCommunity(clusters: ClusterFixture[]): ClusterFixture[] {
  const [first, second, third] = clusters;
  if (!first || !second || !third) throw new Error("three clusters are needed");
  breakFirst(first);
  forgetGateway(first, "cluster3");
  breakSecond(second);
  find(second, "Namespace", second.spec.istioNamespace).metadata.labels = {};
  breakThird(third);
  return clusters;
}
