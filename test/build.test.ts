import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { rolldown, type OutputChunk } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEFT_OUT } from "../build/left-out.ts";
import config from "../rolldown.config.ts";

/*
 * The bundle as it ships: which code each command loads, and that all of it loads.
 */

const ROOT = resolve(import.meta.dirname, "..");
const directory = mkdtempSync(join(tmpdir(), "mc-build-"));
const chunks = new Map<string, OutputChunk>();

beforeAll(async () => {
  const { output, ...input } = config;
  if (!output || Array.isArray(output)) throw new Error("one output is expected");
  const bundle = await rolldown({ ...input, cwd: ROOT });
  const built = await bundle.write({ ...output, dir: join(directory, "dist") });
  await bundle.close();
  for (const part of built.output) if (part.type === "chunk") chunks.set(part.fileName, part);
  cpSync(join(ROOT, "bin"), join(directory, "bin"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(directory, "package.json"));
  // Files that a process loads, one a line on stderr.
  const trace = `import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) {
      if (url.startsWith("file:")) process.stderr.write(url.slice(url.lastIndexOf("/") + 1) + "\\n");
      return next(url, context);
    } });`;
  writeFileSync(join(directory, "trace.mjs"), trace);
});

afterAll(() => rmSync(directory, { recursive: true }));

/** A chunk and all that it imports at once. */
function loadedWith(fileName: string, seen = new Set<OutputChunk>()): Set<OutputChunk> {
  const chunk = chunks.get(fileName);
  if (!chunk || seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const next of chunk.imports) loadedWith(next, seen);
  return seen;
}

/** Modules that are loaded with one of ours: files below src, and names of packages. */
function modulesOf(source: string): string[] {
  const id = join(ROOT, source);
  const chunk = [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId === id);
  if (!chunk) throw new Error(`${source} is not imported by itself`);
  const ids = [...loadedWith(chunk.fileName)].flatMap(({ moduleIds }) => moduleIds);
  const names = ids.filter((one) => one.startsWith("/")).map(nameOf);
  return [...new Set(names)].toSorted();
}

function nameOf(id: string): string {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
  return name ?? relative(join(ROOT, "src"), id);
}

function packagesOf(source: string): string[] {
  return modulesOf(source).filter((name) => !name.endsWith(".ts"));
}

function run(...args: string[]): { stdout: string; loaded: string[]; status: number | null } {
  const words = ["--import", join(directory, "trace.mjs"), join(directory, "bin/mc.js"), ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    // Where it is true, faults are said on stderr too.
    env: { ...process.env, GITHUB_ACTIONS: "" },
  });
  return { stdout, loaded: stderr.trimEnd().split("\n"), status };
}

describe("what is loaded before a command is known", () => {
  test("the command line, and no code of Kubernetes or certificates", () => {
    const modules = modulesOf("src/main.ts");
    expect(modules.filter((name) => !name.startsWith("cli/"))).toEqual([
      "commander",
      "lib/ascii.ts",
      "lib/duration.ts",
      "lib/object-name.ts",
      "lib/sanitize.ts",
      "lib/system-error.ts",
      "main.ts",
      "model/errors.ts",
      "reporters/index.ts",
      "version.ts",
    ]);
    expect(modules.filter((name) => /(^|[/-])run\.ts$/.test(name))).toEqual([]);
  });

  test("in one file beside the entry, of less than 72 KiB", () => {
    const loaded = [...loadedWith("main.js")];
    expect(loaded.map(({ name }) => name)).toEqual(["main", "rolldown-runtime", "base"]);
    const bytes = loaded.reduce((sum, { code }) => sum + code.length, 0);
    expect(bytes).toBeLessThan(72 * 1024);
  });

  test.for([["version"], ["--help"], ["check", "--help"]])("by mc %s", (args) => {
    const { loaded, status } = run(...args);
    expect(status).toBe(0);
    const names = loaded.map((name) => name.replace(/-[\w-]{8}\.js$/, ""));
    expect(names).toEqual(["mc.js", "main.js", "rolldown-runtime", "base"]);
  });
});

