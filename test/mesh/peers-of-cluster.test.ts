import { describe, expect, test } from "vitest";
import { type Peer, findPeers, indexPeers } from "../../src/mesh/peers.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { addressOf, labels, remoteGateway } from "../support/facts.ts";

function candidate(id: string, network = `net-${id}`, addresses = [addressOf(id)]): Peer {
  return { cluster: { context: `ctx-${id}`, id, network }, addresses: new Set(addresses) };
}

const A = candidate("a");
const B = candidate("b");

/** A Gateway that says the network only. */
function onNetwork(network: string, ...addresses: string[]): GatewayFact {
  return remoteGateway("z", {
    labels: labels({ "topology.istio.io/network": network }),
    addresses: addresses.map((value) => ({ type: "IPAddress", value })),
  });
}

/** The contexts that Gateways of `a` stand for, in their order. */
function contextsOf(
  gateways: readonly GatewayFact[],
  candidates: readonly Peer[] = [A, B],
): (string | undefined)[] {
  const targets = findPeers(gateways, indexPeers(candidates), A);
  return gateways.map((gateway) => targets.get(gateway)?.peer.cluster.context);
}

test("each Gateway has a target of its own, or none", () => {
  const gateways = [remoteGateway("a"), remoteGateway("z"), remoteGateway("b")];
  expect(contextsOf(gateways)).toEqual(["ctx-a", undefined, "ctx-b"]);
});

describe("a network alone", () => {
  test("counts for a peer, whatever the address: it may be stale", () => {
    expect(contextsOf([onNetwork("net-b", "198.51.100.1")])).toEqual(["ctx-b"]);
    const two = [onNetwork("net-b", "198.51.100.1"), onNetwork("net-b")];
    expect(contextsOf(two)).toEqual(["ctx-b", "ctx-b"]);
  });

  test.each([
    ["label", remoteGateway("b", { addresses: [] })],
    ["address", remoteGateway("b", { labels: labels({}) })],
  ])("does not where another Gateway stands for the peer by %s", (_, known) => {
    const guess = onNetwork("net-b", "198.51.100.1");
    expect(contextsOf([known, guess])).toEqual(["ctx-b", undefined]);
    expect(contextsOf([guess, known])).toEqual([undefined, "ctx-b"]);
  });

  test("does not for the cluster itself with addresses, none of them its own", () => {
    expect(contextsOf([onNetwork("net-a", "198.51.100.1")])).toEqual([undefined]);
    expect(contextsOf([onNetwork("net-a")])).toEqual(["ctx-a"]);
    const pending = candidate("a", "net-a", []);
    const index = indexPeers([pending, B]);
    expect(findPeers([onNetwork("net-a", "198.51.100.1")], index, pending).size).toBe(0);
  });
});

test("a network that says which of two has the address is no guess", () => {
  const shared = candidate("c", "net-c", [addressOf("a"), addressOf("b")]);
  const gateways = [
    remoteGateway("b"),
    onNetwork("net-b", addressOf("b")),
    onNetwork("net-a", "198.51.100.1", addressOf("a")),
  ];
  expect(contextsOf(gateways, [A, B, shared])).toEqual(["ctx-b", "ctx-b", "ctx-a"]);
});
