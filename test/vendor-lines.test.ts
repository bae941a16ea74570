import { expect, test } from "vitest";
import { VIEWS } from "../src/checks/index.ts";
import { check, type CheckRequest } from "../src/engine/check.ts";
import type { ClusterReader, RawObject } from "../src/model/reader.ts";
import type { Report } from "../src/model/report.ts";
import { text } from "../src/reporters/text.ts";
import { altered } from "./support/altered.ts";
import { recordedClusters } from "./support/scenario.ts";

/*
 * The lines of `istioctl multicluster check`: a mesh of every version that Solo's peering has had reads
 * as that version's own check puts it, and raises nothing.
 */

const FROM_1_30 = ["Service Conflicts Check", "Peer Segments Check"];
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

test.each([
  ["1.24.5-solo", false],
  ["1.25.5-solo", false],
  ["1.26.4-solo", false],
  ["1.27.8-solo", false],
  ["1.28.5-solo", false],
  ["1.29.1-solo", false],
  ["1.30.0-alpha.0-solo", true],
  ["1.30.3-solo", true],
  ["1.31.0-solo", true],
])("%s raises nothing; the lines of 1.30 are there: %s", async (version, isNew) => {
  const report = await check(await running(version), REQUEST);
  expect(report.summary).toMatchObject({ warn: 0, fail: 0, error: 0, skip: 0 });
  const lines = print(report).split("\n");
  const shared = lines.find((line) => line.includes("Shared Services Check"));
  expect(shared).toBe(
    `${isNew ? "✅" : "ℹ️"} Shared Services Check: no globally shared services found`,
  );
  const place = (title: string): number => lines.findIndex((line) => line.includes(title));
  if (isNew) {
    expect(lines.slice(place("Shared Services Check") + 1, place("Connection Check"))).toEqual([
      "✅ Service Conflicts Check: no conflicting service aliases or hostnames found",
      "✅ Peer Segments Check: no rejected peer segments found",
    ]);
    expect(lines[place("Stale Workloads Check") + 1]).toBe(
      "✅ Service Account Consistency Check: all compared remote gateways match their peer east-west gateway service accounts",
    );
  } else {
    for (const title of [...FROM_1_30, MESH_FROM_1_30]) expect(place(title)).toBe(-1);
  }
});

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
