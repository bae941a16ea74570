import { expect, test } from "vitest";
import { VIEWS } from "../src/checks/index.ts";
import { check, type CheckRequest } from "../src/engine/check.ts";
import type { ClusterReader, RawObject } from "../src/model/reader.ts";
import type { Report } from "../src/model/report.ts";
import { text } from "../src/reporters/text.ts";
import { altered } from "./support/altered.ts";
import { VERSIONED_MESHES } from "./support/mesh/versions.ts";
import { recordedClusters } from "./support/scenario.ts";

/*
 * The lines of `istioctl multicluster check`: a mesh of every version that Solo's peering has had reads
 * as that version's own check puts it, and raises nothing.
 */

const FROM_1_30 = ["Service Conflicts Check", "Peer Segments Check"];
const OLDER = Object.keys(VERSIONED_MESHES).filter((name) => name !== "healthy-1.30");
const MESH_FROM_1_30 = "Service Account Consistency Check";

async function running(version: string, scenario = "healthy"): Promise<ClusterReader[]> {
  const readers = await recordedClusters(scenario);
  return readers.map((reader) =>
    altered(
      reader,
      (object) =>
        JSON.parse(JSON.stringify(object).replaceAll(/1\.\d+\.\d+-solo/g, version)) as RawObject,
    ),
  );
}

function print(report: Report, verbose = false): string {
  return text(report, { color: false, width: Number.POSITIVE_INFINITY, verbose, views: VIEWS });
}

const REQUEST: CheckRequest = { precheck: false, concurrency: 16 };

async function linesOf(readers: readonly ClusterReader[]): Promise<string[]> {
  const report = await check(readers, REQUEST);
  expect(report.summary).toMatchObject({ warn: 0, fail: 0, error: 0 });
  const results = [...report.clusters.flatMap(({ checks }) => checks), ...report.mesh];
  const skips = results
    .flatMap(({ findings }) => findings)
    .filter(({ severity, because }) => severity === "skip" && because === undefined);
  expect(skips).toEqual([]);
  return print(report).split("\n");
}

/** The line of a check, and the one below it. */
function two(lines: readonly string[], title: string): string[] {
  const place = lines.findIndex((line) => line.includes(`${title}: `));
  return lines.slice(place, place + 2);
}

test.each(OLDER)("%s raises nothing, and has the lines that it always had", async (scenario) => {
  const lines = await linesOf(await recordedClusters(scenario));
  const shared = lines.findIndex((line) => line.startsWith("ℹ️ Shared Services Check: "));
  const next = lines.slice(shared + 1).find((line) => !line.startsWith(" "));
  expect(next).toBe("✅ Connection Check: reached Kubernetes v1.33.1 as mesh-admin");
  expect(two(lines, "Stale Workloads Check")[1]).toMatch(/^✅ Peer Address Check/);
  expect(lines.join("\n")).not.toMatch(/Peer Segments|Conflict|Service Account|Ztunnel Trust/);
});

test("the recordings are of the versions that they are named for", async () => {
  for (const scenario of Object.keys(VERSIONED_MESHES)) {
    const { clusters } = await check(await recordedClusters(scenario), {
      ...REQUEST,
      only: new Set(["connection"]),
    });
    const minors = clusters.map(({ istioVersion = "" }) => istioVersion.replace(/\.\d+-solo$/, ""));
    expect(minors.map((minor) => `healthy-${minor}`)).toEqual([scenario, scenario]);
  }
});

test.each(["1.30.0-alpha.0-solo", "1.30.3-solo", "1.31.0-solo"])(
  "%s raises nothing, and has the lines of 1.30 in their places",
  async (version) => {
    const lines = await linesOf(await running(version));
    expect([
      ...two(lines, "Shared Services Check"),
      ...two(lines, "Peer Segments Check"),
      two(lines, "Stale Workloads Check")[1],
    ]).toEqual([
      "✅ Shared Services Check: no globally shared services found",
      "✅ Service Conflicts Check: no conflicting service aliases or hostnames found",
      "✅ Peer Segments Check: no rejected peer segments found",
      "✅ Connection Check: reached Kubernetes v1.33.1 as mesh-admin",
      "✅ Service Account Consistency Check: all compared remote gateways match their peer east-west gateway service accounts",
    ]);
    expect(lines.join("\n")).toMatch(/Ztunnel Trust Check[^]*Segment Check/);
  },
);

test("in a mesh of two versions each cluster reads as its own, the mesh as the newer", async () => {
  const [old] = await running("1.29.1-solo");
  const [, young] = await running("1.30.3-solo");
  if (!old || !young) throw new Error("two clusters are needed");
  const output = print(await check([old, young], REQUEST));
  expect(output.split("Peer Segments Check")).toHaveLength(2);
  expect(output.split(MESH_FROM_1_30)).toHaveLength(2);
});

test("below 1.30 they are told with --verbose never, with --check, and where they have something to tell", async () => {
  const readers = await running("1.28.5-solo");
  expect(print(await check(readers, REQUEST), true)).not.toContain("Peer Segments");
  const only = await check(readers, { ...REQUEST, only: new Set(["peer-segments"]) });
  expect(print(only)).toContain("Peer Segments Check: no rejected peer segments found");
  const faulty = await check(await running("1.28.5-solo", "faults-1.30"), REQUEST);
  const output = print(faulty);
  for (const title of [...FROM_1_30, MESH_FROM_1_30]) expect(output).toMatch(`${title}: `);
});

test("where the version is not known the lines are those of older ones", async () => {
  const report = await check(await running("latest"), REQUEST);
  expect(print(report)).not.toContain("Peer Segments");
});

test("1.30 counts shared services as its own check does", async () => {
  const report = await check(await running("1.30.3-solo", "segments"), REQUEST);
  expect(print(report)).toContain(
    [
      "✅ Shared Services Check: 2 globally shared service(s)",
      "  ✅ details.bookinfo.mesh.acme (scope global)",
    ].join("\n"),
  );
});
