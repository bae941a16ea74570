import { expect, it } from "vitest";
import { probeTargets } from "../../../src/mesh/probe/targets.ts";
import type { ProbeTarget } from "../../../src/mesh/probe/target.ts";
import type { GatheredCluster } from "../../../src/model/cluster.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import {
  addressOf,
  clusterRef,
  conditions,
  eastWestGateway,
  healthyFacts,
  istiod,
  labels,
  node,
  remoteGateway,
  service,
} from "../../support/facts.ts";

type Changes = { [K in keyof Facts]?: Facts[K] };

function cluster(id: string, peers: string[], changes: Changes = {}): GatheredCluster {
  const facts = { ...healthyFacts(id, peers), ...changes };
  return {
    ref: clusterRef(id),
    facts: Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, gathered(fact)])),
  };
}

function gatewaysOf(changes: Partial<Facts["gateways"]>): Changes {
  return { gateways: { served: true, eastWest: [], remote: [], ...changes } };
}

/** `ctx-b discovery 192.0.2.98:15012 istiod.istio-system.svc <ctx-a connected`. */
function told({ to, purpose, address, port, serverName, links }: ProbeTarget): string {
  const sources = links.map(({ from, state }) => `<${from} ${state}`);
  return [to, purpose, `${address}:${port}`, ...(serverName ? [serverName] : []), ...sources].join(
    " ",
  );
}

const A = addressOf("a");
const B = addressOf("b");

it("tries both ports of each east-west gateway, once, with the links that have the address", () => {
  const { targets, notes } = probeTargets([cluster("a", ["b"]), cluster("b", ["a"])]);
  expect(targets.map(told)).toEqual([
    `ctx-a discovery ${A}:15012 istiod.istio-system.svc <ctx-b connected`,
    `ctx-a traffic ${A}:15008 <ctx-b connected`,
    `ctx-b discovery ${B}:15012 istiod.istio-system.svc <ctx-a connected`,
    `ctx-b traffic ${B}:15008 <ctx-a connected`,
  ]);
  expect(targets[0]?.object).toEqual({
    kind: "Gateway",
    namespace: "istio-eastwest",
    name: "istio-eastwest",
  });
  expect(notes).toEqual([]);
});

it("tries what remote Gateways have, though no cluster of the run has it, or another port", () => {
  const stale = remoteGateway("b", {
    addresses: [{ type: "IPAddress", value: "198.51.100.7" }],
    listeners: [{ name: "xds-tls", port: 31_012, protocol: "TLS", tlsMode: "Passthrough" }],
    conditions: conditions({ Accepted: "True", Programmed: "True" }),
  });
  const outside = remoteGateway("z");
  const abandoned = remoteGateway("b", { controllerRuns: false });
  const { targets } = probeTargets([
    cluster("a", [], gatewaysOf({ remote: [stale, outside, abandoned] })),
    cluster("b", []),
  ]);
  expect(targets.map(told)).toEqual([
    `ctx-b discovery ${B}:15012 istiod.istio-system.svc <ctx-a unknown`,
    `ctx-b traffic ${B}:15008 <ctx-a unknown`,
    "ctx-b discovery 198.51.100.7:31012 istiod.istio-system.svc <ctx-a broken",
    "ctx-b traffic 198.51.100.7:15008 <ctx-a broken",
    `z discovery ${addressOf("z")}:15012 istiod.istio-system.svc <ctx-a connected`,
    `z traffic ${addressOf("z")}:15008 <ctx-a connected`,
  ]);
});

it("asks for istiod by the name of its revision, in its namespace", () => {
  const revisioned = {
    ...cluster("a", [], { istiods: { judged: [istiod({ name: "istiod-1-28" })], others: [] } }),
    ref: clusterRef("a", { istioNamespace: "mesh" }),
  };
  expect(probeTargets([revisioned]).targets[0]?.serverName).toBe("istiod-1-28.mesh.svc");
});

it("has no gateway for the cluster itself, and no address that others cannot reach", () => {
  const self = remoteGateway("a");
  const inside = eastWestGateway("b", {
    statusAddresses: [{ type: "IPAddress", value: "10.96.0.10" }],
  });
  const { targets, notes } = probeTargets([
    cluster("a", [], gatewaysOf({ eastWest: [eastWestGateway("a")], remote: [self] })),
    cluster("b", [], {
      ...gatewaysOf({ eastWest: [inside] }),
      services: [service({ addresses: [] })],
    }),
  ]);
  expect(targets.map(({ to, links }) => [to, links.length])).toEqual([
    ["ctx-a", 0],
    ["ctx-a", 0],
  ]);
  expect(notes).toEqual([
    "Gateway istio-eastwest/istio-eastwest of ctx-b has no address that can be reached from outside",
  ]);
});

const NODE_PORTS = labels({ "peering.solo.io/data-plane-service-type": "NodePort" });
const PREFERS = labels({ "peering.solo.io/preferred-data-plane-service-type": "nodeport" });

it("takes nodes and the node port for traffic where the gateway or a link wants them", () => {
  const nodes = ["10.1.0.1", "10.1.0.2"].map((ip) => node({ internalIPs: [ip, "fd00::1"] }));
  const { targets, notes } = probeTargets([
    cluster("a", [], gatewaysOf({ remote: [remoteGateway("b", { annotations: PREFERS })] })),
    cluster("b", [], {
      ...gatewaysOf({ eastWest: [eastWestGateway("b", { annotations: NODE_PORTS })] }),
      nodes,
      services: [service({ addresses: [B] })],
    }),
  ]);
  expect(targets.map(told)).toEqual([
    `ctx-b discovery ${B}:15012 istiod.istio-system.svc <ctx-a connected`,
    "ctx-b traffic 10.1.0.1:31008 <ctx-a connected",
    "ctx-b traffic 10.1.0.2:31008 <ctx-a connected",
  ]);
  expect(notes).toEqual([]);
});

