import { describe, expect, test } from "vitest";
import { controllerRuns, isJudged, istiodOf, withController } from "../../src/mesh/istiods.ts";
import { ownerOf } from "../../src/mesh/pod-owner.ts";
import { REVISION } from "../../src/mesh/names.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import { istiod, labels, pod, remoteGateway, workload } from "../support/facts.ts";

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

describe("whether an istiod runs that writes conditions", () => {
  const peering = istiod({ name: "istiod", revision: "default" });
  const other = istiod({ name: "istiod-old", revision: "old", peering: false });
  const deployments = gathered({ judged: [peering], others: [other] });
  const old = pod({ name: "istiod-old-1-x", labels: labels({ app: "istiod", [REVISION]: "old" }) });
  const unread = missing("forbidden", "no");

  test.each([
    [gathered([pod()]), deployments, true],
    [gathered([pod({ healthy: false })]), deployments, false],
    [gathered([pod({ healthy: false }), pod()]), deployments, true],
    [gathered([]), deployments, false],
    [gathered([]), gathered({ judged: [], others: [other] }), false],
    // One that does not peer says nothing of peers, unless there is no other.
    [gathered([old]), deployments, false],
    [gathered([old]), gathered({ judged: [other], others: [] }), true],
    // Of no known Deployment, as those may not be read.
    [gathered([pod()]), unread, true],
    [gathered([pod({ healthy: false })]), unread, false],
    // It runs in another cluster, or the pods are not known.
    [gathered([]), gathered({ judged: [], others: [] }), undefined],
    [gathered([]), unread, undefined],
    [unread, deployments, undefined],
    [undefined, undefined, undefined],
  ])("%#", (pods, istiods, expected) => {
    expect(controllerRuns(pods, istiods)).toBe(expected);
  });

  test("is said of all Gateways where it is known", () => {
    const { controllerRuns: _, ...silent } = remoteGateway();
    const gateways = { served: true, eastWest: [], remote: [silent] };
    expect(withController(gateways, undefined)).toBe(gateways);
    expect(withController(gateways, false).remote).toEqual([{ ...silent, controllerRuns: false }]);
    const broken = { ...silent, conditions: new Map() };
    const two = { served: true, eastWest: [broken], remote: [broken] };
    expect(withController(two, false)).toEqual(two);
    expect(withController(two, true).eastWest).toEqual([{ ...broken, controllerRuns: true }]);
  });
});
