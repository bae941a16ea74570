import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import { record, writeRecordings } from "../../src/readers/record.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import {
  liveClusters,
  type LiveScenario,
  recordedClusters,
  SCENARIO_NAMES,
  timeless,
} from "../support/scenario.ts";
import { directory, filesUnder } from "./temp.ts";

async function reportOf(readers: readonly ClusterReader[]): Promise<unknown> {
  return timeless(await check(readers, { precheck: false, concurrency: 16 }));
}

let live: LiveScenario | undefined;

afterEach(async () => {
  await live?.close();
  live = undefined;
});

describe.each(SCENARIO_NAMES)("%s", (scenario) => {
  test("the clusters, their recording and its archive give one report", async () => {
    const root = directory();
    live = await liveClusters(scenario);
    const recorders = live.readers.map(record);
    const fromLive = await reportOf(recorders.map(({ reader }) => reader));
    await writeRecordings(recorders, { kind: "directory", path: join(root, "out") });
    await writeRecordings(recorders, { kind: "archive", path: join(root, "out.tar.gz") });

    expect(readdirSync(root).toSorted()).toEqual(["out", "out.tar.gz"]);
    expect(await reportOf(await openRecordings(join(root, "out")))).toEqual(fromLive);
    expect(await reportOf(await openRecordings(join(root, "out.tar.gz")))).toEqual(fromLive);
    expect(await reportOf(await recordedClusters(scenario))).toEqual(fromLive);
  });

  test("two recordings are one, byte for byte", async () => {
    const root = directory();
    for (const name of ["one", "two"]) {
      const recorders = (await recordedClusters(scenario)).map(record);
      await reportOf(recorders.map(({ reader }) => reader));
      await writeRecordings(recorders, { kind: "directory", path: join(root, name) });
      await writeRecordings(recorders, { kind: "archive", path: join(root, `${name}.tar.gz`) });
    }
    expect(filesUnder(join(root, "one"))).toEqual(filesUnder(join(root, "two")));
    const [one, two] = ["one", "two"].map((name) => readFileSync(join(root, `${name}.tar.gz`)));
    expect(one).toEqual(two);
  });
});
