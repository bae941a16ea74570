import { describe, expect, test } from "vitest";
import {
  connectedIstiods,
  listsIstiodOf,
  unansweredSync,
  unreadableSync,
} from "../../src/mesh/syncs.ts";
import type { SyncFact } from "../../src/model/facts.ts";
import { gathered, missing, type Missing } from "../../src/model/gathered.ts";

const NONE = missing("not-found", "404");
const REFUSED = missing("forbidden", "403");

function connection(clusterId: string, proxy = `istiod-1.istio-system`): unknown {
  return { clusterId, proxy, proxyType: "", version: "" };
}

function answer(...answers: (unknown[] | Missing)[]): ReturnType<typeof gathered<SyncFact[]>> {
  return gathered(
    answers.map((one, index) => ({
      namespace: "istio-system",
      pod: `istiod-${index}`,
      answer: Array.isArray(one) ? gathered(one as never) : one,
    })),
  );
}

describe("who is connected to the istiods of a cluster", () => {
  test("istiods of others, not their proxies", () => {
    const syncs = answer([connection("b"), connection("c", "ztunnel-1.kube-system")], REFUSED);
    expect([...connectedIstiods(syncs)]).toEqual(["b"]);
    expect([...connectedIstiods(NONE)]).toEqual([]);
  });

  test("one that is not listed is known to be absent when all replicas have answered", () => {
    expect(listsIstiodOf(answer([connection("b")], REFUSED), "b")).toBe(true);
    expect(listsIstiodOf(answer([connection("b")], []), "c")).toBe(false);
    expect(listsIstiodOf(answer([connection("b")], REFUSED), "c")).toBeUndefined();
    expect(listsIstiodOf(answer(), "c")).toBeUndefined();
    expect(listsIstiodOf(REFUSED, "c")).toBeUndefined();
  });

  test("why not all is known; what is just not there is not unreadable", () => {
    expect(unansweredSync(answer([], []))).toBeUndefined();
    expect(unansweredSync(answer([], NONE))).toBe(NONE);
    expect(unansweredSync(REFUSED)).toBe(REFUSED);
    expect(unreadableSync(answer(NONE, REFUSED))).toBe(REFUSED);
    expect(unreadableSync(answer(NONE, missing("not-recorded", "no")))).toBeUndefined();
  });
});
