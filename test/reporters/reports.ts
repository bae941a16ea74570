import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { check } from "../../src/engine/check.ts";
import type { Report } from "../../src/model/report.ts";
import { openRecordings } from "../../src/readers/recordings.ts";

/*
 * Reports for tests of reporters: those of the fixtures, as the engine makes them.
 */

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");

export const SCENARIOS: readonly string[] = readdirSync(FIXTURES).toSorted();

/** What `mc check` finds in all recordings of a scenario. */
export async function reportOf(scenario: string, precheck = false): Promise<Report> {
  const root = join(FIXTURES, scenario);
  const readers = await Promise.all(
    readdirSync(root)
      .toSorted()
      .map((name) => openRecordings(join(root, name))),
  );
  return check(readers.flat(), { precheck, concurrency: 16 });
}
