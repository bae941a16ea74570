import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * docs/adding-a-check.md, followed in a copy of the repository: what it says makes a check that
 * passes, and touches nothing but what it says.
 */

const ROOT = resolve(import.meta.dirname, "..");
const GUIDE = readFileSync(join(ROOT, "docs/adding-a-check.md"), "utf8");

/** What the copy consists of; packages are those of the original. */
const COPIED: readonly string[] = [
  ".gitignore",
  ".oxfmtrc.json",
  ".oxlintrc.json",
  "README.md",
  "build",
  "docs",
  "fixtures",
  "lint",
  "package.json",
  "rolldown.config.ts",
  "schema",
  "src",
  "test",
  "tsconfig.json",
  "vitest.config.ts",
];

interface Ran {
  code: number;
  output: string;
}

function first(pattern: RegExp): string {
  const found = pattern.exec(GUIDE)?.[1];
  if (found === undefined) throw new Error(`the guide has no ${pattern.source}`);
  return found;
}

describe("the guide to a new check", () => {
  const id = first(/npm run new:check ([\w-]+)/);
  const [check = "", test = ""] = [...GUIDE.matchAll(/^```ts\n(.*?)^```$/gms)].map(
    ([, block]) => block,
  );
  let copy: string;

  async function run(file: string, ...args: string[]): Promise<Ran> {
    try {
      const { stdout, stderr } = await promisify(execFile)(file, args, {
        cwd: copy,
        maxBuffer: 64 * 1024 * 1024,
      });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  const node = (...args: string[]): Promise<Ran> => run(process.execPath, ...args);
  const newCheck = (...args: string[]): Promise<Ran> => node("test/support/new-check.ts", ...args);

  const formatted = (made: string): Promise<Ran> =>
    node(
      "node_modules/oxfmt/bin/oxfmt",
      "--check",
      `src/checks/${made}`,
      "src/checks/index.ts",
      `test/checks/${made}`,
    );

  async function changed(): Promise<string[]> {
    const { output } = await run("git", "status", "--porcelain", "--untracked-files=all");
    return output
      .split("\n")
      .filter(Boolean)
      .map((line) => line.slice(3));
  }

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), "mc-new-check-"));
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    writeFileSync(join(copy, ".gitignore"), "node_modules\n");
    const config = JSON.parse(readFileSync(join(copy, ".oxlintrc.json"), "utf8")) as object;
    // tsc looks at types already, and sooner.
    const options = { denyWarnings: true, typeAware: false };
    writeFileSync(join(copy, ".oxlintrc.json"), JSON.stringify({ ...config, options }));
    await run("git", "init", "--quiet");
    await run("git", "add", "--all");
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.test"];
    const { code, output } = await run("git", ...who, "commit", "--quiet", "-m", "before");
    if (code !== 0) throw new Error(output);
  });

  afterAll(() => rmSync(copy, { recursive: true }));

  it.each([
    [[], /say one id/],
    [["Node_Count"], /Node_Count is no id: lower case words/],
    [["../etc"], /is no id/],
    [["peers"], /src\/checks\/peers is there already/],
    [["a", "b"], /say one id/],
    [["a", "--unknown"], /Unknown option/],
  ])("begins with an id that can be one: %j cannot", async (args, said) => {
    const { code, output } = await newCheck(...args);
    expect([code, output.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(output).toMatch(said);
    expect(await changed()).toEqual([]);
  });

  it("passes as it is made, but for what has to be said", async () => {
    const across = "compared-clusters";
    expect(await newCheck(across, "--mesh")).toMatchObject({ code: 0 });
    expect(await newCheck(id)).toMatchObject({ code: 0 });
    expect(new Set(await changed())).toEqual(
      new Set([
        "src/checks/index.ts",
        ...[across, id].flatMap((made) => [
          `src/checks/${made}/check.ts`,
          `test/checks/${made}/check.test.ts`,
        ]),
      ]),
    );
    const vitest = await node(
      "node_modules/vitest/vitest.mjs",
      "run",
      `test/checks/${across}`,
      `test/checks/${id}`,
      "test/checks/registry.test.ts",
    );
    expect(vitest.output).toMatch(/Tests .*2 failed/);
    expect(vitest.output).toMatch(/not to match .*\^Say/);
    for (const made of [across, id]) expect(await formatted(made)).toMatchObject({ code: 0 });
    await run("git", "checkout", "--quiet", "--", ".");
    await run("git", "clean", "-fdq", "src", "test");
    expect(await newCheck(id)).toMatchObject({ code: 0 });
  });

  it("leads to a check that passes, and touches its folder, its line, its test and goldens", async () => {
    writeFileSync(join(copy, `src/checks/${id}/check.ts`), check);
    writeFileSync(join(copy, `test/checks/${id}/check.test.ts`), test);
    const { code, output } = await node("test/support/write-goldens.ts");
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^added cluster1/${id}: pass: 1 node$`, "m"));
    const expected = new RegExp(
      `^(src/checks/${id}/.*|docs/checks/${id}\\.md|src/checks/index\\.ts|test/checks/${id}/.*|test/golden/.*)$`,
    );
    expect((await changed()).filter((path) => !expected.test(path))).toEqual([]);
    expect(await formatted(id)).toMatchObject({ code: 0 });
    // What the check and its test lead to, and all that knows the ids of checks.
    const include = ["src", `test/checks/${id}`];
    writeFileSync(
      join(copy, "tsconfig.new.json"),
      JSON.stringify({ extends: "./tsconfig.json", include }),
    );
    for (const args of [
      ["node_modules/typescript/bin/tsc", "-p", "tsconfig.new.json"],
      ["node_modules/oxlint/bin/oxlint", `src/checks/${id}`, `test/checks/${id}`],
      [
        "node_modules/vitest/vitest.mjs",
        "run",
        `test/checks/${id}`,
        "test/checks/registry.test.ts",
        "test/engine/check.test.ts",
      ],
    ]) {
      const ran = await node(...args);
      expect([args.join(" "), ran.code, ran.code === 0 ? "" : ran.output]).toEqual([
        args.join(" "),
        0,
        "",
      ]);
    }
  });
});
