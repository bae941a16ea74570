import { describe, expect, test } from "vitest";
import {
  findPeer,
  indexPeers,
  ownersOf,
  peerName,
  peerOf,
  unreadPeer,
  type Peer,
  type PeerMatch,
} from "../../src/mesh/peers.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { addressOf, clusterRef, eastWestGateway, labels, remoteGateway } from "../support/facts.ts";

function candidate(id: string, changes: Partial<Peer> = {}): Peer {
  return {
    cluster: { context: `ctx-${id}`, id, network: `net-${id}` },
    addresses: new Set([addressOf(id)]),
    ...changes,
  };
}

function found(gateway: GatewayFact, candidates: readonly Peer[]): PeerMatch<Peer> | undefined {
  return findPeer(gateway, indexPeers(candidates));
}

const A = candidate("a");
const B = candidate("b");
const C = candidate("c");

function namesOf(...eastWest: GatewayFact[]): Peer["names"] & {} {
  const { names } = peerOf(clusterRef(), eastWest, []);
  if (!names) throw new Error("a cluster that was read has names");
  return names;
}

describe("findPeer", () => {
  const far = [{ type: "IPAddress", value: "198.51.100.1" }];

  test("by cluster label, whatever address or network says", () => {
    const named = { "topology.istio.io/cluster": "b", "topology.istio.io/network": "net-b" };
    const address = [{ type: "IPAddress", value: addressOf("c") }];
    for (const gateway of [
      remoteGateway("b", { labels: labels({ ...named, "topology.istio.io/network": "net-c" }) }),
      remoteGateway("b", { labels: labels(named), addresses: address }),
      remoteGateway("b", {
        labels: labels({ "topology.istio.io/cluster": "b" }),
        addresses: address,
      }),
    ]) {
      expect(found(gateway, [A, B, C])).toEqual({ peer: B, by: "cluster label" });
    }
  });

  test("not the cluster it is in, at whose address it is, where the label is for another outside", () => {
    const gateway = remoteGateway("a", {
      labels: labels({ "topology.istio.io/cluster": "z", "topology.istio.io/network": "net-z" }),
    });
    const index = indexPeers([A, B]);
    expect(findPeer(gateway, index, A)).toBeUndefined();
    expect(findPeer(gateway, index, B)).toEqual({ peer: A, by: "address" });
    const { id: _, ...nameless } = A.cluster;
    const unnamed = { ...A, cluster: nameless };
    expect(findPeer(gateway, indexPeers([unnamed, B]), unnamed)).toEqual({
      peer: unnamed,
      by: "address",
    });
  });

  test("by address and network together, against the label, but not for the cluster it is in", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "b", "topology.istio.io/network": "net-c" }),
      addresses: [{ type: "IPAddress", value: addressOf("c") }],
    });
    const index = indexPeers([A, B, C]);
    expect(findPeer(gateway, index, A)).toEqual({ peer: C, by: "address and network" });
    expect(findPeer(gateway, index, C)).toEqual({ peer: B, by: "cluster label" });
    // Of two clusters on that network neither is meant for sure.
    const twin = {
      ...C,
      cluster: { context: "ctx-d", id: "d", network: "net-c" },
      addresses: new Set<string>(),
    };
    expect(found(gateway, [A, B, C, twin])).toEqual({ peer: B, by: "cluster label" });
  });

  test("by address where the label names no candidate", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "x", "topology.istio.io/network": "net-c" }),
    });
    expect(found(gateway, [A, B, C])).toEqual({ peer: B, by: "address" });
  });

  test("by network where only one is on it", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
      addresses: far,
    });
    expect(found(gateway, [A, B, C])).toEqual({ peer: B, by: "network" });
    const shared = candidate("c", { cluster: { context: "ctx-c", id: "c", network: "net-b" } });
    expect(found(gateway, [A, B, shared])).toBeUndefined();
  });

  test("by network where the cluster label repeats it", () => {
    const gateway = remoteGateway("b", {
      labels: labels({
        "topology.istio.io/cluster": "net-b",
        "topology.istio.io/network": "net-b",
      }),
      addresses: far,
    });
    expect(found(gateway, [A, B])).toEqual({ peer: B, by: "network" });
  });

  test("a label for a cluster outside the run is not overruled by a network", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "x", "topology.istio.io/network": "net-b" }),
      addresses: far,
    });
    expect(found(gateway, [A, B])).toBeUndefined();
  });

  test("a network counts where it is not known what its cluster is called", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "x", "topology.istio.io/network": "net-b" }),
      addresses: far,
    });
    const nameless = candidate("b", { cluster: { context: "ctx-b", network: "net-b" } });
    expect(found(gateway, [A, nameless])).toBeUndefined();
    const unnamed = { ...nameless, names: { ids: [], networks: [] } };
    expect(found(gateway, [A, unnamed])).toEqual({ peer: unnamed, by: "network" });
    const called = { ...nameless, names: { ids: ["b"], networks: [] } };
    expect(found(gateway, [A, called])).toBeUndefined();
  });

  test("nothing to know it by", () => {
    expect(
      found(remoteGateway("b", { labels: labels({}), addresses: far }), [A, B]),
    ).toBeUndefined();
    expect(found(remoteGateway("b"), [])).toBeUndefined();
  });

  describe("where two have one CLUSTER_ID", () => {
    const twin = candidate("b", {
      cluster: { context: "ctx-twin", id: "b", network: "net-twin" },
      addresses: new Set(["192.0.2.200"]),
    });

    test("the address decides among them", () => {
      expect(found(remoteGateway("b"), [A, twin, B])).toEqual({ peer: B, by: "address" });
    });

    test("then the network", () => {
      const gateway = remoteGateway("b", { addresses: far });
      expect(found(gateway, [A, twin, B])).toEqual({ peer: B, by: "network" });
    });

    test("an address of a third does not", () => {
      const gateway = remoteGateway("b", {
        addresses: [{ type: "IPAddress", value: addressOf("a") }],
      });
      expect(found(gateway, [A, twin, B])).toEqual({ peer: B, by: "network" });
    });

    test("one that is the same in all is not decided", () => {
      const same = { ...B, cluster: { ...B.cluster, context: "ctx-same" } };
      expect(found(remoteGateway("b"), [A, B, same])).toBeUndefined();
    });
  });

  test("an address shared by two is left to the network", () => {
    const shared = candidate("c", { addresses: B.addresses });
    const gateway = remoteGateway("c", {
      labels: labels({ "topology.istio.io/network": "net-c" }),
      addresses: [{ type: "IPAddress", value: addressOf("b") }],
    });
    expect(found(gateway, [A, B, shared])).toEqual({ peer: shared, by: "network" });
  });
});

