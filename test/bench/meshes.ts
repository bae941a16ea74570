import { certificateMaker } from "../support/mesh/certificates.ts";
import { cluster, type ClusterFixture, link, remoteGateway } from "../support/mesh/cluster.ts";
import { flatEntry, pod } from "../support/mesh/objects.ts";

/*
 * Meshes of any size, healthy, for measuring.
 */

const NAMESPACES = 50;

const named = (index: number) => ({
  namespace: `shop-${index % NAMESPACES}`,
  name: `cart-v1-54bb874995-${index.toString(36).padStart(5, "0")}`,
});

/** Clusters c1, c2…, each linked to every other. */
export async function linked(count: number, network?: string): Promise<ClusterFixture[]> {
  const names = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  const certificates = await certificateMaker.shared(names);
  return link(
    ...names.map((name, index) =>
      cluster({
        context: name,
        id: name,
        network: network ?? `net-${name}`,
        podNetwork: `10.${index % 250}`,
        address: `192.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
        certificates: certificates[name] ?? { intermediate: "", roots: "" },
      }),
    ),
  );
}

/** Two clusters of one network: so many pods in c1, and an entry for each in c2. */
export async function flat(pods: number): Promise<ClusterFixture[]> {
  const [source, target] = await linked(2, "flat");
  if (!source || !target) throw new Error("two clusters were asked for");
  for (const fixture of [source, target]) {
    for (const { metadata } of fixture.objects) {
      // Two remote Gateways for one network are told apart by cluster.
      if (metadata.name === "istio-remote-peer-flat") {
        metadata.name = `istio-remote-peer-${metadata.labels?.["topology.istio.io/cluster"]}`;
      }
    }
  }
  for (let index = 0; index < pods; index += 1) {
    source.objects.push(
      pod({
        ...named(index),
        labels: { app: "cart", version: "v1", "pod-template-hash": "54bb874995" },
        container: "cart",
        image: "registry.example/cart:1",
        owner: { kind: "ReplicaSet", name: "cart-v1-54bb874995" },
      }),
    );
    target.objects.push(
      flatEntry({
        namespace: target.spec.istioNamespace,
        sourceCluster: source.spec.id,
        pod: named(index),
        address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
        network: "flat",
        service: "cart",
      }),
    );
  }
  return [source, target];
}

/** Two linked clusters, the first with so many more remote Gateways, for clusters not in the run. */
export async function withGateways(count: number): Promise<ClusterFixture[]> {
  const [source, target] = await linked(2);
  if (!source || !target) throw new Error("two clusters were asked for");
  for (let index = 0; index < count; index += 1) {
    const name = `far-${index}`;
    source.objects.push(
      remoteGateway(source.spec, {
        ...target.spec,
        context: name,
        id: name,
        network: `net-${name}`,
        address: `198.18.${index >> 8}.${index & 255}`,
      }),
    );
  }
  return [source, target];
}
