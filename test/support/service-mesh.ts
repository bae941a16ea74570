import type { LinkMember } from "../../src/mesh/links.ts";
import { linksOf } from "../../src/mesh/links.ts";
import { ServiceMesh } from "../../src/mesh/hops/mesh.ts";
import type { ServiceMeshMember, Side } from "../../src/mesh/hops/side.ts";
import type { ClusterRef } from "../../src/model/check.ts";
import type { RemoteEntryFact, ServiceEntryFact, ServiceFact } from "../../src/model/facts.ts";
import { gathered } from "../../src/model/gathered.ts";
import { clusterRef, healthyFacts, labels, service } from "./facts.ts";

/* Clusters that share shop/cart with each other, as facts: for what no fixture shows. */

export const CART = "shop/cart";
export const CART_HOST = "cart.shop.mesh.internal";
const PORTS = [{ name: "http", port: 80, protocol: "TCP" }];

export function cart(changes: Partial<ServiceFact> = {}): ServiceFact {
  return service({
    namespace: "shop",
    name: "cart",
    labels: labels({ "solo.io/service-scope": "global" }),
    ports: PORTS,
    ...changes,
  });
}

export function cartImport(changes: Partial<ServiceEntryFact> = {}): ServiceEntryFact {
  return {
    namespace: "istio-system",
    name: "autogen.shop.cart",
    hosts: [CART_HOST],
    ports: PORTS,
    subjectAltNames: ["spiffe://cluster.local/ns/shop/sa/cart"],
    addresses: ["240.240.0.1"],
    ...changes,
  };
}

export function cartEntry(to: string, changes: Partial<RemoteEntryFact> = {}): RemoteEntryFact {
  return {
    namespace: "istio-system",
    name: `autogen.${to}.shop.cart`,
    sourceCluster: to,
    service: { namespace: "shop", name: "cart" },
    network: `net-${to}`,
    ...changes,
  };
}

type Changed = Partial<ServiceMeshMember["facts"]>;

/** Clusters by id, each with a link to all others and what it changes. */
export function serviceMesh(
  changes: Readonly<Record<string, Changed>>,
  refs: Readonly<Record<string, Partial<ClusterRef>>> = {},
): ServiceMesh {
  const ids = Object.keys(changes);
  const members = ids.map((id): ServiceMeshMember & LinkMember => {
    const others = ids.filter((other) => other !== id);
    const facts = healthyFacts(id, others);
    return {
      cluster: clusterRef(id, refs[id]),
      facts: {
        services: [...facts.services, cart()],
        namespaces: facts.namespaces,
        gateways: facts.gateways,
        imports: gathered({ entries: [cartImport()], rivals: [], everywhere: true }),
        remoteEntries: gathered(others.map((other) => cartEntry(other))),
        flatEntries: gathered([]),
        servicePods: gathered(facts.servicePods),
        segments: gathered([]),
        meshConfigs: gathered(facts.meshConfigs),
        istiods: gathered(facts.istiods),
        ...changes[id],
      },
    };
  });
  return new ServiceMesh(members, linksOf(members, []));
}

export function sideOf(mesh: ServiceMesh, id: string): Side {
  const side = mesh.sides.find(({ cluster }) => cluster.id === id);
  if (!side) throw new Error(`there is no cluster ${id}`);
  return side;
}
