import { describe, expect, it } from "vitest";
import { cuts, nextStep, type ClusterState } from "../../src/certs/rotation.ts";

const HOUR = 3_600_000;
const LONG_AGO = {
  now: 1_000 * HOUR,
  certificateLife: 24 * HOUR,
  trustedSince: 0,
  signingSince: 0,
  istiodStarts: [1],
};

function cluster(context: string, changes: Partial<ClusterState> = {}): ClusterState {
  return {
    context,
    trusted: ["old"],
    written: ["old"],
    signer: { sha256: `old of ${context}`, anchors: ["old"] },
    target: { sha256: `new of ${context}`, anchors: ["new"] },
    reloading: false,
    workloads: LONG_AGO,
    ...changes,
  };
}

const target = (context: string) => ({ sha256: `new of ${context}`, anchors: ["new"] });

describe("the next step", () => {
  it("brings back a root that a cluster still signs below, before it is gone", () => {
    const ahead = cluster("a", { written: ["new"], trusted: ["old", "new"], signer: target("a") });
    const behind = cluster("b", { written: ["old", "new"], trusted: ["old", "new"] });
    expect(nextStep([ahead, behind], ["new"])).toEqual({
      kind: "write",
      step: "add",
      changes: [{ context: "a", roots: ["new", "old"], signer: "present" }],
    });
  });

  it("waits a little where istiod takes the change up by itself", () => {
    const both = { written: ["old", "new"], reloading: true };
    expect(nextStep([cluster("a", both)], ["new"])).toEqual({
      kind: "wait",
      step: "add",
      waits: [{ context: "a", gate: "istiod" }],
    });
  });

  it("drops several roots only when told so: some may be of another mesh", () => {
    const done = { written: ["new", "old", "x"], trusted: ["new", "old", "x"] };
    const state = cluster("a", { ...done, signer: target("a") });
    expect(nextStep([state], ["new"])).toEqual({
      kind: "unsure",
      context: "a",
      roots: ["old", "x"],
    });
    const step = {
      kind: "write",
      step: "drop",
      changes: [{ context: "a", roots: ["new"], signer: "present" }],
    };
    expect(nextStep([state], ["new"], { dropAll: true })).toEqual(step);
    // What is to stay is among the roots of every directory.
    expect(nextStep([state], ["new", "x"])).toMatchObject({ changes: [{ roots: ["new", "x"] }] });
  });

  it("takes it from the operator that workloads were renewed", () => {
    const { trustedSince: _, ...unknown } = LONG_AGO;
    const state = cluster("a", {
      written: ["old", "new"],
      trusted: ["old", "new"],
      workloads: unknown,
    });
    expect(nextStep([state], ["new"])).toMatchObject({ kind: "wait", step: "switch" });
    expect(nextStep([state], ["new"], { renewed: true })).toMatchObject({
      kind: "write",
      step: "switch",
    });
  });

  it("is refused where it would end a trust, and names the pairs", () => {
    // The target of b is below another root than those of all.
    const both = { written: ["old", "new"], trusted: ["old", "new"] };
    const odd = { target: { sha256: "odd", anchors: ["x"] } };
    expect(nextStep([cluster("a", both), cluster("b", { ...both, ...odd })], ["new"])).toEqual({
      kind: "refused",
      step: "switch",
      cuts: [
        { truster: "a", owner: "b" },
        { truster: "b", owner: "b" },
      ],
    });
  });
});

describe("what a change would cut", () => {
  it("is nothing while every bundle that may be in use has a root of every chain that may be", () => {
    const both = { written: ["old", "new"], trusted: ["old", "new"] };
    const clusters = [cluster("a", both), cluster("b", both)];
    const change = { context: "a", roots: ["old", "new"], signer: "target" as const };
    expect(cuts(clusters, [change])).toEqual([]);
  });

  it("is every pair that trusts one another now and would not at some point", () => {
    const clusters = [cluster("a"), cluster("b")];
    const change = { context: "a", roots: ["new"], signer: "target" as const };
    expect(cuts(clusters, [change])).toEqual([
      { truster: "a", owner: "a" },
      { truster: "a", owner: "b" },
      { truster: "b", owner: "a" },
    ]);
  });

  it("is no pair that does not trust one another now", () => {
    const stranger = cluster("b", {
      written: ["x"],
      trusted: ["x"],
      signer: { sha256: "y", anchors: ["x"] },
    });
    const change = { context: "a", roots: ["old"], signer: "present" as const };
    expect(cuts([cluster("a"), stranger], [change])).toEqual([]);
  });
});
