import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE } from "../../src/cli/config/init-run.ts";
import { readConfig } from "../../src/readers/config-file.ts";
import current from "../../schema/mc.config.v1.schema.json" with { type: "json" };
import { configSchema } from "../support/config-schema.ts";
import { runMc, type RunResult } from "../support/cli.ts";
import { type Kubeconfig, writeKubeconfig } from "../support/kubeconfig.ts";

const UNLINKED = resolve(import.meta.dirname, "../../fixtures/unlinked");
const CHECK = ["check", "--directory", UNLINKED, "--check=links,peers"];
const HEAD = "schemaVersion: mc.config/v1\n";

let work: string;
let below: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "mc-config-"));
  below = join(work, "one/two");
  mkdirSync(below, { recursive: true });
});

afterAll(() => rmSync(work, { recursive: true }));

/** Runs the program two directories below an `mc.yaml` that says this. */
async function runBelow(text: string, args: readonly string[]): Promise<RunResult> {
  writeFileSync(join(work, "mc.yaml"), HEAD + text);
  return runMc(args, { cwd: below });
}

describe("mc.yaml", () => {
  it("is found above, and says what flags do not", async () => {
    const never = "defaults: { check: { fail-on: never, output: [json], logs: never } }\n";
    const { code, stdout, stderr } = await runBelow(never, CHECK);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ failOn: "never" });
    const given = await runBelow(never, [...CHECK, "--fail-on=fail", "-o", "text"]);
    expect([given.code, given.stdout]).toEqual([1, expect.stringMatching(/^=== Cluster/)]);
    const empty = await runMc([...CHECK, "--config", "/dev/null"], { cwd: below });
    expect(empty.code).toBe(1);
  });

  it("has faults to live with, beside those of --ignore", async () => {
    const entries =
      "ignore:\n- { check: links, reason: later }\n- { check: certs, reason: never }\n";
    const file = join(work, "more.yaml");
    writeFileSync(file, "- { check: peers, reason: later }\n");
    const { code, stderr } = await runBelow(entries, [...CHECK, "--ignore", file]);
    expect(code).toBe(0);
    expect(stderr).toBe(`note: ${work}/mc.yaml: no fault is like the entry for certs\n`);
  });

  it("has namespaces, which are those of -n and -i", async () => {
    const places = "namespaces: { istio: mesh-system, gateways: east-west }\n";
    const rbac = await runBelow(places, ["rbac", "--with-probe"]);
    expect(rbac.stdout).toContain("namespace: mesh-system");
    expect(rbac.stdout).toContain("namespace: east-west");
    const given = await runBelow(places, ["rbac", "-i", "istio-system"]);
    expect(given.stdout).not.toContain("mesh-system");
  });

  it("has contexts by groups", async () => {
    const named = (name: string): object => ({ name, context: { cluster: "far", user: "me" } });
    const kubeconfig = writeKubeconfig(join(work, "kubeconfig"), [
      {
        apiVersion: "v1",
        kind: "Config",
        "current-context": "a",
        clusters: [{ name: "far", cluster: { server: "https://127.0.0.1:1" } }],
        contexts: ["a", "b", "c"].map(named) as Kubeconfig["contexts"],
        users: [{ name: "me", user: {} }],
      },
    ]);
    const groups = "groups: { prod: [a, b], all: [b, c, d] }\n";
    const flags = ["--kubeconfig", kubeconfig, "--check=connection", "-o", "json"];
    const { stdout } = await runBelow(groups, ["check", "--contexts=c", "--group=prod", ...flags]);
    const report = JSON.parse(stdout) as { clusters: { context: string }[] };
    expect(report.clusters.map(({ context }) => context)).toEqual(["c", "a", "b"]);
    const unknown = await runBelow(groups, ["check", "--group=all", ...flags]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('"d"')]);
  });

  it.skipIf(userInfo().uid !== 0)("of somebody else is left out, and that is said", async () => {
    const file = join(work, "mc.yaml");
    writeFileSync(file, `${HEAD}defaults: { check: { fail-on: never } }\n`);
    chownSync(file, 12345, 12345);
    const { code, stderr } = await runMc(CHECK, { cwd: below });
    rmSync(file);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `warning: ${file} belongs to another user and is left out: --config names it\n`,
    );
  });

  it.each<[string, string, string]>([
    ["of something else", "other: 1\n", "it is no configuration of mc"],
    ["that is a list", "- 1\n", "it is no mapping"],
    ["that is no YAML", "a: [", "is not valid YAML: line 1: unexpected end"],
    ["of two", "a: 1\n---\nb: 2\n", "holds several documents"],
    ["with another field", `${HEAD}colour: red\n`, "it has the field colour"],
    ["with a group of nobody", `${HEAD}groups: { a: [] }\n`, "groups.a is no list of contexts"],
    ["with a group of one twice", `${HEAD}groups: { a: [b, b] }\n`, "has a context twice"],
    ["with groups in a list", `${HEAD}groups: [a]\n`, "groups is no mapping"],
    [
      "with a flag of two kinds",
      `${HEAD}defaults: { check: { skip: [1] } }\n`,
      "neither one value",
    ],
    ["with an odd namespace", `${HEAD}namespaces: { istio: A_B }\n`, "can be called that"],
    [
      "with a third namespace",
      `${HEAD}namespaces: { other: a }\n`,
      "namespaces has the field other",
    ],
    ["with ignored faults in a mapping", `${HEAD}ignore: {}\n`, "ignore is no list"],
    ["with a fault without reason", `${HEAD}ignore: [{ check: certs }]\n`, "entry 1 has no reason"],
    ["of a command that is none", `${HEAD}defaults: { chek: {} }\n`, "(did you mean check?)"],
    ["of a flag that is none", `${HEAD}defaults: { check: { fail: 1 } }\n`, 'has no flag "fail"'],
    [
      "that forces",
      `${HEAD}defaults: { unlink: { force: true } }\n`,
      "for the command line to say",
    ],
    ["that runs code", `${HEAD}defaults: { check: { kubeconfig: x } }\n`, "for the command line"],
    [
      "with a value that is none",
      `${HEAD}defaults: { check: { fail-on: x } }\n`,
      "It is fail or warn",
    ],
    [
      "with a word for a switch",
      `${HEAD}defaults: { check: { deep: x } }\n`,
      "It is true or false",
    ],
    [
      "with two of one",
      `${HEAD}defaults: { check: { mode: [auto, peering] } }\n`,
      "takes one value",
    ],
  ])("%s is refused in one line", async (_what, text, said) => {
    const file = join(work, "odd.yaml");
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runMc([...CHECK, "--config", file]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^mc: [^\n]+odd\.yaml[^\n]+\n$/);
  });

  it.each([
    [["check", "--group=a"], "--group needs mc.yaml, which mc config init begins"],
    [["check", "--config", "/nowhere/mc.yaml"], "/nowhere/mc.yaml cannot be read"],
    [["rbac", "--group=a", "--config=/dev/null"], "--group does not go with rbac"],
    [["check", "--group=a", "--config=/dev/null"], 'there is no group "a"'],
  ])("%j is refused without what it needs", async (args, said) => {
    const { code, stderr } = await runMc(args, { cwd: "/" });
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe("mc config init", () => {
  it("begins a file that an editor knows the schema of, and replaces none", async () => {
    const cwd = join(work, "init");
    mkdirSync(cwd);
    const file = join(cwd, "mc.yaml");
    const { code, stdout, stderr } = await runMc(["config", "init"], { cwd });
    expect([code, stdout, stderr]).toEqual([0, "", `note: wrote ${file}\n`]);
    const [first] = readFileSync(file, "utf8").split("\n");
    expect(first).toBe(`# yaml-language-server: $schema=${current.$id}`);
    expect((await runMc([...CHECK], { cwd })).code).toBe(1);
    const again = await runMc(["config", "init"], { cwd });
    expect([again.code, again.stderr]).toEqual([2, `mc: ${file} is there already\n`]);
  });
});

describe("the schema of mc.yaml", () => {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const validate = ajv.compile(current);

  it("is what the type says (npm run schema)", () => {
    expect(current).toEqual(JSON.parse(JSON.stringify(configSchema())));
  });

  it("takes the example, as mc does", async () => {
    const text = EXAMPLE.replaceAll(/^#(?!.*yaml-language)(?! [A-Z])/gm, "").replace(
      /until: (.*)/,
      "until: '$1'",
    );
    const file = join(work, "example.yaml");
    writeFileSync(file, text);
    const config = await readConfig(file);
    expect(Object.keys(config)).toHaveLength(5);
    expect([validate(load(text)), validate.errors]).toEqual([true, null]);
    expect((await runMc([...CHECK, "--config", file])).code).toBe(1);
  });

  it.each(["colour: red", "groups: { a: b }", "ignore: [{ check: a }]", "namespaces: { x: y }"])(
    "refuses %s",
    (text) => expect(validate(load(HEAD + text))).toBe(false),
  );
});
