import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Comparison, Report } from "../../src/model/report.ts";
import { runMc } from "../support/cli.ts";
import { schemaProblems } from "../support/schemas.ts";

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");
const check = (scenario: string, ...flags: string[]): string[] => [
  "check",
  "--directory",
  join(FIXTURES, scenario),
  ...flags,
];

let work: string;
const at = (name: string): string => join(work, name);

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "mc-compare-"));
  for (const scenario of ["healthy", "roots-differ", "unlinked"]) {
    await runMc(check(scenario, "-q", "-o", `json=${at(`${scenario}.json`)}`));
  }
});

afterAll(() => rmSync(work, { recursive: true }));

describe("mc compare", () => {
  it("says what is new, known and fixed, as text, Markdown and JSON", async () => {
    const worse = ["compare", at("healthy.json"), at("roots-differ.json")];
    const { code, stdout, stderr } = await runMc(worse);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^=== New: \d+ findings ===$/m);
    expect(stdout).toMatch(/^ {2}❌ certs: clusters cluster1, cluster2 do not trust/m);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^\d+ new$/);
    expect((await runMc([...worse, "--exit-code"])).code).toBe(1);
    expect((await runMc([...worse, "-o", "markdown"])).stdout).toMatch(/^- ❌ certs: clusters/m);
    const better = ["compare", at("roots-differ.json"), at("healthy.json"), "--exit-code"];
    const mended = await runMc([...better, "-o", "json"]);
    expect(schemaProblems(mended.stdout)).toEqual([]);
    const comparison = JSON.parse(mended.stdout) as Comparison;
    expect([mended.code, comparison.new, comparison.unknown]).toEqual([0, [], []]);
    expect(comparison.fixed.map(({ check: id }) => id)).toContain("certs");
    const ascii = await runMc(better, { env: { LC_ALL: "C" } });
    expect(ascii.stdout).not.toMatch(/[^\n -~]/);
  });

  it.each<[string, string | undefined, string]>([
    ["is not there", undefined, "cannot be read: no such file or directory"],
    ["is no JSON", "{", "cannot be read: it is not JSON"],
    ["is something else", "[]", "is no report of mc check -o json"],
    ["is of another version", '{"schemaVersion":"mc.check/v2"}', "is no report"],
  ])("refuses a file that %s, in one line", async (_what, text, said) => {
    const file = at("odd.json");
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    const { code, stdout, stderr } = await runMc(["compare", at("healthy.json"), file]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });

  it("refuses a report with any part broken", async () => {
    const good = JSON.parse(readFileSync(at("roots-differ.json"), "utf8")) as Report;
    const broken = [
      { ...good, startedAt: "yesterday" },
      { ...good, clusters: [null] },
      { ...good, clusters: [{ context: "a" }] },
      { ...good, mesh: [{ id: 1 }] },
      { ...good, mesh: [{ id: "certs", status: "odd", findings: [] }] },
      ...[
        null,
        { severity: "odd", message: "x" },
        { severity: "fail", message: 1 },
        { severity: "fail", message: "x", cluster: 1 },
        { severity: "fail", message: "x", object: 1 },
        { severity: "fail", message: "x", object: { kind: "a" } },
        { severity: "fail", message: "x", object: { kind: "a", name: "b", namespace: 1 } },
      ].map((finding) => ({
        ...good,
        mesh: [{ id: "certs", status: "fail", findings: [finding] }],
      })),
    ];
    for (const one of broken) {
      writeFileSync(at("odd.json"), JSON.stringify(one));
      const { code, stderr } = await runMc(["compare", at("odd.json"), at("healthy.json")]);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining("is no report of mc check") as string,
      ]);
    }
  });
});

describe("mc check --baseline", () => {
  it("with --fail-on new fails for what the baseline does not have", async () => {
    const flags = (baseline: string): string[] =>
      check("roots-differ", "--fail-on", "new", "--baseline", at(`${baseline}.json`));
    const known = await runMc(flags("roots-differ"));
    expect(known.code).toBe(0);
    expect(known.stdout).toMatch(/: 0 new, \d+ known, 0 fixed\n✅ passed with --fail-on new\n$/);
    const fresh = await runMc(flags("healthy"));
    expect(fresh.code).toBe(1);
    expect(fresh.stdout).toMatch(/ \(new\)$/m);
    expect(fresh.stdout).toMatch(/❌ failed with --fail-on new, for \d+ findings\n$/);
  });

  it("says what is fixed, in every format that has a place for it", async () => {
    const flags = check("healthy", "--baseline", at("roots-differ.json"));
    expect((await runMc(flags)).stdout).toMatch(/^✅ fixed: certs: /m);
    expect((await runMc([...flags, "-o", "markdown"])).stdout).toMatch(
      /; since .*: 0 new, 0 known, \d+ fixed/,
    );
    const { stdout } = await runMc([...flags, "-o", "json"]);
    expect((JSON.parse(stdout) as Report).baseline?.fixed.length).toBeGreaterThan(0);
    const sarif = await runMc(check("unlinked", "--baseline", at("unlinked.json"), "-o", "sarif"));
    expect(sarif.stdout).toContain('"baselineState": "unchanged"');
  });

  it.each([
    [["--fail-on", "new"], "--fail-on new needs --baseline FILE"],
    [["--baseline", "/nowhere"], "/nowhere cannot be read"],
    [["--ignore", "/nowhere"], "--ignore /nowhere cannot be read"],
  ])("%j is refused in one line", async (flags, said) => {
    const { code, stdout, stderr } = await runMc(check("healthy", ...flags));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });
});

describe("mc check --ignore", () => {
  const ignore = async (text: string, ...more: string[]) => {
    writeFileSync(at("ignore.yaml"), text);
    return runMc(check("unlinked", "--check=links,peers", "--ignore", at("ignore.yaml"), ...more));
  };

  it("makes information of what somebody decided to live with", async () => {
    const { code, stdout, stderr } = await ignore(
      "ignore:\n- {check: links, reason: not yet, until: 2999-12-31}\n- {check: peers, reason: not yet}\n",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("(ignored until 2999-12-31: not yet)");
  });

  it("says loudly that an entry expired, and by the way that one is of no use", async () => {
    const { code, stderr } = await ignore(
      "- {check: links, reason: x, until: 2020-01-01}\n- {check: certs, cluster: a, reason: y}\n",
      "--fail-on=never",
    );
    expect(code).toBe(1);
    const [first, second] = stderr.trimEnd().split("\n");
    expect(first).toMatch(/^warning: .*ignore\.yaml: the entry for links expired after 2020-01-01/);
    expect(second).toMatch(/^note: .*ignore\.yaml: no fault is like the entry for certs, a$/);
  });

  it.each([
    ["a: [", "is not valid YAML"],
    ["x: 1", "has no list of entries"],
    ["- 1", "entry 1 is no mapping of check, cluster, object, reason, until"],
    ["- {check: a, reason: b}\n- {check: c}", "entry 2 has no reason"],
    ["- {reason: b}", "entry 1 has no check"],
    ["- {check: a, reason: b, untl: x}", "entry 1 has the field untl; there are check"],
    ["- {check: a, reason: ''}", "entry 1: reason is no text"],
    ["- {check: [a], reason: b}", "entry 1: check is no text"],
    ["- {check: a, reason: b, until: soon}", "entry 1: until is soon, no day such as 2026-12-31"],
  ])("refuses %j", async (text, said) => {
    const { code, stdout, stderr } = await ignore(text);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });
});
