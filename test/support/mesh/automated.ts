import { type ClusterFixture, find, link, remoteGateway } from "./cluster.ts";
import { kubernetesCluster, namespace, service } from "./objects.ts";

/** What copies the Gateways from cluster to cluster calls itself. */
const COPIES = [{ manager: "gloo-mesh", operation: "Update" }];

/**
 * Links as automated peering makes them: each istiod one Gateway for its own cluster, which the
 * management plane in the first cluster copies to all.
 */
export function automate(clusters: readonly ClusterFixture[]): ClusterFixture[] {
  const linked = link(...clusters);
  for (const { objects, spec } of linked) {
    objects.push(remoteGateway(spec, spec));
    for (const { kind, metadata, spec: wanted } of objects) {
      const { gatewayClassName } = (wanted ?? {}) as { gatewayClassName?: string };
      if (kind === "Gateway" && gatewayClassName === "istio-remote") {
        metadata["managedFields"] = structuredClone(COPIES);
      }
    }
  }
  const [management] = linked;
  management?.objects.push(
    namespace("gloo-mesh"),
    service({
      namespace: "gloo-mesh",
      name: "gloo-mesh-mgmt-server",
      ports: [{ name: "grpc", port: 9900 }],
    }),
    ...linked.map(({ spec }) => kubernetesCluster("gloo-mesh", spec.id)),
  );
  return linked;
}

/** The first cluster makes no Gateway of its own, so that none is copied, and waits to be accepted. */
export function breakAutomation([first, second]: readonly [
  ClusterFixture,
  ClusterFixture,
]): ClusterFixture[] {
  const clusters = automate([first, second]);
  for (const fixture of clusters) {
    fixture.objects = fixture.objects.filter(
      ({ metadata }) => metadata.name !== `istio-remote-peer-${first.spec.network}`,
    );
  }
  find(first, "KubernetesCluster", first.spec.id)["status"] = {
    common: { State: { approval: "PENDING" } },
  };
  return clusters;
}
