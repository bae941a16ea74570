import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CHECKS } from "../../src/checks/index.ts";
import { checkSource, checkTest, exportName, withLine } from "./new-check-text.ts";

/*
 * `npm run new:check ID [-- --mesh]`: makes the folder of a check, its line in the registry and its
 * test. docs/adding-a-check.md goes on from there.
 */

const ROOT = resolve(import.meta.dirname, "../..");
const REGISTRY = join(ROOT, "src/checks/index.ts");

class Refused extends Error {}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text, { flag: "wx" });
  process.stdout.write(`made ${path}\n`);
}

function make(args: readonly string[]): void {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { mesh: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) {
    throw new Refused("say one id: npm run new:check ID, and -- --mesh if it compares clusters");
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new Refused(`${id} is no id: lower case words, joined by hyphens, as in peer-addresses`);
  }
  const [folder, test] = [`src/checks/${id}`, `test/checks/${id}/check.test.ts`];
  const taken = [folder, dirname(test)].find((path) => existsSync(join(ROOT, path)));
  if (taken !== undefined) throw new Refused(`${taken} is there already: take another id`);
  const registry = readFileSync(REGISTRY, "utf8");
  if (registry.includes(` ${exportName(id)},`)) {
    throw new Refused(`the registry has a check ${exportName(id)} already: take another id`);
  }
  // Clusters are reported before what is compared among them.
  const last = CHECKS.findLast(({ scope }) => (scope === "mesh") === values.mesh);
  const changed = withLine(registry, id, last?.id ?? "");
  write(`${folder}/check.ts`, checkSource(id, values.mesh));
  write(test, checkTest(id, values.mesh));
  writeFileSync(REGISTRY, changed);
  process.stdout.write(
    "changed src/checks/index.ts\nnext: docs/adding-a-check.md, then npm run golden\n",
  );
}

try {
  make(process.argv.slice(2));
} catch (error) {
  const isUsage =
    error instanceof Refused || String(Object(error).code).startsWith("ERR_PARSE_ARGS");
  if (!isUsage) throw error;
  process.stderr.write(`new:check: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
