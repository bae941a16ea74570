import { describe, expect, test } from "vitest";
import { eastwestService } from "../../../src/checks/eastwest-service/check.ts";
import type { IstioGatewayFact, ProxyPodFact } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { clusterRef, COMMUNITY, labels, NOW, runCluster, service } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed } from "../../support/verdict.ts";

const gateway = service({
  name: "gateway",
  labels: labels({ "topology.istio.io/network": "net-a" }),
  ports: [{ name: "tls", port: 15_443, protocol: "TCP" }],
});
const NONE = { served: true, eastWest: [], remote: [] };
const PASSING: IstioGatewayFact = {
  namespace: "istio-system",
  name: "cross-network-gateway",
  selector: labels({ istio: "eastwestgateway" }),
  servers: [{ port: 15_443, tlsMode: "AUTO_PASSTHROUGH", hosts: ["*.local"] }],
};
const configured = (...gateways: IstioGatewayFact[]) => ({
  istioGateways: { gateways, routes: gathered([]) },
});
const FACTS = { services: [gateway], gateways: NONE, ...configured(PASSING) };
const ALONE = { ...COMMUNITY, clusters: [clusterRef()] };

test("a gateway with an address passes, and one for ztunnel too", () => {
  expect(notPassed(runCluster(eastwestService, FACTS, COMMUNITY))).toEqual([]);
  const hbone = { ...gateway, ports: [{ name: "hbone", port: 15_008, protocol: "TCP" }] };
  expect(
    notPassed(runCluster(eastwestService, { ...FACTS, services: [hbone] }, COMMUNITY)),
  ).toEqual([]);
});

test("a load balancer of this minute may still come", () => {
  const judge = (createdAt: number | undefined) => {
    const { createdAt: _, ...rest } = gateway;
    const pending = { ...rest, addresses: [], ...(createdAt === undefined ? {} : { createdAt }) };
    return notPassed(runCluster(eastwestService, { ...FACTS, services: [pending] }, COMMUNITY));
  };
  expect(judge(NOW - 30_000)).toEqual(["warn"]);
  expect(judge(NOW - 300_000)).toEqual(["fail"]);
  expect(judge(undefined)).toEqual(["fail"]);
});

test("no other network, no need", () => {
  const verdict = runCluster(eastwestService, { services: [], gateways: NONE }, ALONE);
  expect(verdict.summary).toBe("no other network needs one");
});

test("without it, where another network is, it is missed", () => {
  const verdict = runCluster(eastwestService, { services: [], gateways: NONE }, COMMUNITY);
  expect(messagesOf(verdict, "fail")[0]).toContain("no gateway of network net-a for net-b");
});

test("it is not missed where Gateways could not be read", () => {
  const unread = missing("forbidden", "gateways is forbidden");
  const verdict = runCluster(eastwestService, { services: [], gateways: unread }, COMMUNITY);
  expect(notPassed(verdict)).toEqual(["info"]);
});

test("without a network of the cluster the label is not compared", () => {
  const facts = { ...FACTS, namespaces: missing("forbidden", "no") };
  expect(notPassed(runCluster(eastwestService, facts, COMMUNITY))).toEqual([]);
});

test.each([
  ["where it is known", {}, "topology.istio.io/network=net-a"],
  [
    "where it is not",
    { namespaces: missing("forbidden", "no") },
    "topology.istio.io/network=<network>",
  ],
])("a gateway without the label is told to carry the cluster's network %s", (_, changes, label) => {
  const called = { ...gateway, labels: labels({ istio: "eastwestgateway" }) };
  const facts = { ...FACTS, ...changes, services: [called] };
  const verdict = runCluster(eastwestService, facts, COMMUNITY);
  expect(messagesOf(verdict, "fail")[0]).toContain("it is a gateway for nobody");
  expect(commandsOf(verdict, "fail")[0]).toContain(label);
});

