import { describe, expect, test } from "vitest";
import { peerAddresses } from "../../../src/checks/peer-addresses/check.ts";
import type { Facts, GatewayFact, ServiceFact } from "../../../src/model/facts.ts";
import {
  addressOf,
  clusterRef,
  conditions,
  eastWestGateway,
  healthyFacts,
  labels,
  remoteGateway,
  runMesh,
  service,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const STALE = "198.51.100.1";
const DISCONNECTED = conditions({ "gloo.solo.io/PeerConnected": "False" });
const NAME = "Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a";
const PATCH =
  "kubectl --context ctx-a -n istio-eastwest patch gateways.gateway.networking.k8s.io istio-remote-peer-net-b --type=merge -p";

function remotes(id: string, ...remote: GatewayFact[]): TestMember {
  return { changes: { gateways: { ...healthyFacts(id, []).gateways, remote } } };
}

/** The gateway of `a` for `b`, with other addresses. */
function at(addresses: string[], changes: Partial<GatewayFact> = {}): GatewayFact {
  return remoteGateway("b", {
    addresses: addresses.map((value) => ({ type: "IPAddress", value })),
    ...changes,
  });
}

/** Cluster `b` as its gateway can be reached now. */
function reachedAt(service_: Partial<ServiceFact>, status: string[] = []): TestMember {
  const statusAddresses = status.map((value) => ({ type: "IPAddress", value }));
  const gateways: Facts["gateways"] = {
    ...healthyFacts("b", ["a"]).gateways,
    eastWest: [eastWestGateway("b", { statusAddresses })],
  };
  return { changes: { gateways, services: [service(service_)] } };
}

test("healthy", () => {
  const verdict = runMesh(peerAddresses);
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("all remote gateways have the addresses of their clusters");
  expect(messagesOf(verdict, "pass")[0]).toBe(
    `${NAME} has the address of ctx-b: ${addressOf("b")}`,
  );
});

describe("an address that the cluster does not have", () => {
  test("fails where the peer is not connected, with old and new address", () => {
    const verdict = runMesh(peerAddresses, {
      a: remotes("a", at([STALE], { conditions: DISCONNECTED })),
      b: {},
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      `${NAME} has address ${STALE}; ctx-b is at ${addressOf("b")}; the peer is not connected`,
    ]);
    expect(ofSeverity(verdict, "fail")[0]).toMatchObject({
      cluster: "ctx-a",
      object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-remote-peer-net-b" },
    });
    expect(commandsOf(verdict, "fail")).toEqual([
      "mc link --from ctx-a --to ctx-b -n istio-eastwest",
      `${PATCH} '{"spec":{"addresses":[{"type":"IPAddress","value":"${addressOf("b")}"}]}}'`,
    ]);
  });

  test("warns in precheck: linking is what mends it", () => {
    const members = { a: remotes("a", at([STALE], { conditions: DISCONNECTED })), b: {} };
    expect(notPassed(runMesh(peerAddresses, members, { precheck: true }))).toEqual(["warn"]);
  });

  test("a condition that is absent is not connected either", () => {
    const gateway = at([STALE], { conditions: new Map(), managers: ["helm"] });
    const verdict = runMesh(peerAddresses, { a: remotes("a", gateway), b: {} });
    expect(notPassed(verdict)).toEqual(["fail"]);
    expect(commandsOf(verdict, "fail")).toHaveLength(1);
  });

  test("informs where it is connected: NAT, private DNS", () => {
    const verdict = runMesh(peerAddresses, { a: remotes("a", at(["eastwest.internal"])), b: {} });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      `${NAME} has address eastwest.internal; ctx-b is at ${addressOf("b")} (connected all the same, as through NAT or private DNS)`,
    ]);
    expect(verdict.summary).toBe("1 connected at another address than the peer's own");
  });

  test("one of several is enough", () => {
    const gateway = at([addressOf("b"), STALE], { conditions: DISCONNECTED });
    const verdict = runMesh(peerAddresses, { a: remotes("a", gateway), b: {} });
    expect(messagesOf(verdict, "fail")[0]).toContain(`has address ${STALE};`);
  });

  test("that of another cluster fails, connected or not", () => {
    const verdict = runMesh(peerAddresses, { a: remotes("a", at([addressOf("c")])), b: {}, c: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      `${NAME} has address ${addressOf("c")}, which is that of ctx-c; ctx-b is at ${addressOf("b")}`,
    ]);
  });

  test("none at all", () => {
    const gateway = at([], { conditions: DISCONNECTED });
    const verdict = runMesh(peerAddresses, { a: remotes("a", gateway), b: {} });
    expect(messagesOf(verdict, "fail")[0]).toContain(`${NAME} has no address; ctx-b is at`);
  });
});

