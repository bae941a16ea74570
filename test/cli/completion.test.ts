import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCRIPTS } from "../../src/cli/completion/script.ts";
import { runMc } from "../support/cli.ts";

const CONTEXTS = ["west", "west-2", "arn:aws:eks:eu-1:1:cluster/a", "east"];

let work: string;
let kubeconfig: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "mc-completion-"));
  kubeconfig = join(work, "config");
  const contexts = CONTEXTS.map((name) => ({ name, context: { cluster: "c", user: "u" } }));
  writeFileSync(
    kubeconfig,
    JSON.stringify({ apiVersion: "v1", kind: "Config", contexts, clusters: [], users: [] }),
  );
});

afterAll(() => rmSync(work, { recursive: true }));

/** What can follow the words, and what the shell is to do besides. */
async function completed(...words: string[]): Promise<{ values: string[]; directive: string }> {
  const env = { KUBECONFIG: kubeconfig };
  const { code, stdout, stderr } = await runMc(["__complete", "--", ...words], { env });
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  return {
    values: lines.slice(0, -1).map((line) => line.split("\t")[0] ?? ""),
    directive: lines.at(-1) ?? "",
  };
}

describe("what can follow", () => {
  it.each<[string[], string[]]>([
    [["ex"], ["expose", "explain"]],
    [
      ["--quiet", "ex"],
      ["expose", "explain"],
    ],
    [["check", "--pre"], ["--precheck"]],
    [["check", "--check", "cl"], ["cluster-identity"]],
    [["check", "--check=certs,cl"], ["--check=certs,cluster-identity"]],
    [
      ["check", "--contexts", "we"],
      ["west", "west-2"],
    ],
    [
      ["check", "--contexts=we"],
      ["--contexts=west", "--contexts=west-2"],
    ],
    [["check", "--contexts", "west,we"], ["west,west-2"]],
    [["check", "--contexts=east,arn"], [`--contexts=east,${CONTEXTS[2]}`]],
    [["check", "--contexts", "arn:aws:eks:"], [CONTEXTS[2] ?? ""]],
    [["-n", "x", "link", "--from", "e"], ["east"]],
    [["check", "-o", "js"], ["json"]],
    [["check", "--output=ya"], ["--output=yaml"]],
    [
      ["check", "--mode", ""],
      ["auto", "peering", "community"],
    ],
    [["check", "-n", ""], []],
    [["check", "-n", "-"], []],
    [["check", "--timeout", ""], []],
    [["check", "--nonsense="], []],
    [["check", ""], []],
    [["explain", "cer"], ["certs"]],
    [["explain", "certs", ""], []],
    [
      ["completion", ""],
      ["bash", "zsh", "fish", "powershell"],
    ],
    [
      ["certs", "ro"],
      ["root", "rotate"],
    ],
    [
      ["certs", "status", "-o", ""],
      ["text", "json", "yaml"],
    ],
    [["certs", "root", "--output-d"], ["--output-dir"]],
    [["check", "--kubeconfig", "/nowhere", "--contexts", ""], []],
    [["check", "--kubeconfig=/nowhere", "--contexts", ""], []],
    [["check", "--istioN"], []],
  ])("%j: %j", async (words, values) => {
    expect((await completed(...words)).values).toEqual(values);
  });

  it.each([
    [["check", "--contexts", ""], ":6"],
    [["check", "--context", ""], ":4"],
    [["check", "--output-file", ""], ":0"],
    [["check", "-o", "sarif=re"], ":0"],
    [["check", "--directory=fix"], ":0"],
    [["certs", "install", "--from", ""], ":0"],
    [[""], ":4"],
  ])("%j: the shell is told %s", async (words, directive) => {
    expect((await completed(...words)).directive).toBe(directive);
  });

  it("has a word on each, and offers nothing that is hidden", async () => {
    const { stdout } = await runMc(["__complete", "--", ""]);
    expect(stdout).toMatch(/^check\tcheck whether clusters can be linked/m);
    expect(stdout).not.toContain("__");
  });
});

const has = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0;

/** Runs a script of a shell, for which `mc` is a program that says what it is asked, and two values. */
function inShell(shell: string, script: string): string {
  const mc = join(work, "mc");
  writeFileSync(
    mc,
    `#!/bin/sh\necho "$*" > ${work}/asked\nprintf '%s\\n' "$ANSWER" ":\${DIRECTIVE:-4}"\n`,
  );
  chmodSync(mc, 0o755);
  const flags = shell === "zsh" ? ["-f", "-c"] : ["-c"];
  const { stdout, stderr } = spawnSync(shell, [...flags, script], {
    encoding: "utf8",
    cwd: work,
    env: { ...process.env, HOME: work, PATH: `${work}${delimiter}${process.env["PATH"]}` },
  });
  return `${stdout}${stderr}`;
}

describe("the script of", () => {
  it("bash asks the program, and offers what is not in the line yet", () => {
    const line = (text: string, answer: string, directive = 4): string =>
      `COMP_LINE='${text}'; COMP_POINT=\${#COMP_LINE}; ANSWER='${answer}' DIRECTIVE=${directive} _mc_complete; echo "$(cat asked)|\${COMPREPLY[*]}"`;
    const output = inShell(
      "bash",
      [
        `export ANSWER DIRECTIVE; ${SCRIPTS["bash"]}`,
        line("mc check --contexts=we", "--contexts=west"),
        line("mc check --contexts arn:aws:e", "arn:aws:eks:x"),
        line("mc check --contexts a,b", "a,bc", 6),
        line("mc ch", "check\tdoes it"),
        line("mc ", "check"),
        line("mc check -o sarif=mc", "", 0),
      ].join("\n"),
    );
    expect(output.trimEnd().split("\n")).toEqual([
      "__complete -- check --contexts=we|west",
      "__complete -- check --contexts arn:aws:e|eks:x",
      "__complete -- check --contexts a,b|a,bc",
      "__complete -- ch|check",
      "__complete -- |check",
      "__complete -- check -o sarif=mc| mc",
    ]);
  });

  it.skipIf(!has("zsh"))("zsh says nothing where compinit was not called", () => {
    expect(inShell("zsh", `${SCRIPTS["zsh"]}\necho "\${_comps[mc]} \${_comps[istio-mc]}"`)).toBe(
      "_mc _mc\n",
    );
  });

  it.skipIf(!has("fish"))("fish asks the program", () => {
    const script = `${SCRIPTS["fish"]}\nset -x ANSWER (printf 'check\\tdoes it')\ncomplete -C 'mc ch'`;
    expect(inShell("fish", script)).toBe("check\tdoes it\n");
  });

  it("PowerShell has both names", () => {
    expect(SCRIPTS["powershell"]).toContain("-CommandName mc, istio-mc ");
  });

  it("no other shell", async () => {
    const { code, stdout, stderr } = await runMc(["completion", "tcsh"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("It is bash, zsh, fish, powershell.");
    expect((await runMc(["completion", "zsh"])).stdout).toMatch(/^#compdef mc istio-mc\n/);
  });
});
