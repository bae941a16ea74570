import { describe, expect, it } from "vitest";
import { deleteCommand, planUnlink, type UnlinkTarget } from "../../src/gateway/unlink.ts";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { env, labels, remoteGateway } from "../support/facts.ts";
import { deadCluster, FORBIDDEN, gatheredCluster } from "../support/gathered.ts";

function source(...remote: GatewayFact[]): GatheredCluster {
  const cluster = gatheredCluster("a");
  if (cluster.facts.gateways?.ok) cluster.facts.gateways.value.remote = remote;
  return cluster;
}

function alive(id: string): UnlinkTarget {
  return { name: `ctx-${id}`, cluster: gatheredCluster(id), isContext: true };
}

function unlink(
  cluster: GatheredCluster,
  targets: readonly UnlinkTarget[],
  { namespace = "istio-eastwest", force = false } = {},
) {
  const { doomed, problems, notes } = planUnlink([{ cluster, namespace }], targets, force);
  return {
    names: doomed.map(({ gateway, target }) => `${gateway.name} → ${target}`),
    problems: problems.map(({ message }) => message),
    notes,
    doomed,
  };
}

/** A Gateway that the vendor's tool makes: it does not say which cluster it stands for. */
function byVendor(network: string, changes: Partial<GatewayFact> = {}): GatewayFact {
  return remoteGateway("b", {
    name: `istio-remote-peer-${network}`,
    labels: labels({ "topology.istio.io/network": network }),
    ...changes,
  });
}

describe("planUnlink", () => {
  it("takes the Gateways for a cluster that can be read, by label", () => {
    const cluster = source(remoteGateway("b"), remoteGateway("c"), remoteGateway("a"));
    expect(unlink(cluster, [alive("b")])).toMatchObject({
      names: ["istio-remote-peer-net-b → ctx-b"],
      problems: [],
      notes: [],
    });
    expect(unlink(cluster, [alive("b"), alive("c")]).names).toHaveLength(2);
  });

  it("takes those that carry no cluster label, by address or network", () => {
    const network = byVendor("net-b", { addresses: [{ type: "IPAddress", value: "203.0.113.1" }] });
    const address = byVendor("renamed");
    const other = byVendor("net-c", { addresses: [{ type: "IPAddress", value: "203.0.113.2" }] });
    expect(unlink(source(network, other), [alive("b")]).names).toEqual([
      "istio-remote-peer-net-b → ctx-b",
    ]);
    expect(unlink(source(address, other), [alive("b")]).names).toEqual([
      "istio-remote-peer-renamed → ctx-b",
    ]);
  });

  it("leaves one that but shares the network with the target where another stands for that", () => {
    const third = byVendor("net-b", { addresses: [{ type: "IPAddress", value: "203.0.113.1" }] });
    const cluster = source(third, remoteGateway("b", { name: "for-b" }));
    expect(unlink(cluster, [alive("b")]).names).toEqual(["for-b → ctx-b"]);
  });

  it("leaves the one for the cluster itself, and the cluster itself out", () => {
    const cluster = source(remoteGateway("a"), remoteGateway("b"));
    expect(unlink(cluster, [alive("a"), alive("b")]).names).toEqual([
      "istio-remote-peer-net-b → ctx-b",
    ]);
  });

  it.each(["b", "net-b"])("takes those of a peer that is gone, by its name %s", (name) => {
    const cluster = source(remoteGateway("b"), remoteGateway("c"));
    expect(unlink(cluster, [{ name, isContext: false }]).names).toEqual([
      `istio-remote-peer-net-b → ${name}`,
    ]);
  });

  it("takes those of the vendor's tool of a peer that is gone, by network", () => {
    const cluster = source(byVendor("net-b"), byVendor("net-c"));
    expect(unlink(cluster, [{ name: "net-b", isContext: false }]).names).toEqual([
      "istio-remote-peer-net-b → net-b",
    ]);
  });

  it("a name that is a cluster's and a network's is the cluster's", () => {
    const onNetwork = (id: string) =>
      remoteGateway(id, {
        name: `istio-remote-peer-${id}`,
        labels: labels({ "topology.istio.io/cluster": id, "topology.istio.io/network": "b" }),
      });
    const unlabelled = byVendor("b");
    const cluster = source(onNetwork("b"), onNetwork("c"), unlabelled);
    expect(unlink(cluster, [{ name: "b", isContext: false }]).names).toEqual([
      "istio-remote-peer-b → b",
      "istio-remote-peer-b → b",
    ]);
    expect(
      unlink(source(onNetwork("c"), onNetwork("d")), [{ name: "b", isContext: false }]).names,
    ).toHaveLength(2);
  });

  it("takes those of a dead context that is called as its cluster", () => {
    const cluster = source(remoteGateway("ctx-b"));
    expect(unlink(cluster, [{ name: "ctx-b", isContext: true }]).names).toHaveLength(1);
  });

  it("asks for the name of a dead context that no Gateway knows", () => {
    const cluster = source(remoteGateway("b"), byVendor("net-c"));
    const { problems, doomed } = unlink(cluster, [{ name: "ctx-b", isContext: true }]);
    expect(doomed).toEqual([]);
    expect(problems).toEqual([
      "ctx-b cannot be reached, and no Gateway in namespace istio-eastwest says that it stands for ctx-b: give --to its CLUSTER_ID or network; there are b, net-c",
    ]);
  });

  it("has nothing to do where there are no links", () => {
    expect(unlink(source(), [{ name: "ctx-b", isContext: true }])).toMatchObject({
      problems: [],
      notes: ["ctx-a: no link to ctx-b in namespace istio-eastwest"],
    });
    const ghost = unlink(source(remoteGateway("c")), [{ name: "b", isContext: false }]);
    expect(ghost.problems).toEqual([
      "no link to b in namespace istio-eastwest; there are links to c",
    ]);
  });

  it("has not done what was asked when the link is in another namespace", () => {
    const cluster = source(remoteGateway("b"));
    expect(unlink(cluster, [alive("b")], { namespace: "default" })).toMatchObject({
      names: [],
      problems: ["no link to ctx-b in namespace default; there is one in istio-eastwest"],
      notes: [],
    });
  });

  it("takes a Gateway once that stands for two names", () => {
    const cluster = source(remoteGateway("b"));
    const targets = [alive("b"), { name: "net-b", isContext: false }];
    expect(unlink(cluster, targets)).toMatchObject({
      names: ["istio-remote-peer-net-b → ctx-b"],
      notes: [],
    });
  });

  it("leaves what mc does not manage, unless forced", () => {
    const helm = remoteGateway("b", { managers: ["helm", "pilot-discovery"] });
    const nobody = remoteGateway("b", { name: "x", managers: [] });
    const cluster = source(helm, nobody);
    expect(unlink(cluster, [alive("b")]).problems).toEqual([
      "Gateway istio-eastwest/istio-remote-peer-net-b is managed by helm, pilot-discovery, not by mc: --force deletes it all the same",
      "Gateway istio-eastwest/x is managed by nobody in particular, not by mc: --force deletes it all the same",
    ]);
    expect(unlink(cluster, [alive("b")], { force: true })).toMatchObject({ problems: [] });
  });

  it("cannot go on where the source cannot be read", () => {
    expect(unlink(deadCluster("a"), [alive("b")]).problems).toEqual([
      "cannot be reached: connection refused",
    ]);
    expect(unlink(gatheredCluster("a", { gateways: FORBIDDEN }), [alive("b")]).problems).toEqual([
      expect.stringContaining("its Gateways could not be read"),
    ]);
  });

  it("knows a target whose facts are missing by its labels", () => {
    const cluster = gatheredCluster("b", { gateways: FORBIDDEN, services: FORBIDDEN });
    const target = { name: "ctx-b", cluster, isContext: true };
    expect(unlink(source(remoteGateway("b")), [target]).names).toHaveLength(1);
    // Those that say that they stand for others are not its, whatever its addresses.
    expect(unlink(source(remoteGateway("c")), [target])).toMatchObject({
      problems: [],
      notes: ["ctx-a: no link to ctx-b in namespace istio-eastwest; there are links to c"],
    });
    // This one may be.
    expect(unlink(source(byVendor("other", { addresses: [] })), [target])).toMatchObject({
      notes: [],
      problems: [expect.stringMatching(/^the Gateways of ctx-b could not all be read, and no/)],
    });
  });
});

