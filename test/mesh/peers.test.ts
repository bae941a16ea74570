import { describe, expect, test } from "vitest";
import {
  findPeer,
  indexPeers,
  namesOf,
  ownersOf,
  peerName,
  type PeerCandidate,
  type PeerTarget,
} from "../../src/mesh/peers.ts";
import { isIpAddress, normalizeAddress } from "../../src/lib/ip-address.ts";
import { isNodePort } from "../../src/mesh/data-plane.ts";
import { reachableAddresses, serviceOf } from "../../src/mesh/addresses.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { addressOf, eastWestGateway, labels, remoteGateway, service } from "../support/facts.ts";

function candidate(id: string, changes: Partial<PeerCandidate> = {}): PeerCandidate {
  return {
    cluster: { context: `ctx-${id}`, id, network: `net-${id}` },
    addresses: new Set([addressOf(id)]),
    ...changes,
  };
}

function peerOf(
  gateway: GatewayFact,
  candidates: readonly PeerCandidate[],
): PeerTarget<PeerCandidate> | undefined {
  return findPeer(gateway, indexPeers(candidates));
}

const A = candidate("a");
const B = candidate("b");
const C = candidate("c");

describe("normalizeAddress", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    [" 192.0.2.1 ", "192.0.2.1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["EastWest.Example.COM.", "eastwest.example.com"],
    ["10.1", "10.1"],
    ["010.0.0.1", "010.0.0.1"],
    ["", ""],
  ])("%j is %j", (address, normal) => {
    expect(normalizeAddress(address)).toBe(normal);
  });

  test("only what Kubernetes takes for an IP address is one", () => {
    expect(["192.0.2.1", "2001:db8::1"].every(isIpAddress)).toBe(true);
    expect(["1", "10.1", "lb.example", "192.0.2.256", ""].some(isIpAddress)).toBe(false);
  });
});

test.each([
  ["NodePort", true],
  [" nodeport ", true],
  ["LoadBalancer", false],
  ["", false],
  [undefined, false],
])("an annotation of %j asks for node ports: %s", (value, asked) => {
  expect(isNodePort(value)).toBe(asked);
});

describe("serviceOf", () => {
  test("by label before name, in the gateway's namespace only", () => {
    const labelled = service({ name: "other-name" });
    const named = service({ labels: labels({}) });
    const elsewhere = service({ namespace: "default" });
    expect(serviceOf(eastWestGateway(), [elsewhere, named, labelled])).toBe(labelled);
    expect(serviceOf(eastWestGateway(), [elsewhere, named])).toBe(named);
    expect(serviceOf(eastWestGateway(), [elsewhere])).toBeUndefined();
  });
});

describe("reachableAddresses", () => {
  test("of Service and status, normalised, without clusterIPs", () => {
    const gateway = eastWestGateway("a", {
      statusAddresses: [
        { type: "IPAddress", value: "10.96.0.10" },
        { type: "Hostname", value: "LB.example." },
      ],
    });
    const addresses = reachableAddresses([gateway], [service({ addresses: ["2001:DB8::0:1"] })]);
    expect([...addresses]).toEqual(["2001:db8::1", "lb.example"]);
  });

  test("without the Service's name, which only the cluster resolves", () => {
    const statusAddresses = [
      { type: "Hostname", value: "istio-eastwest.istio-eastwest.svc.cluster.local" },
      { type: "Hostname", value: "istio-eastwest.istio-eastwest.svc" },
      { type: "Hostname", value: "istio-eastwest.istio-eastwest.example" },
    ];
    const gateway = eastWestGateway("a", { statusAddresses });
    for (const services of [[], [service({ addresses: [] })]]) {
      expect([...reachableAddresses([gateway], services)]).toEqual([
        "istio-eastwest.istio-eastwest.example",
      ]);
    }
  });

  test("a clusterIP that is the address outside too counts", () => {
    const statusAddresses = [{ type: "IPAddress", value: "10.96.0.10" }];
    const gateway = eastWestGateway("a", { statusAddresses });
    const own = service({ addresses: ["10.96.0.10"] });
    expect([...reachableAddresses([gateway], [own])]).toEqual(["10.96.0.10"]);
  });

  test("without a Service the status is all there is", () => {
    expect([...reachableAddresses([eastWestGateway("a")], [])]).toEqual([addressOf("a")]);
  });
});

