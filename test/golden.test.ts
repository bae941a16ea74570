import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { record, writeRecordings } from "../src/readers/record.ts";
import { openRecordings } from "../src/readers/recordings.ts";
import {
  allGoldens,
  asRecorded,
  commonGoldens,
  goldenFiles,
  reportsOf,
  savedGolden,
  scenarioGoldens,
  serviceGoldens,
} from "./support/golden.ts";
import { expectAsSaved } from "./support/expect-golden.ts";
import { liveClusters, type LiveScenario, ALL_SCENARIOS } from "./support/scenario.ts";

/*
 * Recordings replayed against saved reports: whatever changes what people or machines read shows
 * here. `npm run golden` writes them anew and says in words what changed.
 */

describe("goldens", () => {
  it("are those that are compared, each with something in it", () => {
    const paths = allGoldens().map(({ path }) => path);
    expect(goldenFiles()).toEqual(paths.toSorted());
    expect(paths.filter((path) => savedGolden(path).trim() === "")).toEqual([]);
  });

  it("are what is said of services", async () => {
    await expectAsSaved(serviceGoldens());
  });
});

describe.each(ALL_SCENARIOS)("%s", (name) => {
  let live: LiveScenario;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "mc-golden-"));
    live = await liveClusters(name);
  });

  afterAll(async () => {
    await live.close();
    rmSync(directory, { recursive: true });
  });

  it("reads as it did from its directories", async () => {
    await expectAsSaved(scenarioGoldens(name));
  });

  it("reads so from live clusters, and from a snapshot of them", async () => {
    const recorders = live.readers.map((reader) => record(reader));
    const reports = await reportsOf(recorders.map(({ reader }) => reader));
    const { clusters } = reports.full;
    expect(clusters.filter((cluster) => "recordedAt" in cluster)).toEqual([]);
    const saved = asRecorded(reports, live.readers);
    await expectAsSaved(commonGoldens(name, () => Promise.resolve(saved)));

    const path = join(directory, "snapshot");
    await writeRecordings(recorders, { kind: "directory", path });
    const readers = await openRecordings(path);
    expect(readers).toHaveLength(live.readers.length);
    const recorded = await reportsOf(readers);
    await expectAsSaved(commonGoldens(name, () => Promise.resolve(recorded)));
  });
});