describe("deleteCommand", () => {
  it("is kubectl's", () => {
    const [one] = unlink(source(remoteGateway("b")), [alive("b")]).doomed;
    expect(one && deleteCommand(one)).toBe(
      "kubectl --context ctx-a -n istio-eastwest delete gateways.gateway.networking.k8s.io istio-remote-peer-net-b",
    );
  });
});

describe("what automated peering made", () => {
  const copy = remoteGateway("b", { managers: ["gloo-mesh"] });
  const automatic = (): GatheredCluster => {
    const cluster = source(copy);
    const { istiods } = cluster.facts;
    for (const istiod of istiods?.ok ? istiods.value.judged : []) {
      istiod.env = env({ PEERING_AUTOMATIC_LOCAL_GATEWAY: "true" });
    }
    return cluster;
  };

  it("is said of what is not to be deleted unasked, and where it is all the same", () => {
    const again =
      "made by automated peering (PEERING_AUTOMATIC_LOCAL_GATEWAY=true), which makes it again";
    expect(unlink(automatic(), [alive("b")]).problems).toEqual([
      `Gateway istio-eastwest/istio-remote-peer-net-b is managed by gloo-mesh, not by mc, and ${again}: --force deletes it all the same`,
    ]);
    expect(unlink(automatic(), [alive("b")], { force: true }).notes).toEqual([
      `ctx-a: Gateway istio-eastwest/istio-remote-peer-net-b was ${again}`,
    ]);
  });

  it("is not said of others, nor where links are made by hand", () => {
    expect(unlink(source(copy), [alive("b")], { force: true }).notes).toEqual([]);
    expect(unlink(source(copy), [alive("b")]).problems.join()).not.toContain("automated");
  });
});