describe("what Envoy does with connections of other networks", () => {
  const SELECTOR = labels({ istio: "eastwestgateway" });
  const selecting = { ...gateway, selector: SELECTOR };
  const pod = (changes: Partial<ProxyPodFact> = {}): ProxyPodFact => ({
    namespace: gateway.namespace,
    name: "gateway-1",
    labels: SELECTOR,
    networkView: "net-a",
    ...changes,
  });
  const server = (port: number, tlsMode?: string) => ({
    ...PASSING,
    servers: [{ port, ...(tlsMode === undefined ? {} : { tlsMode }), hosts: ["*.local"] }],
  });

  test.each<[string, object, string[], RegExp]>([
    ["no Gateway", configured(), ["fail"], /no Gateway for its pods has port 15443/],
    ["another port", configured(server(443, "AUTO_PASSTHROUGH")), ["fail"], /has port 15443/],
    ["another mode", configured(server(15_443, "SIMPLE")), ["fail"], /TLS mode SIMPLE at port/],
    ["no mode", configured(server(15_443)), ["fail"], /TLS mode none at port 15443/],
    [
      "a Gateway for other pods",
      { ...configured({ ...PASSING, selector: labels({ istio: "ingress" }) }), proxyPods: [pod()] },
      ["fail"],
      /no Gateway for its pods/,
    ],
    [
      "pods without their network",
      { proxyPods: [pod({ networkView: undefined as never })] },
      ["warn"],
      /ISTIO_META_REQUESTED_NETWORK_VIEW is not net-a in istio-eastwest\/gateway-1/,
    ],
    ["pods of another", { proxyPods: [pod({ networkView: "x" })] }, ["warn"], /is not net-a/],
    [
      "some hosts only",
      configured({
        ...PASSING,
        servers: [{ port: 15_443, tlsMode: "AUTO_PASSTHROUGH", hosts: ["*.shop.local"] }],
      }),
      ["info"],
      /lets other networks in to \*\.shop\.local only/,
    ],
    [
      "Gateways that were not read",
      { istioGateways: missing("forbidden", "no") },
      ["info"],
      /Gateways of Istio's own kind .* not checked: no/,
    ],
  ])("%s", (_, changes, expected, message) => {
    const verdict = runCluster(
      eastwestService,
      { ...FACTS, services: [selecting], ...changes },
      COMMUNITY,
    );
    expect(notPassed(verdict)).toEqual(expected);
    expect(verdict.findings.map((one) => one.message).join("\n")).toMatch(message);
  });

  test.each<[string, object]>([
    ["pods that know it", { proxyPods: [pod()] }],
    ["pods that are not known", { proxyPods: missing("forbidden", "no") }],
    ["a Gateway for all pods", configured({ ...PASSING, selector: labels({}) })],
    ["pods of others", { proxyPods: [pod({ namespace: "x", networkView: "x" })] }],
    [
      "a port of its own behind the label",
      {
        services: [
          {
            ...selecting,
            labels: labels({
              "topology.istio.io/network": "net-a",
              "networking.istio.io/gatewayPort": "443",
            }),
          },
        ],
      },
    ],
    [
      "a host by its namespace",
      configured({
        ...PASSING,
        servers: [{ port: 15_443, tlsMode: "AUTO_PASSTHROUGH", hosts: ["./*.local"] }],
      }),
    ],
    [
      "a Gateway of the Gateway API, which istiod translates",
      {
        ...configured(),
        services: [
          {
            ...gateway,
            labels: labels({
              "topology.istio.io/network": "net-a",
              "gateway.networking.k8s.io/gateway-name": "gateway",
            }),
          },
        ],
      },
    ],
    [
      "a cluster that goes by the Gateways of its primary",
      { ...configured(), istiods: { judged: [], others: [] } },
    ],
  ])("no fault: %s", (_, changes) => {
    const facts = { ...FACTS, services: [selecting], ...changes };
    expect(notPassed(runCluster(eastwestService, facts, COMMUNITY))).toEqual([]);
  });
});
