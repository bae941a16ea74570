import { expect, test } from "vitest";
import { istiodRemote } from "../../../src/checks/istiod-remote/check.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { COMMUNITY, runCluster, service } from "../../support/facts.ts";
import { messagesOf, notPassed } from "../../support/verdict.ts";

const REMOTE = { istiods: { judged: [], others: [] } };
const leading = service({
  namespace: "istio-system",
  name: "istiod",
  type: "ClusterIP",
  ports: [{ name: "tcp-istiod", port: 15_012, protocol: "TCP" }],
});

test("a cluster with an istiod passes, whatever could not be read of its configuration", () => {
  expect(notPassed(runCluster(istiodRemote, {}, COMMUNITY))).toEqual([]);
  const meshConfigs = missing("forbidden", "no");
  expect(notPassed(runCluster(istiodRemote, { meshConfigs }, COMMUNITY))).toEqual([]);
});

test("one without has a Service that leads out", () => {
  expect(
    notPassed(runCluster(istiodRemote, { ...REMOTE, services: [leading] }, COMMUNITY)),
  ).toEqual([]);
  const named = { ...leading, type: "ExternalName", externalName: "istiod.example", ports: [] };
  const verdict = runCluster(istiodRemote, { ...REMOTE, services: [named] }, COMMUNITY);
  expect(messagesOf(verdict, "pass")).toEqual([
    "Service istio-system/istiod leads to istiod.example",
  ]);
  const { externalName: _, ...nameless } = named;
  const other = runCluster(istiodRemote, { ...REMOTE, services: [nameless] }, COMMUNITY);
  expect(messagesOf(other, "pass")[0]).toContain("an istiod elsewhere");
  expect(notPassed(runCluster(istiodRemote, REMOTE, COMMUNITY))).toEqual(["fail"]);
});

test.each<[string | undefined, string[]]>([
  [undefined, []],
  ["istiod.istio-system.svc:15012", ["info"]],
  ["istiod-remote.istio-system.svc:15012", ["fail"]],
  ["istiod.example", ["fail"]],
  ["primary.example.com:15012", []],
  ["istiod", []],
])("discoveryAddress %s", (discoveryAddress, expected) => {
  const config: Facts["meshConfigs"][number] = {
    revision: "default",
    configMap: "istio",
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    ...(discoveryAddress === undefined ? {} : { discoveryAddress }),
  };
  const facts = { meshConfigs: [config], services: [leading] };
  expect(notPassed(runCluster(istiodRemote, facts, COMMUNITY))).toEqual(expected);
});
