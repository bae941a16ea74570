import { expect, test } from "vitest";
import { isAmbient, isRemote, meshKinds, showsCommunity } from "../../src/mesh/kind.ts";
import { crossNetworkPort, isCrossNetworkService } from "../../src/mesh/network-gateways.ts";
import { CLASS_COMMUNITY } from "../../src/mesh/names.ts";
import type { Facts } from "../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../src/model/gathered.ts";
import type { MeshKind } from "../../src/model/report.ts";
import { eastWestGateway, env, istiod, labels, remoteGateway, service } from "../support/facts.ts";

const community = istiod({ peering: false });
const peering = istiod();
const secret = { namespace: "istio-system", name: "istio-remote-secret-b" };
const crossNetwork = service({
  labels: labels({ "topology.istio.io/network": "net-a" }),
  ports: [{ name: "tls", port: 15_443, protocol: "TCP" }],
});
const communityGateway = eastWestGateway("a", { className: CLASS_COMMUNITY });

interface Signs {
  istiods?: Facts["istiods"]["judged"];
  gateways?: Partial<Facts["gateways"]>;
  services?: Facts["services"];
  remoteSecrets?: Facts["remoteSecrets"];
}

function cluster(signs: Signs) {
  return {
    facts: {
      istiods: gathered({ judged: signs.istiods ?? [], others: [] }),
      gateways: gathered({ served: true, eastWest: [], remote: [], ...signs.gateways }),
      services: gathered(signs.services ?? []),
      remoteSecrets: gathered(signs.remoteSecrets ?? []),
    },
  };
}

test.each<[string, Signs[], MeshKind[]]>([
  ["nothing at all", [], ["peering"]],
  ["a cluster without anything", [{}], ["peering"]],
  ["an istiod that peers", [{ istiods: [peering] }], ["peering"]],
  ["Solo's Gateway", [{ gateways: { eastWest: [eastWestGateway()] } }], ["peering"]],
  ["an istiod that is not yet set up to peer", [{ istiods: [community] }], ["peering"]],
  ["a remote secret", [{ istiods: [community], remoteSecrets: [secret] }], ["community"]],
  ["a gateway for sidecars", [{ services: [crossNetwork] }], ["community"]],
  ["the community's Gateway", [{ gateways: { eastWest: [communityGateway] } }], ["community"]],
  [
    "the community's Gateway where istiods peer",
    [{ istiods: [peering], gateways: { eastWest: [communityGateway] } }],
    ["peering"],
  ],
  [
    "remote secrets beside peering",
    [{ istiods: [peering], remoteSecrets: [secret] }],
    ["peering", "community"],
  ],
  [
    "a cluster of each kind",
    [{ istiods: [peering] }, { istiods: [community], remoteSecrets: [secret] }],
    ["peering", "community"],
  ],
  [
    "links of peering whose istiod is gone, and a gateway for sidecars",
    [{ gateways: { remote: [remoteGateway()] }, services: [crossNetwork] }],
    ["peering", "community"],
  ],
])("%s", (_, clusters, kinds) => {
  expect([...meshKinds(clusters.map(cluster))]).toEqual(kinds);
});

test("what was not read shows nothing", () => {
  const unread = missing("forbidden", "secrets is forbidden");
  const facts = { istiods: unread, gateways: unread, services: unread, remoteSecrets: unread };
  expect([...meshKinds([{ facts }, { facts: {} }])]).toEqual(["peering"]);
  expect(showsCommunity(facts)).toBe(false);
});

test("a Service of a network is a gateway for sidecars by port 15443 or a label that names another", () => {
  expect(isCrossNetworkService(crossNetwork)).toBe(true);
  expect(crossNetworkPort(crossNetwork)).toBe(15_443);
  expect(isCrossNetworkService(service({ ports: crossNetwork.ports }))).toBe(false);
  expect(isCrossNetworkService(service({ labels: crossNetwork.labels }))).toBe(false);
  const named = (port: string) =>
    service({
      labels: labels({
        "topology.istio.io/network": "net-a",
        "networking.istio.io/gatewayPort": port,
      }),
    });
  expect(isCrossNetworkService(named("443"))).toBe(true);
  expect(crossNetworkPort(named("443"))).toBe(443);
  expect(crossNetworkPort(named("none"))).toBe(15_443);
  expect(crossNetworkPort(named("99999"))).toBe(15_443);
});

test("a cluster without an istiod is a remote only where another's may lead it", () => {
  const none: Gathered<Facts["istiods"]> = gathered({ judged: [], others: [] });
  const both = new Set<MeshKind>(["community"]);
  expect(isRemote(both, none)).toBe(true);
  expect(isRemote(new Set(["peering"]), none)).toBe(false);
  expect(isRemote(both, gathered({ judged: [], others: [community] }))).toBe(false);
  expect(isRemote(both, missing("timeout", "late"))).toBe(false);
  expect(isRemote(both, undefined)).toBe(false);
});

test("ambient is in use where an istiod is set up for it", () => {
  const withEnv = (values: Record<string, string>) => ({
    judged: [istiod({ env: env(values) })],
    others: [],
  });
  expect(isAmbient(withEnv({ PILOT_ENABLE_AMBIENT: "true" }))).toBe(true);
  expect(isAmbient(withEnv({ AMBIENT_ENABLE_MULTI_NETWORK: "1" }))).toBe(true);
  expect(isAmbient(withEnv({ PILOT_ENABLE_AMBIENT: "false" }))).toBe(false);
  expect(isAmbient({ judged: [], others: [] })).toBe(false);
});
