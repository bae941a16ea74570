import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { allGoldens, GOLDEN_DIRECTORY, goldenFiles, savedGolden } from "./golden.ts";
import { changesInWords, type GoldenChange } from "./golden-changes.ts";

/*
 * `npm run golden`: writes every file of test/golden anew, removes those that nothing makes any
 * more, and says what changed, to be looked at before it is committed.
 */
const changes: GoldenChange[] = [];
const wanted = new Set<string>();
for (const { path, text } of allGoldens()) {
  const file = join(GOLDEN_DIRECTORY, path);
  const after = await text();
  wanted.add(path);
  changes.push({ path, before: savedGolden(path), after });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, after);
}
for (const path of goldenFiles().filter((one) => !wanted.has(one))) {
  changes.push({ path, before: savedGolden(path), after: "" });
  rmSync(join(GOLDEN_DIRECTORY, path));
}
const lines = changesInWords(changes);
process.stdout.write(lines.length > 0 ? `${lines.join("\n")}\n` : "no golden changed\n");
