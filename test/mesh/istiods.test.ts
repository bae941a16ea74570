import { describe, expect, test } from "vitest";
import { isJudged, istiodOf } from "../../src/mesh/istiods.ts";
import { ownerOf } from "../../src/mesh/pod-owner.ts";
import { istiod, labels, pod, workload } from "../support/facts.ts";

describe("the workload of a pod", () => {
  const old = workload({ name: "istiod" });
  const gloo = workload({ name: "istiod-gloo" });

  test("has the longest name that fits", () => {
    expect(ownerOf(pod({ name: "istiod-gloo-6d9cdf88cf-l47tf" }), [old, gloo])).toBe(gloo);
    expect(ownerOf(pod({ name: "istiod-6d9cdf88cf-l47tf" }), [gloo, old])).toBe(old);
  });

  test("is the one that the pod names, whatever its own name", () => {
    const madeBy = (kind: string, name: string) =>
      pod({ name: "istiod-gloo-6d9cdf88cf-l47tf", owner: { kind, name } });
    const deployments = [old, gloo].map((one) => ({ ...one, kind: "Deployment" as const }));
    const [oldOne, glooOne] = deployments;
    expect(ownerOf(madeBy("ReplicaSet", "istiod-6d9cdf88cf"), deployments)).toBe(oldOne);
    expect(ownerOf(madeBy("ReplicaSet", "istiod-gloo-6d9cdf88cf"), deployments)).toBe(glooOne);
    expect(ownerOf(madeBy("DaemonSet", "istiod"), [gloo, old])).toBe(old);
    for (const kind of ["DaemonSet", "Other"]) {
      expect(ownerOf(madeBy(kind, "istiod"), deployments)).toBe(glooOne);
    }
    expect(ownerOf(madeBy("ReplicaSet", "istiod"), [gloo, old])).toBe(gloo);
    expect(ownerOf(madeBy("DaemonSet", "other"), [gloo, old])).toBe(gloo);
  });

  test("is the only one of the namespace when no name fits", () => {
    expect(ownerOf(pod({ name: "x" }), [old])).toBe(old);
    expect(ownerOf(pod({ name: "x" }), [old, gloo])).toBeUndefined();
    expect(ownerOf(pod({ namespace: "elsewhere" }), [old])).toBeUndefined();
  });
});

describe("the istiod of a pod", () => {
  const old = istiod({ name: "istiod", revision: "default" });
  const gloo = istiod({ name: "istiod-gloo", revision: "gloo" });
  const twin = istiod({ name: "istiod-twin", revision: "gloo" });
  const elsewhere = istiod({ namespace: "elsewhere", name: "istiod-far", revision: "far" });
  const istiods = { judged: [gloo, elsewhere], others: [old] };
  const of = (name: string, revision?: string) =>
    pod({ name, labels: labels(revision === undefined ? {} : { "istio.io/rev": revision }) });

  test("is that of its revision, whatever its name", () => {
    expect(istiodOf(of("istiod-6d9cdf88cf-l47tf", "gloo"), istiods)).toBe(gloo);
    expect(istiodOf(of("istiod-gloo-6d9cdf88cf-l47tf", ""), istiods)).toBe(old);
    expect(istiodOf(of("x"), istiods)).toBe(old);
  });

  test("goes by its name where the revision does not tell", () => {
    const two = { judged: [gloo, twin], others: [old] };
    expect(istiodOf(of("istiod-twin-6d9cdf88cf-l47tf", "gloo"), two)).toBe(twin);
    expect(istiodOf(of("x", "gloo"), two)).toBeUndefined();
    const unmarked = { judged: [gloo, twin], others: [] };
    expect(istiodOf(of("istiod-gloo-6d9cdf88cf-l47tf"), unmarked)).toBe(gloo);
  });

  test("is not known when it names a revision that none has", () => {
    const only = { judged: [gloo], others: [] };
    expect(istiodOf(of("istiod-gloo-6d9cdf88cf-l47tf", "gone"), only)).toBeUndefined();
  });

  test("is in its namespace", () => {
    expect(istiodOf(of("istiod-far-6d9cdf88cf-l47tf", "far"), istiods)).toBeUndefined();
  });

  test("decides whether it is judged", () => {
    expect(isJudged(of("a", "gloo"), istiods, undefined)).toBe(true);
    expect(isJudged(of("a"), istiods, undefined)).toBe(false);
  });

  test("that is not known: it is judged, but for another revision than that of -r", () => {
    expect(isJudged(of("a", "far"), istiods, undefined)).toBe(true);
    expect(isJudged(of("a", "far"), istiods, "far")).toBe(true);
    expect(isJudged(of("a", "far"), istiods, "gloo")).toBe(false);
    expect(isJudged(of("a"), { judged: [], others: [] }, "default")).toBe(true);
  });
});