describe("which packages come with what", () => {
  const base = ["commander"];
  const tar = ["b4a", "events-universal", "fast-fifo", "streamx", "text-decoder"];
  const core = [...base, "ipaddr.js", "js-yaml", "p-limit", "yocto-queue"];

  const pki = ["@noble/hashes", "@peculiar/utils", "asn1js", "bytestreamjs", "pkijs", "tslib"];

  test.for([
    ["cli/check/run.ts", core],
    ["readers/live.ts", [...core, "@kubernetes/client-node"]],
    ["readers/recordings.ts", core],
    ["reporters/text.ts", [...core, "chalk", "cli-table3"]],
    ["lib/x509/index.ts", [...core, ...pki]],
    ["cli/expose/run.ts", [...core, "chalk", "diff"]],
    ["cli/link/run.ts", [...core, "chalk", "diff"]],
    ["cli/certs/install-run.ts", [...core, "chalk", "diff"]],
    ["cli/certs/rotate-run.ts", [...core, "chalk", "diff"]],
    ["readers/archive.ts", [...core, "tar-stream", ...tar]],
  ] as const)("%s", ([source, packages]) => {
    expect(packagesOf(join("src", source))).toEqual(packages.toSorted());
  });

  test("of client-node the kubeconfig, and neither its API classes nor its HTTP clients", () => {
    const ids = [...chunks.values()].flatMap(({ moduleIds }) => moduleIds);
    const files = ids.flatMap((id) => /client-node\/dist\/(.*)/.exec(id)?.[1] ?? []);
    expect(files.toSorted()).toEqual([
      "azure_auth.js",
      "config.js",
      "config_types.js",
      "exec_auth.js",
      "file_auth.js",
      "gcp_auth.js",
      "oidc_auth.js",
    ]);
    const left = ids.flatMap((id) => /^\0left-out:(.*)/.exec(id)?.[1] ?? []);
    expect(new Set(left)).toEqual(new Set(Object.keys(LEFT_OUT)));
    for (const name of ["undici", "openid-client", "jsonpath-plus", "hpagent"]) {
      expect(ids.filter((id) => id.includes(`/node_modules/${name}/`))).toEqual([]);
    }
  });

  test("checks only with the commands that run or describe them", () => {
    for (const source of ["link/run", "expose/run", "unlink/run"]) {
      const modules = modulesOf(`src/cli/${source}.ts`);
      expect(modules.filter((name) => name.startsWith("checks/"))).toEqual([]);
    }
  });
});

describe("what makes certificates", () => {
  test("comes with the commands that do, and with nothing else", () => {
    const makes = ["make-run", "install-run", "rotate-run", "status-run"].filter((name) =>
      packagesOf(`src/cli/certs/${name}.ts`).includes("@peculiar/x509"),
    );
    expect(makes).toEqual(["make-run"]);
  });

  test("is not loaded by other commands, nor is anything of mc certs", () => {
    const sources = [
      "check/run",
      "link/run",
      "expose/run",
      "unlink/run",
      "snapshot/run",
      "rbac/run",
    ];
    for (const source of [...sources.map((name) => `cli/${name}`), "lib/x509/index"]) {
      const modules = modulesOf(`src/${source}.ts`);
      expect(modules.filter((name) => /^certs\/|^cli\/certs\/(?!flags\.ts)/.test(name))).toEqual(
        [],
      );
    }
  });
});

describe("the bundle", () => {
  test("loads, every chunk of it", () => {
    const names = [...chunks.keys()].filter((name) => name !== "main.js");
    const script = names.map((name) => `await import("./dist/${name}");`).join("\n");
    writeFileSync(join(directory, "all.mjs"), script);
    const { stderr, status } = spawnSync(process.execPath, ["all.mjs"], {
      cwd: directory,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  test("takes Node's modules without making ES modules of them", () => {
    const codes = [...chunks.values()].map(({ code }) => code);
    expect(codes.filter((code) => /\bfrom\s*["'`]node:/.test(code))).toEqual([]);
  });

  test("checks recordings", () => {
    const fixtures = join(ROOT, "fixtures/healthy");
    const words = ["cluster1", "cluster2"].flatMap((name) => ["--directory", join(fixtures, name)]);
    const { stdout, loaded, status } = run("check", ...words);
    expect(status).toBe(0);
    expect(stdout).toContain("=== Cluster: cluster1 ===");
    expect(loaded.length).toBeLessThanOrEqual(16);
  });
});
