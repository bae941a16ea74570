import { describe, expect, it } from "vitest";
import { compareReports, withBaseline } from "../../src/engine/compare.ts";
import { error, fail, info, objectRef, pass, skip, warn } from "../../src/model/finding.ts";
import type { Finding, Report } from "../../src/model/report.ts";
import { remediation, report, result } from "../reporters/reports.ts";

const broken = (message: string, more: Partial<Finding> = {}): Finding =>
  fail(message, { remediation, ...more });

/** A report with these findings of the license in cluster a, and these of the certificates. */
function made(license: Finding[], certs: Finding[] = [], contexts = ["a", "b"]): Report {
  return report({
    clusters: contexts.map((context) => ({
      context,
      checks: [result("license", { findings: context === "a" ? license : [pass("fine")] })],
    })),
    mesh: [result("certs", { findings: certs })],
  });
}

/** Messages by what became of them. */
function changes(before: Report, after: Report): Record<string, string[]> {
  const comparison = compareReports(before, after);
  return Object.fromEntries(
    (["new", "known", "fixed", "unknown"] as const).flatMap((group) =>
      comparison[group].length === 0
        ? []
        : [[group, comparison[group].map(({ finding }) => finding.message)]],
    ),
  );
}

describe("two reports", () => {
  it("faults are new, known or fixed; what is no fault is nothing", () => {
    const before = made([broken("one"), broken("two"), info("x"), pass("y")]);
    const after = made([broken("two"), broken("three"), info("z")]);
    expect(changes(before, after)).toEqual({ new: ["three"], known: ["two"], fixed: ["one"] });
    expect(compareReports(before, after)).toMatchObject({
      schemaVersion: "mc.compare/v1",
      before: { startedAt: before.startedAt, outcome: "fail" },
      clusters: { added: [], removed: [] },
    });
  });

  it("a pod that was replaced is the same fault, and one of five is as well", () => {
    const pod = (name: string, restarts: number): Finding =>
      broken(`ns/${name}: ${restarts} restarts`, {
        object: objectRef("Pod", { namespace: "ns", name }),
      });
    const before = made([pod("istiod-6d9cdf88cf-3c682", 1)]);
    const after = made([pod("istiod-7c6b8d4f9-x2kzq", 3), pod("istiod-7c6b8d4f9-bcdfg", 12)]);
    expect(Object.keys(changes(before, after))).toEqual(["known"]);
  });

  it("a warning that has become a fault is new, the other way round it is known", () => {
    const odd = made([warn("odd", { remediation }), broken("odd")]);
    const lighter = made([warn("odd", { remediation })]);
    expect(changes(lighter, odd)).toEqual({ new: ["odd"] });
    expect(changes(odd, lighter)).toEqual({ known: ["odd"] });
  });

  it.each<[string, Report]>([
    ["the cluster is not in it", made([], [], ["b"])],
    ["the check was not run", report({ clusters: [{ context: "a", checks: [] }] })],
    ["the check was skipped", made([skip("not here")])],
    ["the check could not read", made([error("forbidden", { remediation })])],
    ["the check could not read that cluster", made([error("x", { remediation, cluster: "a" })])],
  ])("what was not looked at is not fixed: %s", (_why, after) => {
    expect(changes(made([broken("one")]), after)).toMatchObject({ unknown: ["one"] });
  });

  it("of a mesh, the cluster that a finding is about decides", () => {
    const before = made(
      [],
      [broken("of a", { cluster: "a" }), broken("of b", { cluster: "b" }), broken("of all")],
    );
    expect(changes(before, made([], [], ["b"]))).toEqual({
      fixed: ["of b", "of all"],
      unknown: ["of a"],
    });
    const after = made([], [error("unread", { remediation, cluster: "a" })]);
    expect(changes(before, after)).toEqual({
      new: ["unread"],
      fixed: ["of b", "of all"],
      unknown: ["of a"],
    });
  });

  it("has clusters that only one of them has", () => {
    const { clusters } = compareReports(made([], [], ["a"]), made([], [], ["b"]));
    expect(clusters).toEqual({ added: ["b"], removed: ["a"] });
  });

  it("what is ignored is neither new nor fixed", () => {
    const ignored: Finding = {
      ...info("one (ignored: it is so)"),
      ignored: { severity: "fail", message: "one", reason: "it is so" },
    };
    expect(changes(made([broken("one")]), made([ignored]))).toEqual({});
    expect(changes(made([]), made([ignored]))).toEqual({});
  });
});

describe("a report with a baseline", () => {
  it("says of each fault whether it is new, and what is fixed", () => {
    const before = made([broken("one"), broken("two")], [broken("three")]);
    const after = withBaseline(
      made([broken("two"), warn("four", { remediation }), info("x")], [broken("three")]),
      before,
    );
    const findings = [...after.clusters.flatMap(({ checks }) => checks), ...after.mesh].flatMap(
      (one) => one.findings,
    );
    expect(findings.map(({ message, baseline }) => [message, baseline])).toEqual([
      ["two", "known"],
      ["four", "new"],
      ["x", undefined],
      ["fine", undefined],
      ["three", "known"],
    ]);
    expect(after.baseline).toMatchObject({
      startedAt: before.startedAt,
      fixed: [{ check: "license", context: "a", finding: { message: "one" } }],
      unknown: [],
    });
  });
});
