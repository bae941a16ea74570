import { describe, expect, test } from "vitest";
import { portsOf, sharedCopies, sharedServices, unlabelled } from "../../src/mesh/services.ts";
import type { MeshDomain } from "../../src/mesh/segments.ts";
import type { ServiceFact } from "../../src/model/facts.ts";
import { clusterRef, labels, namespace, service } from "../support/facts.ts";

const MESH: MeshDomain = { kind: "known", domain: "mesh.internal" };
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
    const shared = sharedServices(services, [namespace("shop", { [SCOPE]: "global" })], MESH);
    expect(shared.map(({ host, scope, inherited }) => [host, scope, inherited])).toEqual([
      ["a.shop.svc.cluster.local", "global-only", false],
      ["b.shop.mesh.internal", "global", true],
      ["z.shop.mesh.internal", "segment", false],
    ]);
    expect(sharedServices([scoped("b"), scoped("c", "everywhere")], [], MESH)).toEqual([]);
  });

  test("have hosts in the domain of their cluster's Segment, but for global-only", () => {
    const hosts = (domain: MeshDomain) =>
      sharedServices([scoped("a", "global-only"), scoped("b", "segment")], [], domain).map(
        ({ host }) => host,
      );
    expect(hosts({ kind: "known", domain: "mesh.acme" })).toEqual([
      "a.shop.svc.cluster.local",
      "b.shop.mesh.acme",
    ]);
    expect(hosts({ kind: "unknown", segment: "acme" })).toEqual([
      "a.shop.svc.cluster.local",
      undefined,
    ]);
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
