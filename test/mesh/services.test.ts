import { describe, expect, test } from "vitest";
import { portsOf, sharedCopies, sharedServices, unlabelled } from "../../src/mesh/services.ts";
import type { ServiceFact } from "../../src/model/facts.ts";
import { clusterRef, labels, namespace, service } from "../support/facts.ts";

const SCOPE = "solo.io/service-scope";

function scoped(name: string, scope?: string): ServiceFact {
  return service({
    namespace: "shop",
    name,
    labels: labels(scope === undefined ? {} : { [SCOPE]: scope }),
  });
}

describe("shared Services", () => {
  test("by their own label, else by their namespace's, sorted by host", () => {
    const services = [
      scoped("b"),
      scoped("z", "segment"),
      scoped("c", "cluster"),
      scoped("a", "global-only"),
    ];
    const shared = sharedServices(services, [namespace("shop", { [SCOPE]: "global" })]);
    expect(shared.map(({ host, scope, inherited }) => [host, scope, inherited])).toEqual([
      ["a.shop.mesh.internal", "global-only", false],
      ["b.shop.mesh.internal", "global", true],
      ["z.shop.mesh.internal", "segment", false],
    ]);
    expect(sharedServices([scoped("b"), scoped("c", "everywhere")], [])).toEqual([]);
  });

  test("their copies in every cluster, shared there or not", () => {
    const members = ["a", "b"].map((id) => ({
      cluster: clusterRef(id),
      facts: {
        services: [scoped("cart", id === "a" ? "global" : undefined), scoped("own")],
        namespaces: id === "a" ? [namespace("shop", { [SCOPE]: "x" })] : [namespace("shop")],
      },
    }));
    const copies = sharedCopies(members);
    expect([...copies.keys()]).toEqual(["shop/cart"]);
    expect(
      copies
        .get("shop/cart")
        ?.map(({ cluster, scope, inherited }) => [cluster.id, scope, inherited]),
    ).toEqual([
      ["a", "global", false],
      ["b", undefined, false],
    ]);
    expect(unlabelled("shop", members).map(({ cluster }) => cluster.id)).toEqual(["b"]);
  });

  test("their ports, in order and each once", () => {
    const ports = [
      { name: "b", port: 443, protocol: "TCP" },
      { name: "a", port: 80, protocol: "UDP" },
      { name: "c", port: 80, protocol: "TCP" },
      { name: "d", protocol: "TCP" },
      { name: "e", port: 80, protocol: "TCP" },
    ];
    const copy = { cluster: clusterRef(), service: service({ ports }), inherited: false };
    expect(portsOf(copy)).toBe("?/TCP, 80/TCP, 80/UDP, 443/TCP");
    expect(portsOf({ ...copy, service: service({ ports: [] }) })).toBe("no ports");
  });
});
