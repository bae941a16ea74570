import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * The GitHub Action: what its steps run, as a script, with the inputs and variables that a runner
 * gives them.
 */

const ROOT = resolve(import.meta.dirname, "../..");

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  shell?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, string | number>;
}

const source = readFileSync(join(ROOT, "action.yml"), "utf8");
const action = load(source) as {
  name: string;
  description: string;
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: string; steps: Step[] };
};
const { steps } = action.runs;

describe("the action", () => {
  it("names inputs and steps that there are", () => {
    const inputs = [...source.matchAll(/inputs\.([\w-]+)/g)].map(([, name = ""]) => name);
    expect(new Set(inputs)).toEqual(new Set(Object.keys(action.inputs)));
    const ids = [...source.matchAll(/steps\.([\w-]+)\.outputs/g)].map(([, id = ""]) => id);
    const known = steps.map(({ id }) => id);
    expect(ids.filter((id) => !known.includes(id))).toEqual([]);
  });

  it("runs with a shell that is named, and takes no input for a part of a script", () => {
    expect(action.runs.using).toBe("composite");
    for (const { run, shell, uses } of steps) {
      expect([run === undefined, shell]).toEqual(uses ? [true, undefined] : [false, "bash"]);
      expect(run ?? "").not.toContain("${{");
      expect(uses ?? "a/b@v1").toMatch(/^[\w-]+\/[\w-]+(\/[\w-]+)?@v\d+$/);
    }
  });

  it("uploads what the check wrote, whatever came of it", () => {
    const upload = steps.find(({ uses }) => uses?.includes("upload-sarif"));
    expect(upload?.if).toContain("always()");
    expect(upload?.with?.["sarif_file"]).toBe(action.outputs["sarif"]?.value);
  });
});

describe("the step that checks", () => {
  let work: string;

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "mc-action-"));
  });

  afterAll(() => rmSync(work, { recursive: true }));

  /** Runs the step as a runner of GitHub does. */
  function runStep(given: Record<string, string>): Promise<{ code: number; stdout: string }> {
    const step = steps.find(({ id }) => id === "check");
    const variables = Object.entries(step?.env ?? {}).map(([name, value]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? "";
      return [name, given[input] ?? action.inputs[input]?.default ?? ""];
    });
    const { PATH = "", HOME = "" } = process.env;
    const script = join(work, "step.sh");
    writeFileSync(script, step?.run ?? "");
    for (const file of ["output", "summary"]) writeFileSync(join(work, file), "");
    const env = {
      PATH,
      HOME,
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_OUTPUT: join(work, "output"),
      GITHUB_STEP_SUMMARY: join(work, "summary"),
      RUNNER_TEMP: work,
      ...Object.fromEntries(variables),
    };
    const words = ["--noprofile", "--norc", "-eo", "pipefail", script];
    return new Promise((done) => {
      execFile("bash", words, { env, cwd: work }, (cause, stdout) => {
        done({ code: typeof cause?.code === "number" ? cause.code : 0, stdout });
      });
    });
  }

  it("annotates, writes the summary and the reports, and fails as mc does", async () => {
    const { code, stdout } = await runStep({
      directory: `${join(ROOT, "fixtures/stale-address")}\n`,
      flags: "--check=links,peer-addresses\n",
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error title=mc%3A peer-addresses::/m);
    expect(readFileSync(join(work, "summary"), "utf8")).toMatch(/^## mc check\n/);
    const outputs = new Map(
      readFileSync(join(work, "output"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => line.split("=") as [string, string]),
    );
    expect([...outputs.keys()]).toEqual(Object.keys(action.outputs));
    const sarif = JSON.parse(readFileSync(outputs.get("sarif") ?? "", "utf8")) as {
      runs: { automationDetails: { id: string } }[];
    };
    expect(sarif.runs[0]?.automationDetails.id).toBe("mesh/");
    expect(readFileSync(outputs.get("json") ?? "", "utf8")).toContain('"mc.check/v1"');
  });
});
