import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadAll } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMc } from "../support/cli.ts";
import { VirtualClock } from "../support/clock.ts";

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");
const CHECK = ["check", "--directory", join(FIXTURES, "unlinked"), "--check=links,peers"];

describe("reports of one run", () => {
  let work: string;
  const at = (name: string): string => join(work, name);

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "mc-outputs-"));
  });

  afterAll(() => rmSync(work, { recursive: true }));

  it("go to stdout and to files, as many as are asked for", async () => {
    const flags = ["-o", "text", `-o=sarif=${at("a.sarif")}`, `--output=junit=${at("a=b.xml")}`];
    const { code, stdout, stderr } = await runMc([...CHECK, ...flags]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^=== Cluster: cluster1 ===\n/);
    expect(readFileSync(at("a.sarif"), "utf8")).toContain('"version": "2.1.0"');
    expect(readFileSync(at("a=b.xml"), "utf8")).toMatch(/^<\?xml/);
  });

  it("in files only: one line on stderr says how it went and where they are", async () => {
    const flags = ["-o", "json", "--output-file", at("a.json"), "-o", `html=${at("a.html")}`];
    const { code, stdout, stderr } = await runMc([...CHECK, ...flags]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `note: faults found (1 failed, 2 with warnings): the reports are in ${at("a.json")}, ${at("a.html")}\n`,
    );
    expect((await runMc([...CHECK, ...flags, "-q"])).stderr).toBe("");
  });

  it.each([
    [["-o", "json", "-o", "yaml"], "json and yaml cannot both go to stdout"],
    [["-o", "text", "-o", "text"], "text and text cannot both go to stdout"],
    [
      ["-o", "json=/tmp/x", "-o", "yaml=/tmp/../tmp/x"],
      "two reports cannot both be written to /tmp/x",
    ],
    [["-o", "json=/tmp/x", "--output-file", "/tmp/y"], "--output-file goes with exactly one -o"],
    [["-o", "json="], "-o json= needs the path of a file"],
    [["-o", "sarf=/tmp/x"], 'no output format is called "sarf" (did you mean sarif?)'],
    [["--watch", "-o", "junit"], "--watch cannot write one junit after another to stdout"],
    [["--sarif-category", "a b"], "It takes up to 200 letters"],
  ])("%j is refused in one line", async (flags, said) => {
    const { code, stdout, stderr } = await runMc([...CHECK, ...flags]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
  });

  it("for GitHub: annotations beside text, and a summary added to the page of the job", async () => {
    writeFileSync(at("summary"), "before\n");
    const env = { GITHUB_STEP_SUMMARY: at("summary") };
    const { stdout } = await runMc([...CHECK, "-o", "text", "-o", "github"], { env });
    expect(stdout).toMatch(/\n::error title=mc%3A links::/);
    expect(readFileSync(at("summary"), "utf8")).toMatch(/^before\n## mc check\n/);
    const inJob = { GITHUB_ACTIONS: "true" };
    const plain = await runMc(CHECK, { env: inJob });
    expect(plain.stdout).not.toContain("::error");
    expect(plain.stderr).toMatch(/^::error title=mc%3A links::/);
    for (const flags of [["-o", "github"], ["-q"]]) {
      expect((await runMc([...CHECK, ...flags], { env: inJob })).stderr).toBe("");
    }
    const gone = { GITHUB_STEP_SUMMARY: join(work, "nowhere/summary") };
    const failed = await runMc([...CHECK, "-o", "github"], { env: gone });
    expect([failed.code, failed.stderr]).toEqual([
      1,
      `mc: ${gone.GITHUB_STEP_SUMMARY} was not written: no such file or directory\n`,
    ]);
  });

  it("of --watch are told apart as YAML, and replace each other in a file", async () => {
    const stop = new AbortController();
    const clock = new VirtualClock((count) => {
      if (count === 2) stop.abort();
    });
    const flags = ["--watch", "-o", "yaml", "-o", `prometheus=${at("mc.prom")}`];
    const { code, stdout } = await runMc([...CHECK, ...flags], { clock, signal: stop.signal });
    expect(code).toBe(130);
    expect(loadAll(stdout).map((one) => (one as { outcome: string }).outcome)).toEqual([
      "fail",
      "fail",
    ]);
    expect(readFileSync(at("mc.prom"), "utf8").match(/^mc_build_info/gm)).toHaveLength(1);
  });
});
