import { expect, test } from "vitest";
import { byId, sortEntries, type FlatMember } from "../../src/mesh/workload-entries.ts";
import type { FlatEntryFact, SourcePodsFact } from "../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../src/model/gathered.ts";
import { clusterRef, podNames } from "../support/facts.ts";

function entry(sourceCluster: string, pod?: string): FlatEntryFact {
  const [namespace = "", name = ""] = pod?.split("/") ?? [];
  return {
    namespace: "istio-system",
    name: `autogenflat.${sourceCluster}.${pod ?? "none"}`,
    sourceCluster,
    uid: "",
    ...(pod === undefined ? {} : { pod: { namespace, name } }),
  };
}

function member(id: string | undefined, sourcePods: Gathered<SourcePodsFact>): FlatMember {
  const { id: _, ...ref } = clusterRef(id ?? "nameless");
  const cluster = id === undefined ? ref : { ...ref, id };
  return { cluster, facts: { flatEntries: [], sourcePods } };
}

function pods(...names: string[]): Gathered<SourcePodsFact> {
  return gathered({ existing: podNames(names), namespaces: new Set(["shop"]) });
}

test("entries by what is known of their pods", () => {
  const refused = missing("forbidden", "pods is forbidden");
  const clusters = byId([
    member("b", pods("shop/cart")),
    member("c", refused),
    // Two contexts with one ID: either may know the pod.
    member("d", refused),
    member("d", pods("shop/cart")),
    member(undefined, pods()),
  ]);
  expect([...clusters].map(([id, members]) => [id, members.length])).toEqual([
    ["b", 1],
    ["c", 1],
    ["d", 2],
  ]);
  const sorted = sortEntries(
    [
      entry("b", "shop/cart"),
      entry("b", "shop/gone"),
      entry("b", "hidden/x"),
      entry("b", "hidden/y"),
      entry("b"),
      entry("c", "shop/x"),
      entry("d", "shop/cart"),
      entry("z", "shop/one"),
      entry("z", "shop/two"),
    ],
    clusters,
  );
  expect(sorted.live).toBe(2);
  expect(sorted.stale.map(({ entry: { pod } }) => pod.name)).toEqual(["gone"]);
  expect(sorted.unnamed).toHaveLength(1);
  expect([...sorted.outside].map(([id, entries]) => [id, entries.length])).toEqual([["z", 2]]);
  expect([...sorted.unread].map(([id, { entries, why }]) => [id, entries.length, why])).toEqual([
    ["b", 2, "pods of some namespaces of ctx-b could not be read"],
    ["c", 1, "pods is forbidden"],
  ]);
});