describe("findPeer", () => {
  const far = [{ type: "IPAddress", value: "198.51.100.1" }];

  test("by cluster label, whatever address and network say", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "b", "topology.istio.io/network": "net-c" }),
      addresses: [{ type: "IPAddress", value: addressOf("c") }],
    });
    expect(peerOf(gateway, [A, B, C])).toEqual({ candidate: B, by: "cluster label" });
  });

  test("by address where the label names no candidate", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "x", "topology.istio.io/network": "net-c" }),
    });
    expect(peerOf(gateway, [A, B, C])).toEqual({ candidate: B, by: "address" });
  });

  test("by network where only one is on it", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
      addresses: far,
    });
    expect(peerOf(gateway, [A, B, C])).toEqual({ candidate: B, by: "network" });
    const shared = candidate("c", { cluster: { context: "ctx-c", id: "c", network: "net-b" } });
    expect(peerOf(gateway, [A, B, shared])).toBeUndefined();
  });

  test("by network where the cluster label repeats it", () => {
    const gateway = remoteGateway("b", {
      labels: labels({
        "topology.istio.io/cluster": "net-b",
        "topology.istio.io/network": "net-b",
      }),
      addresses: far,
    });
    expect(peerOf(gateway, [A, B])).toEqual({ candidate: B, by: "network" });
  });

  test("a label for a cluster outside the run is not overruled by a network", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "x", "topology.istio.io/network": "net-b" }),
      addresses: far,
    });
    expect(peerOf(gateway, [A, B])).toBeUndefined();
  });

  test("a network counts where it is not known what its cluster is called", () => {
    const gateway = remoteGateway("b", {
      labels: labels({ "topology.istio.io/cluster": "x", "topology.istio.io/network": "net-b" }),
      addresses: far,
    });
    const nameless = candidate("b", { cluster: { context: "ctx-b", network: "net-b" } });
    expect(peerOf(gateway, [A, nameless])).toBeUndefined();
    const unnamed = { ...nameless, names: { ids: [], networks: [] } };
    expect(peerOf(gateway, [A, unnamed])).toEqual({ candidate: unnamed, by: "network" });
    const called = { ...nameless, names: { ids: ["b"], networks: [] } };
    expect(peerOf(gateway, [A, called])).toBeUndefined();
  });

  test("nothing to know it by", () => {
    expect(
      peerOf(remoteGateway("b", { labels: labels({}), addresses: far }), [A, B]),
    ).toBeUndefined();
    expect(peerOf(remoteGateway("b"), [])).toBeUndefined();
  });

  describe("where two have one CLUSTER_ID", () => {
    const twin = candidate("b", {
      cluster: { context: "ctx-twin", id: "b", network: "net-twin" },
      addresses: new Set(["192.0.2.200"]),
    });

    test("the address decides among them", () => {
      expect(peerOf(remoteGateway("b"), [A, twin, B])).toEqual({ candidate: B, by: "address" });
    });

    test("then the network", () => {
      const gateway = remoteGateway("b", { addresses: far });
      expect(peerOf(gateway, [A, twin, B])).toEqual({ candidate: B, by: "network" });
    });

    test("an address of a third does not", () => {
      const gateway = remoteGateway("b", {
        addresses: [{ type: "IPAddress", value: addressOf("a") }],
      });
      expect(peerOf(gateway, [A, twin, B])).toEqual({ candidate: B, by: "network" });
    });

    test("one that is the same in all is not decided", () => {
      const same = { ...B, cluster: { ...B.cluster, context: "ctx-same" } };
      expect(peerOf(remoteGateway("b"), [A, B, same])).toBeUndefined();
    });
  });

  test("an address shared by two is left to the network", () => {
    const shared = candidate("c", { addresses: B.addresses });
    const gateway = remoteGateway("c", {
      labels: labels({ "topology.istio.io/network": "net-c" }),
      addresses: [{ type: "IPAddress", value: addressOf("b") }],
    });
    expect(peerOf(gateway, [A, B, shared])).toEqual({ candidate: shared, by: "network" });
  });
});

describe("an index", () => {
  test("serves many look-ups; ids and networks may be missing", () => {
    const nameless = candidate("c", { cluster: { context: "ctx-c" } });
    const index = indexPeers([A, B, nameless]);
    expect(findPeer(remoteGateway("b"), index)?.candidate).toBe(B);
    expect(findPeer(remoteGateway("c"), index)).toEqual({ candidate: nameless, by: "address" });
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
    names: namesOf([eastWestGateway("b"), eastWestGateway("b", { labels: labels({}) })]),
  });

  test("are the labels of the east-west ones, each once", () => {
    const gateways = [eastWestGateway("b"), eastWestGateway("b"), eastWestGateway("c")];
    expect(namesOf(gateways)).toEqual({ ids: ["b", "c"], networks: ["net-b", "net-c"] });
  });

  test("finds a cluster whose CLUSTER_ID or network is no longer that", () => {
    expect(peerOf(remoteGateway("b"), [A, renamed])).toEqual({
      candidate: renamed,
      by: "cluster label",
    });
    const unlabelled = remoteGateway("b", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
    });
    expect(peerOf(unlabelled, [A, renamed])).toEqual({ candidate: renamed, by: "network" });
  });

  test("does not count against a cluster that really has the name", () => {
    const impostor = { ...C, names: { ids: ["b"], networks: ["net-b"] } };
    expect(peerOf(remoteGateway("b"), [A, impostor, B])?.candidate).toBe(B);
    const unlabelled = remoteGateway("b", {
      labels: labels({ "topology.istio.io/network": "net-b" }),
      addresses: [],
    });
    expect(peerOf(unlabelled, [A, impostor, B])?.candidate).toBe(B);
  });
});

test("a peer is called by its cluster, else its network, else the gateway's name", () => {
  expect(peerName(remoteGateway("b"))).toBe("b");
  const network = labels({ "topology.istio.io/cluster": "", "topology.istio.io/network": "net" });
  expect(peerName(remoteGateway("b", { labels: network }))).toBe("net");
  expect(peerName(remoteGateway("b", { labels: labels({}) }))).toBe("istio-remote-peer-net-b");
});
