import { describe, expect, it } from "vitest";
import { buildReport } from "../../src/engine/report.ts";
import type { Result, Status } from "../../src/model/report.ts";
import { clusterRef } from "../support/facts.ts";

function results(...statuses: Status[]): Result[] {
  return statuses.map((status) => ({
    id: "license",
    title: status,
    status,
    summary: "",
    durationMs: 0,
    findings: [],
  }));
}

function build(cluster: Status[], mesh: Status[]) {
  return buildReport({
    version: "1.2.3",
    startedAt: Date.parse("2026-01-15T12:00:00Z"),
    durationMs: 12.6,
    precheck: true,
    clusters: [{ ref: clusterRef("a"), results: results(...cluster) }],
    mesh: results(...mesh),
  });
}

describe("a report", () => {
  it("says what was run, when, and of what", () => {
    expect(build(["pass"], [])).toMatchObject({
      schemaVersion: "mc.check/v1",
      tool: { name: "mc", version: "1.2.3" },
      startedAt: "2026-01-15T12:00:00.000Z",
      durationMs: 13,
      precheck: true,
      clusters: [{ context: "ctx-a", name: "a", network: "net-a", istioVersion: "1.28.5-solo" }],
    });
  });

  it("leaves out what is not known of a cluster", () => {
    const { id: _id, network: _network, istioVersion: _version, ...ref } = clusterRef("a");
    const { clusters } = buildReport({
      version: "0",
      startedAt: 0,
      durationMs: 0,
      precheck: false,
      clusters: [{ ref, results: [] }],
      mesh: [],
    });
    expect(clusters).toEqual([{ context: "ctx-a", checks: [] }]);
  });

  it.each([
    [["pass", "info"], ["skip"], "pass"],
    [["skip"], [], "pass"],
    [["info"], [], "pass"],
    [["pass"], ["warn"], "warn"],
    [["warn"], ["error"], "error"],
    [["error"], ["fail"], "fail"],
    [[], [], "pass"],
  ] as [Status[], Status[], string][])("%j and %j: %s", (cluster, mesh, outcome) => {
    expect(build(cluster, mesh).outcome).toBe(outcome);
  });

  it("counts results by status", () => {
    expect(build(["pass", "pass", "fail"], ["skip", "warn"]).summary).toEqual({
      pass: 2,
      info: 0,
      warn: 1,
      fail: 1,
      error: 0,
      skip: 1,
    });
  });
});