it("says which nodes it leaves out, and where node ports are not known", () => {
  const many = Array.from({ length: 8 }, (_one, index) =>
    node({ internalIPs: [`10.1.0.${index}`] }),
  );
  const gateway = gatewaysOf({ eastWest: [eastWestGateway("b", { annotations: NODE_PORTS })] });
  const large = probeTargets([cluster("b", [], { ...gateway, nodes: many })]);
  expect(large.targets.filter(({ purpose }) => purpose === "traffic").length).toBe(5);
  expect(large.notes).toEqual(["3 more nodes of ctx-b were not tried at 31008"]);
  const bare = probeTargets([
    cluster("b", [], { ...gateway, services: [service({ addresses: [B], ports: [] })] }),
    cluster("c", [], { ...gateway, nodes: [] }),
    cluster("d", [], { ...gateway, services: [] }),
    cluster("a", [], gatewaysOf({ remote: [remoteGateway("z", { annotations: PREFERS })] })),
  ]);
  expect(bare.notes).toEqual([
    "node ports of istio-eastwest/istio-eastwest in ctx-b: no node port for 15008",
    "node ports of istio-eastwest/istio-eastwest in ctx-c: no node that was read",
    "node ports of istio-eastwest/istio-eastwest in ctx-d: no node port for 15008",
    "node ports of z are not known: it is not in this run",
  ]);
});

it("leaves a link's node ports out where the gateway has none", () => {
  const { targets, notes } = probeTargets([
    cluster("a", [], gatewaysOf({ remote: [remoteGateway("b", { annotations: PREFERS })] })),
    cluster("b", [], { services: [service({ addresses: [B], ports: [] })] }),
  ]);
  expect(targets.filter(({ links }) => links.length > 0).map(told)).toEqual([
    `ctx-b discovery ${B}:15012 istiod.istio-system.svc <ctx-a connected`,
  ]);
  expect(notes).toEqual([
    "node ports of istio-eastwest/istio-eastwest in ctx-b: no node port for 15008",
  ]);
});

const port = (number: number) => ({ name: `p${number}`, port: number, protocol: "TCP" });

it("takes the community's east-west Services and Gateways", () => {
  const sidecars = service({
    namespace: "istio-system",
    name: "istio-eastwestgateway",
    labels: labels({ "topology.istio.io/network": "net-a" }),
    addresses: ["203.0.113.1", "gw.example"],
    ports: [15_021, 15_443, 15_012].map(port),
  });
  const hbone = service({
    name: "other",
    labels: labels({ "topology.istio.io/network": "net-a" }),
    addresses: ["203.0.113.2"],
    ports: [port(15_008)],
  });
  const pending = service({
    name: "pending",
    labels: labels({ "topology.istio.io/network": "net-a" }),
    addresses: [],
    ports: [port(15_443)],
  });
  const ambient = eastWestGateway("a", {
    className: "istio-east-west",
    namespace: "istio-system",
    name: "istio-eastwestgateway-ambient",
    labels: labels({ "topology.istio.io/network": "net-a" }),
    listeners: [{ name: "mesh", port: 15_008, protocol: "HBONE", tlsMode: "Terminate" }],
    statusAddresses: [{ type: "Hostname", value: "ambient.example" }],
  });
  const other = service({ name: "web", labels: labels({}), addresses: ["203.0.113.9"] });
  const { targets, notes } = probeTargets([
    cluster("a", [], {
      ...gatewaysOf({ eastWest: [ambient] }),
      services: [sidecars, hbone, pending, other],
    }),
  ]);
  const sni = "outbound_.15012_._.istiod.istio-system.svc.cluster.local";
  expect(targets.map(told)).toEqual([
    "ctx-a traffic ambient.example:15008",
    `ctx-a traffic 203.0.113.1:15443 ${sni}`,
    "ctx-a discovery 203.0.113.1:15012 istiod.istio-system.svc",
    `ctx-a traffic gw.example:15443 ${sni}`,
    "ctx-a discovery gw.example:15012 istiod.istio-system.svc",
    "ctx-a traffic 203.0.113.2:15008",
  ]);
  expect(notes).toEqual(["Service istio-eastwest/pending of ctx-a has no address outside"]);
});

it("says of which clusters it knows no address, and does without what else was not read", () => {
  const unread: GatheredCluster = {
    ref: clusterRef("c"),
    facts: { gateways: missing("forbidden", "not allowed") },
  };
  const bare: GatheredCluster = {
    ref: clusterRef("a"),
    facts: { gateways: gathered(healthyFacts("a", ["c"]).gateways) },
  };
  const nothing: GatheredCluster = { ref: clusterRef("d"), facts: {} };
  const { targets, notes } = probeTargets([bare, unread, nothing]);
  expect(targets.map(told)).toEqual([
    `ctx-a discovery ${A}:15012 istiod.istio-system.svc`,
    `ctx-a traffic ${A}:15008`,
    `ctx-c discovery ${addressOf("c")}:15012 istiod.istio-system.svc <ctx-a connected`,
    `ctx-c traffic ${addressOf("c")}:15008 <ctx-a connected`,
  ]);
  expect(notes).toEqual(["addresses of ctx-c are not known: not allowed"]);
});
