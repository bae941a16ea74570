import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { explainCheck, listChecks } from "../../src/reporters/explain.ts";
import { FACTS } from "../../src/facts/index.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** Every source file. */
function sources(): string[] {
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, "src", name));
}

describe("the registry", () => {
  it("has each id and each title once", () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
    expect(new Set(CHECKS.map(({ title }) => title)).size).toBe(CHECKS.length);
  });

  it("begins with the connection, which the others stand on", () => {
    expect(CHECKS[0]?.id).toBe("connection");
  });

  it("is the only place outside of checks that knows them by their ids, but for the connection", () => {
    const ids = CHECKS.map(({ id }) => id).filter((id) => id.includes("-"));
    const known = sources()
      .filter((file) => !file.includes("/checks/"))
      .flatMap((file) => {
        const source = readFileSync(file, "utf8");
        return ids.filter((id) => source.includes(`"${id}"`)).map((id) => `${file}: ${id}`);
      });
    expect(known).toEqual([]);
  });

  it("is not asked for single checks by the engine and reporters", () => {
    const named = sources()
      .filter((file) => /\/(engine|reporters)\//.test(file))
      .filter((file) => /\bid [!=]== "/.test(readFileSync(file, "utf8")));
    expect(named).toEqual([]);
  });

  it("lists every check in order", () => {
    const lines = listChecks(CHECKS).split("\n");
    expect(lines.slice(1, -1).map((line) => line.trim().split(" ")[0])).toEqual(
      CHECKS.map(({ id }) => id),
    );
  });
});

describe("the README", () => {
  it("has rows for checks that there are, each with its scope", () => {
    const [, table = ""] = README.split("\n## Checks\n");
    const rows = [...table.matchAll(/^\| `([\w-]+)` \| (cluster|mesh) \| \S/gm)].map(
      ([, id, scope]) => ({ id, scope }),
    );
    expect(rows.length).toBeGreaterThan(20);
    const scopes = new Map<string, string>(CHECKS.map(({ id, scope }) => [id, scope]));
    for (const { id, scope } of rows) expect([id, scope]).toEqual([id, scopes.get(id ?? "")]);
  });

  it("has a check, or the probe, for each row of Istio's page", () => {
    const [, table = ""] = README.split("| row of the page | check |\n");
    const rows = (table.split("\n\n")[0] ?? "").split("\n").slice(1);
    expect(rows).toHaveLength(8);
    const ids = new Set<string>(CHECKS.map(({ id }) => id));
    const named = rows.map((row) =>
      [...(row.split(" | ")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    );
    expect(named.filter((names) => names.length === 0)).toEqual([]);
    expect(named.flat().filter((name) => !ids.has(name))).toEqual(["mc check --probe"]);
  });
});

describe.each(CHECKS.map((check) => [check.id, check] as const))("%s", (id, check) => {
  it("is in the folder of its name and has a test", () => {
    expect(existsSync(join(ROOT, "src/checks", id, "check.ts"))).toBe(true);
    expect(existsSync(join(ROOT, "test/checks", id, "check.test.ts"))).toBe(true);
  });

  it("is pure: it never awaits", () => {
    const source = readFileSync(join(ROOT, "src/checks", id, "check.ts"), "utf8");
    expect(source).not.toMatch(/\bawait\b|\basync\b|Date\.now|new Date\(\)/);
  });

  it("names facts that exist, each once", () => {
    const facts = [...check.needs, ...check.uses];
    for (const fact of facts) expect(FACTS).toHaveProperty(fact);
    expect(new Set(facts).size).toBe(facts.length);
  });

  it("explains itself", () => {
    for (const text of [check.why, check.reads, ...check.faults, ...check.fixes]) {
      expect(text).toMatch(/\S.*\.$|\S/);
      // So begin the texts that new:check leaves to be written.
      expect(text).not.toMatch(/^Say /);
    }
    expect(check.faults.length).toBeGreaterThan(0);
    expect(check.fixes.length).toBeGreaterThan(0);
    const text = explainCheck(check);
    for (const fault of check.faults) expect(text).toContain(fault);
    expect(text).toContain(check.title);
  });
});
