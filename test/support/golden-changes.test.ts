import { describe, expect, it } from "vitest";
import type { Finding, Report } from "../../src/model/report.ts";
import { report, result } from "../reporters/reports.ts";
import { changesInWords, goldenChanges, reportChanges } from "./golden-changes.ts";

const pod = { kind: "Pod", namespace: "istio-system", name: "istiod-1" };
const down: Finding = {
  severity: "fail",
  message: "istiod-1 is down",
  cluster: "a",
  object: pod,
  remediation: { summary: "Start it.", commands: [] },
};

function reportWith(...findings: Finding[]): Report {
  return report({
    clusters: [{ context: "a", checks: [result("license"), result("pods", { findings })] }],
    mesh: [result("links")],
  });
}

describe("what changed between two reports", () => {
  it("is nothing when they are the same", () => {
    expect(reportChanges(reportWith(down), reportWith(down))).toEqual([]);
  });

  it("is a finding that is added, or gone, and the status of its check", () => {
    const added = reportChanges(reportWith(), reportWith(down));
    expect(added).toContain("changed a/pods: pass is now fail: all is well (status)");
    expect(added).toContain("added a/pods: fail: istiod-1 is down");
    expect(reportChanges(reportWith(down), reportWith())).toContain(
      "gone a/pods: fail: istiod-1 is down",
    );
  });

  it("is what is said otherwise of one object", () => {
    const said = { ...down, message: "istiod-1 is slow" };
    expect(reportChanges(reportWith(down), reportWith(said))).toEqual([
      "changed a/pods: fail: istiod-1 is slow, was fail: istiod-1 is down (message)",
    ]);
  });

  it("is a field that machines live on", () => {
    const { object: _object, cluster: _cluster, ...bare } = down;
    expect(reportChanges(reportWith(down), reportWith({ ...bare, cluster: "a" }))).toEqual([
      "changed a/pods: fail: istiod-1 is down (object)",
    ]);
    expect(reportChanges(reportWith(down), reportWith(bare))).toEqual([
      "gone a/pods: fail: istiod-1 is down",
      "added a/pods: fail: istiod-1 is down",
    ]);
  });

  it("is a check that is added, or gone", () => {
    const more = reportWith();
    const { mesh, ...rest } = more;
    const less = { ...rest, mesh: mesh.slice(1) };
    expect(reportChanges(less, more)).toEqual(["added links: pass: all is well"]);
    expect(reportChanges(more, less)).toEqual(["gone links: pass: all is well"]);
  });

  it("is the order of results, or a field of the report", () => {
    const [one, other] = [reportWith(), reportWith()];
    other.clusters[0]?.checks.reverse();
    expect(reportChanges(one, other)).toEqual(["changed the order of results or of keys"]);
    expect(reportChanges(one, { ...one, precheck: true })).toEqual([
      "changed the report: precheck",
    ]);
  });
});

describe("what changed in goldens", () => {
  const json = (one: Report): string => JSON.stringify(one);

  it("is said once for all that it is true of", () => {
    const change = { before: json(reportWith()), after: json(reportWith(down)) };
    const words = changesInWords([
      { path: "one.json", ...change },
      { path: "two.json", ...change },
      { path: "same.json", before: change.before, after: change.before },
    ]);
    expect(words).toContain("added a/pods: fail: istiod-1 is down\n    in one.json, two.json");
    expect(words.join()).not.toContain("same.json");
  });

  it("is a file that is added, gone, or has other lines", () => {
    expect(goldenChanges({ path: "a.txt", before: "", after: "a\n" })).toEqual(["added"]);
    expect(goldenChanges({ path: "a.txt", before: "a\n", after: "" })).toEqual(["gone"]);
    expect(goldenChanges({ path: "a.txt", before: "a\nb\n", after: "a\nc\nd\n" })).toEqual([
      "changed: 2 lines added, 1 gone",
    ]);
  });

  it("is never silent", () => {
    const before = json(reportWith());
    const turned = JSON.stringify(Object.fromEntries(Object.entries(reportWith()).toReversed()));
    const path = "a.json";
    expect(goldenChanges({ path, before, after: turned })).toEqual([
      "changed the order of results or of keys",
    ]);
    expect(goldenChanges({ path, before, after: `${before}\n` })).toEqual(["changed its spaces"]);
  });
});
