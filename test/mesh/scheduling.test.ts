import { describe, expect, it } from "vitest";
import { isForAgents, keptAway, taintText } from "../../src/mesh/scheduling.ts";
import type { NodeRequirement, SchedulingFact, TaintFact } from "../../src/model/facts.ts";
import { labels, node } from "../support/facts.ts";

const taint = (changes: Partial<TaintFact> = {}): TaintFact => ({
  key: "dedicated",
  value: "gpu",
  effect: "NoSchedule",
  ...changes,
});

function scheduling(changes: Partial<SchedulingFact> = {}): SchedulingFact {
  return { nodeSelector: new Map(), tolerations: [], ...changes };
}

const tolerating = (changes: object): SchedulingFact =>
  scheduling({ tolerations: [{ key: "", operator: "", value: "", effect: "", ...changes }] });

const TAINTED = node({ taints: [taint()] });

describe("a taint", () => {
  it.each([["NoSchedule"], ["NoExecute"]])("%s keeps away", (effect) => {
    const one = taint({ effect });
    expect(keptAway(scheduling(), node({ taints: [one] }))).toEqual({ kind: "taint", taint: one });
  });

  it.each([
    [taint({ effect: "PreferNoSchedule" })],
    [taint({ key: "node.kubernetes.io/unschedulable" })],
    [taint({ key: "node.kubernetes.io/not-ready", effect: "NoExecute" })],
  ])("does not: %j", (one) => {
    expect(keptAway(scheduling(), node({ taints: [one] }))).toBeUndefined();
  });

  it.each([
    [{ operator: "Exists" }],
    [{ operator: "Exists", effect: "NoSchedule" }],
    [{ key: "dedicated", operator: "Exists" }],
    [{ key: "dedicated", value: "gpu" }],
    [{ key: "dedicated", operator: "Equal", value: "gpu", effect: "NoSchedule" }],
  ])("is tolerated: %j", (toleration) => {
    expect(keptAway(tolerating(toleration), TAINTED)).toBeUndefined();
  });

  it.each([
    [{ operator: "Exists", effect: "NoExecute" }],
    [{ key: "other", operator: "Exists" }],
    [{ key: "dedicated", value: "cpu" }],
    [{ value: "gpu" }],
  ])("is not tolerated: %j", (toleration) => {
    expect(keptAway(tolerating(toleration), TAINTED)).toMatchObject({ kind: "taint" });
  });

  it("is written as kubectl does", () => {
    expect([taint(), taint({ value: "" })].map(taintText)).toEqual([
      "dedicated=gpu:NoSchedule",
      "dedicated:NoSchedule",
    ]);
  });
});

describe("a nodeSelector", () => {
  const wanted = scheduling({
    nodeSelector: labels({ "kubernetes.io/os": "linux", pool: "mesh" }),
  });

  it("keeps away from nodes without one of its labels", () => {
    const linux = { "kubernetes.io/os": "linux" };
    expect(keptAway(wanted, node({ labels: labels(linux) }))).toEqual({
      kind: "selector",
      key: "pool",
      value: "mesh",
    });
    expect(keptAway(wanted, node({ labels: labels({ ...linux, pool: "mesh" }) }))).toBeUndefined();
  });
});

describe("node affinity", () => {
  const requirement = (key: string, operator: string, ...values: string[]): NodeRequirement => ({
    field: false,
    key,
    operator,
    values,
  });
  const one = node({ labels: labels({ zone: "a", cores: "8" }) });
  const fits = (...affinity: NodeRequirement[][]): boolean =>
    keptAway(scheduling({ affinity }), one) === undefined;

  it.each([
    [requirement("zone", "In", "a", "b"), true],
    [requirement("zone", "In", "b"), false],
    [requirement("none", "In", "b"), false],
    [requirement("zone", "NotIn", "b"), true],
    [requirement("none", "NotIn", "b"), true],
    [requirement("zone", "NotIn", "a"), false],
    [requirement("zone", "Exists"), true],
    [requirement("none", "Exists"), false],
    [requirement("none", "DoesNotExist"), true],
    [requirement("zone", "DoesNotExist"), false],
    [requirement("cores", "Gt", "7"), true],
    [requirement("cores", "Gt", "8"), false],
    [requirement("cores", "Lt", "9"), true],
    [requirement("none", "Lt", "9"), false],
    [requirement("zone", "Newer"), true],
    [{ ...requirement("metadata.name", "In", "node-1"), field: true }, true],
    [{ ...requirement("metadata.name", "NotIn", "node-1"), field: true }, false],
    [{ ...requirement("metadata.other", "Exists"), field: true }, false],
  ])("%j: %s", (term, expected) => {
    expect(fits([term])).toBe(expected);
  });

  it("takes one term that is met whole", () => {
    const [yes, no] = [requirement("zone", "Exists"), requirement("none", "Exists")];
    expect(fits([yes, no])).toBe(false);
    expect(fits([no], [yes])).toBe(true);
    expect(fits([])).toBe(false);
    expect(fits()).toBe(false);
    expect(keptAway(scheduling({ affinity: [[no]] }), one)).toEqual({ kind: "affinity" });
  });
});

describe("agents of the mesh", () => {
  it.each([
    [node(), true],
    [node({ labels: labels({ "kubernetes.io/os": "linux" }), taints: [taint()] }), true],
    [node({ labels: labels({ "kubernetes.io/os": "windows" }) }), false],
    [node({ labels: labels({ "eks.amazonaws.com/compute-type": "fargate" }) }), false],
    [node({ labels: labels({ type: "virtual-kubelet" }) }), false],
    [node({ taints: [taint({ key: "virtual-kubelet.io/provider" })] }), false],
    [node({ taints: [taint({ key: "ToBeDeletedByClusterAutoscaler" })] }), false],
  ])("belong on %j: %s", (one, expected) => {
    expect(isForAgents(one)).toBe(expected);
  });
});
