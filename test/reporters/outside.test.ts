import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GOLDEN_DIRECTORY } from "../support/golden.ts";

/*
 * What the tools of others say of the goldens, where they are on the PATH: the SARIF multitool with
 * the rules of GitHub, and promtool.
 */

/** Whether the command is there, and answers. */
function isThere(command: string, flag: string): boolean {
  return spawnSync(command, [flag]).error === undefined;
}

const golden = (name: string): string => join(GOLDEN_DIRECTORY, name);
const MULTITOOL = "Sarif.Multitool";
/** The scenario with the most kinds of findings. */
const SCENARIO = "broken";

test.skipIf(!isThere(MULTITOOL, "version"))("SARIF keeps the rules of GitHub", () => {
  const directory = mkdtempSync(join(tmpdir(), "mc-sarif-"));
  try {
    const output = join(directory, "found.sarif");
    const rules = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"];
    spawnSync(MULTITOOL, ["validate", golden(`${SCENARIO}.sarif`), ...rules, "--output", output], {
      env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" },
    });
    const log = JSON.parse(readFileSync(output, "utf8")) as {
      runs: { results: { ruleId: string; level?: string }[] }[];
    };
    const found = log.runs.flatMap(({ results }) => results);
    expect(found.filter(({ level = "warning" }) => level !== "note")).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.skipIf(!isThere("promtool", "--version"))("promtool finds nothing in the metrics", () => {
  const input = readFileSync(golden(`${SCENARIO}.prom`), "utf8");
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input });
  expect([status, String(stdout) + String(stderr)]).toEqual([0, ""]);
});
