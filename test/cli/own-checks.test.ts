import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownChecks } from "../../src/engine/own-checks.ts";
import type { Report } from "../../src/model/report.ts";
import { runMc, type RunResult } from "../support/cli.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const HEALTHY = join(ROOT, "fixtures/healthy");
const EXAMPLE = "docs/examples/team-label.mjs";

let work: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "mc-own-"));
});

afterAll(() => rmSync(work, { recursive: true }));

/** Runs only these checks over two healthy clusters. */
function check(file: string, id: string, ...flags: string[]): Promise<RunResult> {
  return runMc(["check", "--directory", HEALTHY, "--checks", file, "--check", id, ...flags]);
}

const GOOD = {
  id: "mine",
  title: "My Check",
  scope: "mesh",
  why: "Because.",
  reads: "Nothing.",
  faults: ["None."],
  fixes: ["None."],
  needs: [],
  run: () => ({ summary: "fine", findings: [] }),
};

describe("a check of one's own", () => {
  it("is run, shown and counted as ours are", async () => {
    const warned = await check(EXAMPLE, "team-*");
    expect([warned.code, warned.stderr]).toEqual([0, ""]);
    expect(warned.stdout).toContain(
      "⚠️ Team Label Check: namespace istio-system has no label team\n",
    );
    expect(warned.stdout).toContain("kubectl --context 'cluster1' label namespace istio-system");
    expect((await check(EXAMPLE, "team-label", "--fail-on=warn")).code).toBe(1);
    const json = JSON.parse((await check(EXAMPLE, "team-label", "-o", "json")).stdout) as Report;
    const [found] =
      json.clusters[0]?.checks.filter(({ title }) => title === "Team Label Check") ?? [];
    expect(found?.findings).toEqual([
      expect.objectContaining({ severity: "warn", cluster: "cluster1" }),
    ]);
    // Its page is nowhere.
    expect(found?.findings[0]).not.toHaveProperty("docs");
    const sarif = await check(EXAMPLE, "team-label", "-o", "sarif");
    expect(sarif.stdout).toContain("somebody has to know whom to call");
    const skipped = await runMc([
      "check",
      "--directory",
      HEALTHY,
      "--checks",
      EXAMPLE,
      "--skip=team-label",
    ]);
    expect(skipped.stdout).not.toContain("Team Label");
  });

  it.each<[string, string, string]>([
    ["throws", "() => { throw new Error('oh') }", "the check itself failed: oh"],
    ["throws no error", "() => { throw 'oh' }", "the check itself failed: oh"],
    ["waits", "async () => ({ summary: 'x', findings: [] })", "run must not wait"],
    ["gives nothing", "() => undefined", "run gives no { summary, findings }"],
    ["has no summary", "() => ({ findings: [] })", "run gives no summary"],
    ["has no findings", "() => ({ summary: 'x' })", "run gives no list of findings"],
    ["has half a finding", "() => ({ summary: 'x', findings: [1] })", "a finding is no object"],
    [
      "has a fault without remedy",
      "() => ({ summary: 'x', findings: [{ severity: 'fail', message: 'y' }] })",
      'the fail "y" has no remediation',
    ],
  ])("that %s is an error of that check alone", async (_what, run, said) => {
    // Modules are loaded once by their paths.
    const file = join(work, `${said.replaceAll(/\W/g, "-")}-${run.length}.mjs`);
    const fields = Object.entries(GOOD).filter(([name]) => name !== "run");
    const text = fields.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ");
    writeFileSync(file, `export default [{ ${text}, run: ${run} }];\n`);
    const { code, stdout } = await check(file, "mine,license");
    expect(code).toBe(1);
    expect(stdout).toContain(said);
    expect(stdout).toContain(`Mend the check in ${file}`);
    expect(stdout).toContain("✅ License Check");
  });

  it.each<[string, object, string]>([
    ["nothing", [], "exports no checks by default"],
    ["a number", [1], "check 1 is no object"],
    ["an odd id", { ...GOOD, id: "My Check" }, "id is no name"],
    ["an id of ours", { ...GOOD, id: "certs" }, "mc has a check certs itself"],
    ["no title", { ...GOOD, title: "" }, "title is no text"],
    ["no list of faults", { ...GOOD, faults: "x" }, "faults is no list of texts"],
    ["another scope", { ...GOOD, scope: "pod" }, "scope is neither"],
    ["no run", { ...GOOD, run: 1 }, "run is no function"],
    ["no needs", { ...GOOD, needs: undefined }, "needs is no list of facts"],
    ["an unknown fact", { ...GOOD, uses: ["weather"] }, "there is no fact weather"],
  ])("with %s is refused", (_what, exported, said) => {
    expect(() => ownChecks(exported, "x.mjs")).toThrow(said);
  });

  it.each<[string, unknown, string]>([
    ["severity", { severity: "bad", message: "x" }, "severity bad"],
    ["message", { severity: "pass", message: "" }, "no message"],
    ["cluster", { severity: "pass", message: "x", cluster: 1 }, "cluster of a finding"],
    ["object", { severity: "pass", message: "x", object: { kind: "Pod" } }, "object of a finding"],
    ["remedy", { severity: "pass", message: "x", remediation: "do" }, "remediation of a finding"],
  ])("may not give a finding with an odd %s", (_what, finding, said) => {
    const run = (): object => ({ summary: "x", findings: [finding] });
    const [one] = ownChecks({ ...GOOD, run }, "x.mjs");
    expect(one?.run([] as never, {} as never).summary).toContain(said);
  });

  it.each([
    [["/nowhere.mjs"], "--checks /nowhere.mjs cannot be loaded: "],
    [[EXAMPLE, EXAMPLE], `--checks ${EXAMPLE}: there are two checks team-label`],
  ])("in %j is refused in one line", async (files, said) => {
    const flags = files.flatMap((file) => ["--checks", file]);
    const { code, stdout, stderr } = await runMc(["check", "--directory", HEALTHY, ...flags]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
  });
});
