import { globSync } from "node:fs";
import { basename, join } from "node:path";

/** Where the configuration of Vitest finds which tests are to be run, joined by semicolons. */
export const TESTS_VARIABLE = "MC_MUTANT_TESTS";

/** Sources that have tests of their own, and those tests, as patterns. */
export interface Room {
  name: string;
  sources: string;
  tests: readonly string[];
}

const room = (name: string, ...tests: readonly string[]): Room => ({
  name,
  sources: `src/${name}/**/*.ts`,
  tests: [`test/${name}/**/*.test.ts`, ...tests],
});

/** Every room whose mutants are to be killed, in the order of its path. */
export function allRooms(root: string): Room[] {
  const checks = globSync("src/checks/*/", { cwd: root })
    .map((path) => basename(path))
    .toSorted();
  return [
    // What checks share is tested by them, and what they say of themselves by the goldens of that.
    ...checks.map((id) =>
      room(
        join("checks", id),
        id === "_shared" ? "test/checks/**/*.test.ts" : "test/checks/explained.test.ts",
      ),
    ),
    room("engine"),
    room("gateway"),
    room("mesh"),
  ];
}
