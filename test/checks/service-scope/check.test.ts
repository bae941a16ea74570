import { expect, test } from "vitest";
import { serviceScope } from "../../../src/checks/service-scope/check.ts";
import { makesGlobal } from "../../../src/mesh/service-scope.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { COMMUNITY, env, istiod, labels, runMesh, service } from "../../support/facts.ts";
import { messagesOf, notPassed } from "../../support/verdict.ts";

const istiods: Facts["istiods"] = {
  judged: [istiod({ env: env({ AMBIENT_ENABLE_MULTI_NETWORK: "true" }) })],
  others: [],
};
const shared = service({ name: "x", labels: labels({ "istio.io/global": "true" }) });
const scoped: Facts["meshConfigs"] = [
  {
    revision: "default",
    configMap: "istio",
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    serviceScopes: [{ scope: "GLOBAL", services: [{ key: "istio.io/global", values: ["true"] }] }],
  },
];

test("is not about meshes without ambient on several networks", () => {
  const [only] = runMesh(serviceScope, { a: {}, b: {} }, COMMUNITY).findings;
  expect(only?.because).toEqual({ notInUse: "ambient on several networks" });
});

test("global services that the configuration knows pass; none at all does too", () => {
  const some = { changes: { istiods, services: [shared], meshConfigs: scoped } };
  expect(runMesh(serviceScope, { a: some, b: some }, COMMUNITY).summary).toBe(
    "global services are shared",
  );
  const none = { changes: { istiods, services: [] } };
  expect(runMesh(serviceScope, { a: none, b: none }, COMMUNITY).summary).toBe(
    "no service is global",
  );
});

test("a configuration that was not read, or cannot be, is no fault", () => {
  const unread = {
    changes: { istiods, services: [shared], meshConfigs: missing("forbidden", "no") },
  };
  expect(notPassed(runMesh(serviceScope, { a: unread }, COMMUNITY))).toEqual(["info"]);
  const broken = scoped.map((config) => ({
    ...config,
    serviceScopes: [],
    unreadable: "it is not YAML",
  }));
  const changes = { istiods, services: [shared], meshConfigs: broken };
  expect(notPassed(runMesh(serviceScope, { a: { changes } }, COMMUNITY))).toEqual([]);
});

test("a service of one cluster that others do not have is not told", () => {
  const a = { changes: { istiods, services: [shared], meshConfigs: scoped } };
  const b = { changes: { istiods, services: [], meshConfigs: scoped } };
  expect(notPassed(runMesh(serviceScope, { a, b }, COMMUNITY))).toEqual([]);
});

test("gateways are no sidecars", () => {
  const gateway = {
    namespace: "x",
    name: "g",
    labels: labels({ "gateway.networking.k8s.io/gateway-name": "g" }),
  };
  const a = { changes: { istiods, services: [], proxyPods: [gateway] } };
  expect(notPassed(runMesh(serviceScope, { a }, COMMUNITY))).toEqual([]);
});

test.each([
  [[], false],
  [[{ scope: "LOCAL", services: [{ key: "istio.io/global", values: ["true"] }] }], false],
  [[{ scope: "GLOBAL", services: [{ key: "other", values: [] }] }], false],
  [[{ scope: "GLOBAL", services: [{ key: "istio.io/global", values: ["no"] }] }], false],
  [[{ scope: "GLOBAL", services: [{ key: "istio.io/global", values: [] }] }], true],
])("%j makes the label mean something: %s", (serviceScopes, expected) => {
  expect(makesGlobal({ serviceScopes })).toBe(expected);
  expect(makesGlobal({})).toBe(false);
});

test("what has no effect is counted", () => {
  const local = scoped.map((config) => ({ ...config, serviceScopes: [] }));
  const services = ["x", "y"].map((name) => ({ ...shared, name }));
  const a = { changes: { istiods, services, meshConfigs: local } };
  expect(messagesOf(runMesh(serviceScope, { a }, COMMUNITY), "fail")[0]).toContain("(2 Services)");
});

const waypoint = service({
  name: "wp",
  labels: labels({ "gateway.networking.k8s.io/gateway-name": "wp" }),
});

test.each([
  ["the label of the Service", { "istio.io/use-waypoint": "wp" }, {}, ["warn"]],
  ["the label of its namespace", {}, { "istio.io/use-waypoint": "wp" }, ["warn"]],
  [
    "none, though its namespace has one",
    { "istio.io/use-waypoint": "none" },
    { "istio.io/use-waypoint": "wp" },
    [],
  ],
  ["none at all", {}, {}, []],
])("a global Service goes through a waypoint by %s", (_, own, inherited, expected) => {
  const global = service({ name: "x", labels: labels({ "istio.io/global": "true", ...own }) });
  const changes = {
    istiods,
    meshConfigs: scoped,
    services: [global, waypoint],
    namespaces: [{ name: global.namespace, uid: "u", labels: labels(inherited) }],
  };
  expect(notPassed(runMesh(serviceScope, { a: { changes } }, COMMUNITY))).toEqual(expected);
});
