import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peerNames } from "../../src/gateway/peer-names.ts";
import type { PeerSource, PeerTarget } from "../../src/gateway/peer.ts";
import { labels, remoteGateway } from "../support/facts.ts";

function target(clusterId: string, network: string): PeerTarget {
  return {
    context: `ctx-${clusterId}`,
    clusterId,
    network,
    trustDomain: "cluster.local",
    gatewayName: "istio-eastwest",
    address: { type: "IPAddress", value: "192.0.2.20" },
  };
}

/** A Gateway of that name with these labels. */
function existing(name: string, cluster: string | undefined, network: string) {
  return remoteGateway("x", {
    name,
    labels: labels({
      ...(cluster === undefined ? {} : { "topology.istio.io/cluster": cluster }),
      "topology.istio.io/network": network,
    }),
  });
}

/** Names by cluster. */
function names(targets: readonly PeerTarget[], changes: Partial<PeerSource> = {}) {
  const source = { context: "ctx-a", network: "net-a", existing: [], ...changes };
  return Object.fromEntries(
    [...peerNames(source, targets)].map(([{ clusterId }, name]) => [
      clusterId,
      name.replace("istio-remote-peer-", ""),
    ]),
  );
}

describe("peerNames", () => {
  it("is by network", () => {
    expect(names([target("b", "net-b"), target("c", "net-c")])).toEqual({ b: "net-b", c: "net-c" });
  });

  it("is by cluster on the network of the source", () => {
    expect(names([target("b", "net-a"), target("c", "net-c")])).toEqual({ b: "b", c: "net-c" });
  });

  it("is by cluster on the network of another target", () => {
    expect(names([target("b", "flat"), target("c", "flat"), target("d", "net-d")])).toEqual({
      b: "b",
      c: "c",
      d: "net-d",
    });
  });

  it("is by network for a source whose network is not known", () => {
    const source = { context: "ctx-a", existing: [] };
    const [name] = [...peerNames(source, [target("b", "net-b")]).values()];
    expect(name).toBe("istio-remote-peer-net-b");
  });

  it.each([
    ["its cluster label", existing("istio-remote-peer-net-b", "other", "net-b")],
    [
      "its network, without a cluster label",
      existing("istio-remote-peer-net-b", undefined, "net-x"),
    ],
  ])("is by cluster when the name stands for another cluster by %s", (_, gateway) => {
    expect(names([target("b", "net-b")], { existing: [gateway] })).toEqual({ b: "b" });
  });

  it.each([
    ["for the target", existing("istio-remote-peer-net-b", "b", "old-network")],
    ["for the target's network", existing("istio-remote-peer-net-b", undefined, "net-b")],
  ])("stays by network when the name stands %s", (_, gateway) => {
    expect(names([target("b", "net-b")], { existing: [gateway] })).toEqual({ b: "net-b" });
  });

  it("keeps the Gateway that is there for the target when its network comes to be shared", () => {
    const one = existing("istio-remote-peer-flat", "b", "flat");
    const both = [target("b", "flat"), target("c", "flat")];
    expect(names(both, { existing: [one] })).toEqual({ b: "flat", c: "c" });
  });

  it("keeps the Gateway by cluster when only that target is asked for", () => {
    const one = existing("istio-remote-peer-b", "b", "flat");
    expect(names([target("b", "flat")], { existing: [one] })).toEqual({ b: "b" });
  });

  it("goes by the rule when there is a Gateway under either name", () => {
    const both = [
      existing("istio-remote-peer-b", "b", "net-b"),
      existing("istio-remote-peer-net-b", "b", "net-b"),
    ];
    expect(names([target("b", "net-b")], { existing: both })).toEqual({ b: "net-b" });
  });

  it("does not take the name of another target", () => {
    expect(names([target("x", "net-a"), target("c", "x")])).toEqual({ x: "x", c: "c" });
    const chain = [target("x", "net-a"), target("y", "x"), target("z", "y")];
    expect(names(chain)).toEqual({ x: "x", y: "y", z: "z" });
  });

  it("does not keep a name that another target takes", () => {
    // By the rule c is called by its network `b`; a Gateway for b of that name is left alone.
    const one = existing("istio-remote-peer-net-b", "b", "net-b");
    const source = { existing: [one], network: "net-b" };
    expect(names([target("b", "net-b"), target("net-b", "net-b")], source)).toEqual({
      b: "b",
      "net-b": "net-b",
    });
  });

  it.each([
    ["no", "no"],
    ["1e3", "1e3"],
    ["0x10", "0x10"],
    ["a_b.C", "a-b.c"],
    ["a__b", "a-b"],
    ["a-.b", "a.b"],
    ["a..b", "a.b"],
    ["a._b", "a.b"],
    ["UPPER", "upper"],
    ["x".repeat(63), "x".repeat(63)],
  ])("makes an object's name of network %s", (network, name) => {
    expect(names([target("b", network)])).toEqual({ b: name });
  });

  it("takes networks as one that differ in case and signs only", () => {
    expect(names([target("b", "Net_1"), target("c", "net-1")])).toEqual({ b: "b", c: "c" });
  });

  const LABEL = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,20}[a-zA-Z0-9])?$/);

  it("is a name that Kubernetes takes, whatever the label", () => {
    fc.assert(
      fc.property(LABEL, LABEL, (id, network) => {
        for (const name of peerNames({ context: "a", existing: [] }, [
          target(id, network),
        ]).values()) {
          expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
        }
      }),
    );
  });

  it("is unique where clusters are, and the same the second time", () => {
    const few = fc.constantFrom("a", "b", "c", "d", "e", "net-a", "net-b");
    const pairs = fc.uniqueArray(fc.tuple(few, few), { selector: ([id]) => id, maxLength: 6 });
    fc.assert(
      fc.property(pairs, few, (clusters, network) => {
        const targets = clusters.map(([id, net]) => target(id, net));
        const source = { context: "s", network, existing: [] };
        const first = peerNames(source, targets);
        expect(new Set(first.values()).size).toBe(targets.length);
        const made = [...first].map(([one, name]) => existing(name, one.clusterId, one.network));
        expect(peerNames({ ...source, existing: made }, targets)).toEqual(first);
      }),
    );
  });
});
