import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { check } from "../src/engine/check.ts";
import type { RawObject } from "../src/model/reader.ts";
import { mesh } from "./support/hostile.ts";
import { brokenRules, type ClusterInput } from "./support/report-rules.ts";
import { clusterDirectories, recordedClusters, SCENARIO_NAMES } from "./support/scenario.ts";

function objectsBelow(directory: string): RawObject[] {
  return readdirSync(join(directory, "objects"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => load(readFileSync(join(parentPath, name), "utf8")) as RawObject);
}

function inputsOf(scenario: string): ClusterInput[] {
  return clusterDirectories(scenario).map((directory) => {
    const snapshot = readFileSync(join(directory, "snapshot.json"), "utf8");
    const { context } = JSON.parse(snapshot) as { context: string };
    return { context, contextArgument: context, objects: objectsBelow(directory) };
  });
}

describe.each(SCENARIO_NAMES)("the report of %s", (scenario) => {
  it.each([false, true])("keeps the rules (precheck %s)", async (precheck) => {
    const readers = await recordedClusters(scenario);
    const report = await check(readers, { precheck, concurrency: 16 });
    expect(brokenRules(report, inputsOf(scenario))).toEqual([]);
  });
});

describe("the report of whatever two clusters hold", () => {
  it("keeps the rules", async () => {
    const broken = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(mesh, fc.boolean(), async (readers, precheck) => {
        // Names that no sentence has by chance.
        const named = readers.map((reader, index) =>
          Object.assign(reader, {
            context: `context-${index}`,
            contextArgument: `context-${index}`,
          }),
        );
        const report = await check(named, { precheck, concurrency: 4 });
        for (const l of brokenRules(report, named)) broken.set(l.replace(/^context-./, ""), l);
      }),
      {
        numRuns: Number(process.env["RUNS"] ?? 100),
        seed: Number(process.env["SEED"] ?? 20_261_127),
        endOnFailure: true,
      },
    );
    expect([...broken.values()]).toEqual([]);
  }, 60_000);
});
