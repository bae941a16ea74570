import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";

/*
 * Ids of checks stand in src/checks only, so that a check can come, go and change in one folder. The
 * one check that others have to know has its name in src/lib/connection.ts.
 */

const SOURCE = resolve(import.meta.dirname, "../../src");
const IDS: readonly string[] = CHECKS.map(({ id }) => id);

/** Words that are also names of facts, commands or resources: ids where they are used as such. */
const USES: readonly ((id: string) => string)[] = [
  (id) => `\\bid\\s*[!=]==\\s*["'\`]${id}["'\`]`,
  (id) => `["'\`]${id}["'\`]\\s*[!=]==\\s*(\\w+\\.)?id\\b`,
  (id) => `\\bid:\\s*["'\`]${id}["'\`]`,
  (id) => `checkOf\\([^()]*["'\`]${id}["'\`]`,
  (id) => `blockedBy[^;\\n]*["'\`/]${id}["'\`]`,
  (id) => `\\}/${id}["'\`]`,
  (id) =>
    `\\b(Result|ResultPart|CheckView|Verdict|Explanation|CheckId)\\b[^;\\n]*[<"]["']?${id}["']`,
  (id) => `CheckData\\[["']${id}["']\\]`,
];

/** The ids of checks that a source without its comments names, each once. */
function idsIn(source: string): string[] {
  const code = source.replaceAll(/\/\*.*?\*\/|(?<![:"'`])\/\/[^\n]*/gs, "");
  return IDS.filter((id) =>
    id.includes("-")
      ? new RegExp(`["'\`/]${id}["'\`]`).test(code)
      : USES.some((pattern) => new RegExp(pattern(id)).test(code)),
  );
}

const FILES: readonly string[] = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map(({ parentPath, name }) => join(parentPath, name).slice(SOURCE.length + 1))
  // Labels may end as a check is called.
  .filter((file) => file !== "mesh/names.ts")
  .filter((file) => !file.startsWith("checks/") && file !== "lib/connection.ts");

describe("ids of checks", () => {
  it("stand nowhere else", () => {
    const found = FILES.flatMap((file) =>
      idsIn(readFileSync(join(SOURCE, file), "utf8")).map((id) => `${file}: ${id}`),
    );
    expect(FILES.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });

  it.each([
    ['const first = results.find(({ id }) => id === "links");', ["links"]],
    ['if ("certs" !== check.id) return;', ["certs"]],
    ["return checkOf(context, 'gateways');", ["gateways"]],
    ["skip(message, { blockedBy: `${context}/peers` });", ["peers"]],
    ["const name = `${context}/platform`;", ["platform"]],
    ['function show(result: Result<"services">): void {}', ["services"]],
    ['type Data = CheckData["network"];', ["network"]],
    ['const RANK = ["env-vars", "license"];', ["env-vars"]],
    ['rules.push({ id: "versions" });', ["versions"]],
  ])("are found in %s", (source, ids) => {
    expect(idsIn(source)).toEqual(ids);
  });

  it.each([
    ['const gateways = read(cluster, "gateways", problems);'],
    ["/* as `${context}/peers` has it */ // id === 'links'"],
    ['const url = "https://example.test/links";'],
  ])("are not taken for what only reads alike: %s", (source) => {
    expect(idsIn(source)).toEqual([]);
  });
});