describe("an index", () => {
  test("serves many look-ups; ids and networks may be missing", () => {
    const nameless = candidate("c", { cluster: { context: "ctx-c" } });
    const index = indexPeers([A, B, nameless]);
    expect(findPeer(remoteGateway("b"), index)?.peer).toBe(B);
    expect(findPeer(remoteGateway("c"), index)).toEqual({ peer: nameless, by: "address" });
  });

  test("owners of the addresses of a gateway, each once", () => {
    const gateway = remoteGateway("b", {
      addresses: ["a", "b", "b"].map((id) => ({ type: "IPAddress", value: addressOf(id) })),
    });
    expect(ownersOf(gateway, indexPeers([A, B, C]))).toEqual([A, B]);
  });
});

describe("what gateways call their cluster", () => {
  const renamed = candidate("b", {
    cluster: { context: "ctx-b", id: "Kubernetes" },
    addresses: new Set(),
    names: namesOf(eastWestGateway("b"), eastWestGateway("b", { labels: labels({}) })),
  });

  test("are the labels of the east-west ones, each once", () => {
    expect(namesOf(eastWestGateway("b"), eastWestGateway("b"), eastWestGateway("c"))).toEqual({
      ids: ["b", "c"],
      networks: ["net-b", "net-c"],
    });
  });

  test("finds a cluster whose CLUSTER_ID or network is no longer that", () => {
    expect(found(remoteGateway("b"), [A, renamed])).toEqual({
      peer: renamed,
      by: "cluster label",
    });
    const unlabelled = remoteGateway("b", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
    });
    expect(found(unlabelled, [A, renamed])).toEqual({ peer: renamed, by: "network" });
  });

  test("does not count against a cluster that really has the name", () => {
    const impostor = { ...C, names: { ids: ["b"], networks: ["net-b"] } };
    expect(found(remoteGateway("b"), [A, impostor, B])?.peer).toBe(B);
    const unlabelled = remoteGateway("b", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
      addresses: [],
    });
    expect(found(unlabelled, [A, impostor, B])?.peer).toBe(B);
  });
});

test("a peer is called by its cluster, else its network, else the gateway's name", () => {
  expect(peerName(remoteGateway("b"))).toBe("b");
  const network = labels({ "topology.istio.io/cluster": "", "topology.istio.io/network": "net" });
  expect(peerName(remoteGateway("b", { labels: network }))).toBe("net");
  expect(peerName(remoteGateway("b", { labels: labels({}) }))).toBe("istio-remote-peer-net-b");
});

test("a cluster that could not be read has neither addresses nor names", () => {
  expect(unreadPeer(clusterRef("b"))).toEqual({ cluster: clusterRef("b"), addresses: new Set() });
});
