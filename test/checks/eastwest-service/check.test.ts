import { expect, test } from "vitest";
import { eastwestService } from "../../../src/checks/eastwest-service/check.ts";
import { missing } from "../../../src/model/gathered.ts";
import { clusterRef, COMMUNITY, labels, NOW, runCluster, service } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed } from "../../support/verdict.ts";

const gateway = service({
  name: "gateway",
  labels: labels({ "topology.istio.io/network": "net-a" }),
  ports: [{ name: "tls", port: 15_443, protocol: "TCP" }],
});
const NONE = { served: true, eastWest: [], remote: [] };
const FACTS = { services: [gateway], gateways: NONE };
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
