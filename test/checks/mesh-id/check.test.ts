import { expect, test } from "vitest";
import { meshId } from "../../../src/checks/mesh-id/check.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { COMMUNITY, runMesh } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed } from "../../support/verdict.ts";

function configs(id?: string): { changes: { meshConfigs: Facts["meshConfigs"] } } {
  const config = {
    revision: "default",
    configMap: "istio",
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    ...(id === undefined ? {} : { meshId: id }),
  };
  return { changes: { meshConfigs: [config] } };
}

test("one ID, or none, passes; a cluster without one is no other mesh", () => {
  const same = runMesh(meshId, { a: configs("m"), b: configs("m") }, COMMUNITY);
  expect(same.summary).toBe("mesh ID is m");
  expect(notPassed(runMesh(meshId, { a: configs("m"), b: configs() }, COMMUNITY))).toEqual([]);
  const none = runMesh(meshId, { a: configs(), b: configs() }, COMMUNITY);
  expect(none.summary).toBe("no cluster has a mesh ID of its own");
});

test("two are warned of", () => {
  const verdict = runMesh(meshId, { a: configs("m"), b: configs("n") }, COMMUNITY);
  expect(messagesOf(verdict, "warn")).toEqual([
    "clusters have different mesh IDs: m in ctx-a; n in ctx-b",
  ]);
  expect(commandsOf(verdict, "warn")[0]).toContain("get configmap istio");
});

test("one cluster has nothing to compare with", () => {
  expect(notPassed(runMesh(meshId, { a: configs("m") }, COMMUNITY))).toEqual(["skip"]);
});