describe("addresses compare normalised", () => {
  test.each([
    ["IPv6", "2001:DB8:0::0:1", "2001:db8::1"],
    ["host names", "LB-1.Example.com.", "lb-1.example.com"],
  ])("%s", (_, given, now) => {
    const gateway = at([given], { conditions: DISCONNECTED });
    const verdict = runMesh(peerAddresses, {
      a: remotes("a", gateway),
      b: reachedAt({ addresses: [now] }),
    });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("a host name is given back as one", () => {
    const verdict = runMesh(peerAddresses, {
      a: remotes("a", at([STALE], { conditions: DISCONNECTED })),
      b: reachedAt({ addresses: ["lb.example.com"] }),
    });
    expect(commandsOf(verdict, "fail")[1]).toBe(
      `${PATCH} '{"spec":{"addresses":[{"type":"Hostname","value":"lb.example.com"}]}}'`,
    );
  });

  test("the address given back is that of the gateway that the peer expects", () => {
    const gateways: Facts["gateways"] = {
      ...healthyFacts("b", []).gateways,
      eastWest: [
        eastWestGateway("x", { name: "first" }),
        eastWestGateway("y", { name: "istio-eastwest" }),
      ],
    };
    const verdict = runMesh(peerAddresses, {
      a: remotes("a", at([STALE], { conditions: DISCONNECTED })),
      b: { changes: { gateways, services: [] } },
    });
    expect(commandsOf(verdict, "fail")[1]).toContain(`"value":"${addressOf("y")}"`);
  });
});

test("a cluster without any address now cannot be compared", () => {
  const verdict = runMesh(peerAddresses, {
    a: {},
    b: reachedAt({ addresses: [] }, ["10.96.0.10"]),
  });
  expect(notPassed(verdict)).toEqual(["skip"]);
  expect(ofSeverity(verdict, "skip")).toMatchObject([
    {
      message: `${NAME}: not compared, ctx-b has no address at present`,
      blockedBy: "ctx-b/gateways",
    },
  ]);
});

test("gateways without cluster label are known by network", () => {
  const gateway = at([STALE], {
    labels: labels({ "topology.istio.io/network": "net-b" }),
    conditions: DISCONNECTED,
  });
  expect(notPassed(runMesh(peerAddresses, { a: remotes("a", gateway), b: {} }))).toEqual(["fail"]);
});

test("by network alone none is known for a cluster that another gateway stands for", () => {
  const third = at([STALE], {
    name: "third",
    labels: labels({ "topology.istio.io/network": "net-b" }),
    conditions: DISCONNECTED,
  });
  const verdict = runMesh(peerAddresses, { a: remotes("a", third, remoteGateway("b")), b: {} });
  expect(messagesOf(verdict, "fail")).toEqual([]);
  expect(messagesOf(verdict, "skip")).toEqual([
    "not compared, as their clusters are not known here: istio-eastwest/third",
  ]);
});

test("a gateway for the cluster itself is not compared", () => {
  const self = remoteGateway("a", { addresses: [{ type: "IPAddress", value: STALE }] });
  const verdict = runMesh(peerAddresses, { a: remotes("a", self), b: remotes("b") });
  expect(verdict.findings).toEqual([]);
  expect(verdict.summary).toBe("no peers whose addresses could be compared");
});

test("clusters outside the run, or that could not be read, are not compared", () => {
  const members = { a: remotes("a", remoteGateway("z"), remoteGateway("c")), b: remotes("b") };
  const verdict = runMesh(peerAddresses, members, { absent: [clusterRef("c")] });
  expect(verdict.findings).toHaveLength(1);
  expect(messagesOf(verdict, "skip")).toEqual([
    "not compared, as their clusters are not known here: istio-eastwest/istio-remote-peer-net-z",
  ]);
  expect(verdict.findings[0]).toMatchObject({
    cluster: "ctx-a",
    object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-remote-peer-net-z" },
  });
});

describe("an address of another cluster", () => {
  test("than the one that the gateway stands for, connected or not: the address is the fault", () => {
    const members = { a: remotes("a", at([addressOf("a")])), b: {} };
    const verdict = runMesh(peerAddresses, members);
    expect(messagesOf(verdict, "fail")).toEqual([
      `${NAME} has address ${addressOf("a")}, which is that of ctx-a; ctx-b is at ${addressOf("b")}`,
    ]);
    expect(commandsOf(verdict, "fail").at(-1)).toBe(
      `${PATCH} '{"spec":{"addresses":[{"type":"IPAddress","value":"${addressOf("b")}"}]}}'`,
    );
  });

  test("where the cluster's own address is not known", () => {
    const pending = reachedAt({ addresses: [] });
    const said = `${NAME} is for ctx-b, but has address ${addressOf("a")}, which is that of ctx-a`;
    const verdict = runMesh(peerAddresses, { a: remotes("a", at([addressOf("a")])), b: pending });
    expect(messagesOf(verdict, "fail")).toEqual([said]);
    const unread = runMesh(
      peerAddresses,
      { a: remotes("a", at([addressOf("a")])), c: {} },
      { absent: [clusterRef("b")] },
    );
    expect(messagesOf(unread, "fail")).toEqual([said]);
    expect(commandsOf(unread, "fail")).toEqual([
      "kubectl --context ctx-a -n istio-eastwest edit gateways.gateway.networking.k8s.io istio-remote-peer-net-b",
    ]);
  });
});

test("several gateways that are not compared are no single object", () => {
  const members = { a: remotes("a", remoteGateway("y"), remoteGateway("z")), b: remotes("b") };
  const [finding] = runMesh(peerAddresses, members).findings;
  expect(finding?.message).toContain("istio-remote-peer-net-y");
  expect(finding).not.toHaveProperty("object");
  expect(finding).not.toHaveProperty("cluster");
});

test("one cluster: skipped", () => {
  const verdict = runMesh(peerAddresses, { a: {} });
  expect(notPassed(verdict)).toEqual(["skip"]);
  expect(verdict.summary).toBe(
    "skipped: only one cluster is checked, so addresses of peers are not compared",
  );
});
