import { describe, expect, test } from "vitest";
import { repeatedClusters } from "../../src/mesh/identity.ts";
import { gathered, missing, type Gathered } from "../../src/model/gathered.ts";
import type { NamespaceFact } from "../../src/model/facts.ts";
import { namespace } from "../support/facts.ts";

interface Context {
  name: string;
  ref: { id?: string; network?: string };
  namespaces: Gathered<NamespaceFact[]> | undefined;
}

function context(
  name: string,
  uid: string,
  ref: Context["ref"] = { id: "a", network: "n" },
): Context {
  return { name, ref, namespaces: gathered([{ ...namespace("kube-system"), uid }]) };
}

/** `b of a`: each repeated context with the one whose cluster it is. */
function repeated(...contexts: Context[]): string[] {
  return [...repeatedClusters(contexts, (one) => one)].map(
    ([one, first]) => `${one.name} of ${first.name}`,
  );
}

describe("two contexts are one cluster", () => {
  test("whose kube-system has the same UID, and whose names agree", () => {
    expect(repeated(context("a", "1"), context("b", "2"), context("c", "1"))).toEqual(["c of a"]);
  });

  test("where one of them may read less", () => {
    expect(repeated(context("a", "1"), context("b", "1", {}))).toEqual(["b of a"]);
    expect(repeated(context("a", "1", {}), context("b", "1"))).toEqual(["b of a"]);
    expect(repeated(context("a", "1"), context("b", "1", { network: "n" }))).toEqual(["b of a"]);
  });

  test("not where they go by different names: restored from one backup", () => {
    const other = context("b", "1", { id: "b", network: "n" });
    const elsewhere = context("c", "1", { id: "a", network: "m" });
    expect(repeated(context("a", "1"), other, elsewhere)).toEqual([]);
    expect(repeated(context("a", "1"), other, { ...other, name: "d" })).toEqual(["d of b"]);
  });

  test("all of them of the first", () => {
    expect(repeated(context("a", "1"), context("b", "1"), context("c", "1"))).toEqual([
      "b of a",
      "c of a",
    ]);
  });

  test("not where the UID is not known", () => {
    const ref = { id: "a", network: "n" };
    const unread: Context["namespaces"][] = [
      undefined,
      missing("forbidden", "namespaces is forbidden"),
      gathered([namespace("default")]),
      gathered([{ ...namespace("kube-system"), uid: "" }]),
    ];
    for (const namespaces of unread) {
      expect(repeated({ name: "a", ref, namespaces }, { name: "b", ref, namespaces })).toEqual([]);
    }
  });
});
