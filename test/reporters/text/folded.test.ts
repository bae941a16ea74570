import { expect, test } from "vitest";
import { skip } from "../../../src/model/finding.ts";
import type { Inapplicable, Report, Result } from "../../../src/model/report.ts";
import { json } from "../../../src/reporters/json.ts";
import { text } from "../../../src/reporters/text.ts";
import { report, result } from "../reports.ts";

const OPTIONS = { color: false, width: Number.POSITIVE_INFINITY, verbose: false, views: {} };

function left(id: string, because: Inapplicable): Result {
  const message = "it does not apply";
  return result(id, { summary: message, findings: [skip(message, { because })] });
}

const COMMUNITY: Inapplicable = { onlyFor: "community" };
const SPIRE: Inapplicable = { notInUse: "SPIRE" };

const LEFT = [left("endpoints", COMMUNITY), left("spire", SPIRE), left("mesh-id", COMMUNITY)];
const LINE = "ℹ️ Not for this mesh: endpoints, mesh-id (community); spire (SPIRE not in use)";

function linesOf(source: Report, verbose = false): string[] {
  return text(source, { ...OPTIONS, verbose }).split("\n");
}

function cluster(context: string, checks: Result[]): Report["clusters"][number] {
  return { context, checks };
}

test("checks that do not apply are one line at the end of the cluster, and not counted", () => {
  const source = report({ clusters: [cluster("a", [...LEFT, result("license")])] });
  const lines = linesOf(source);
  expect(lines).toEqual([
    "=== Cluster: a ===",
    "✅ Check of license: all is well",
    LINE,
    "======",
    "",
    "✅ 1 check passed",
    "",
  ]);
});

test("so they are with --verbose, as a part of its own", () => {
  const lines = linesOf(report({ clusters: [cluster("a", [...LEFT, result("license")])] }), true);
  expect(lines.slice(-7)).toEqual(["", LINE, "", "======", "", "✅ 1 check passed", ""]);
  expect(lines.join("\n")).not.toContain("Check of spire");
});

test("of checks across clusters it is the last line", () => {
  const source = report({ mesh: [...LEFT, result("certs")] });
  const expected = ["✅ Check of certs: all is well", LINE, "", "✅ 1 check passed", ""];
  expect(linesOf(source)).toEqual(expected);
  expect(linesOf(source, true).slice(-5)).toEqual(["", LINE, "", "✅ 1 check passed", ""]);
});

test("the line is dim where there are colours", () => {
  const source = report({ mesh: [...LEFT, result("certs")] });
  expect(text(source, { ...OPTIONS, color: true })).toContain(`\u001B[2m${LINE}\u001B[22m`);
});

test("a skip with another reason beside it, or none, keeps its line", () => {
  const other = skip("no cluster to compare with");
  const mixed = { ...left("spire", SPIRE), findings: [skip("x", { because: SPIRE }), other] };
  const empty = result("license", { status: "skip", findings: [] });
  const lines = linesOf(report({ mesh: [mixed, empty] }));
  expect(lines).toContain("ℹ️ Check of spire: it does not apply");
  expect(lines).toContain("ℹ️ Check of license: all is well");
  expect(lines).toContain("ℹ️ 2 skipped");
});

test("the one line of a cluster among many does not count them", () => {
  const checks = [...LEFT, result("license")];
  const source = report({
    clusters: Array.from({ length: 7 }, (_, index) => cluster(`ctx-${index}`, checks)),
  });
  expect(linesOf(source)[0]).toBe("✅ ctx-0: all 1 check passed");
});

test("a cluster that is down counts only what waits for it", () => {
  const down = result("connection", { status: "error", findings: [] });
  const blocked = result("license", {
    findings: [skip("not checked", { blockedBy: "connection" })],
  });
  const lines = linesOf(report({ clusters: [cluster("a", [down, blocked, ...LEFT])] }));
  expect(lines).toContain("ℹ️ 1 other check skipped (blocked by connection)");
  expect(lines).not.toContain(LINE);
});

test("where no cluster was reached, nothing is said of what the mesh is", () => {
  const unreached = result("certs", {
    findings: [skip("a not checked", { cluster: "a", blockedBy: "a/connection" })],
  });
  expect(linesOf(report({ mesh: [unreached, ...LEFT] }))).not.toContain(LINE);
});

test("other formats have every one", () => {
  const source = report({ mesh: LEFT });
  const tree = JSON.parse(json(source, OPTIONS)) as Report;
  expect(tree.mesh.flatMap(({ findings }) => findings.map(({ because }) => because))).toEqual([
    COMMUNITY,
    SPIRE,
    COMMUNITY,
  ]);
});
