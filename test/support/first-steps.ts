import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/*
 * What new users do first, with the Node and npm that the machine has: the README's first command in
 * a fresh clone of the last commit, and the package installed alone in an empty directory.
 */
const ROOT = resolve(import.meta.dirname, "../..");
/** Lines that may stand before the report. */
const MOST_LINES = 5;

/** npm puts the Node that it brings in front of the machine's, and its settings into variables. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== "NODE"),
);
env["PATH"] = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((directory) => !directory.includes("node_modules"))
  .join(delimiter);

/** All that a command prints; throws when it fails. */
function printed(cwd: string, command: string): string {
  return execFileSync("bash", ["-c", `(${command}) 2>&1`], { cwd, env, encoding: "utf8" });
}

function expectIt(holds: boolean, what: string, output: string): void {
  process.stdout.write(`${holds ? "ok  " : "FAIL"} ${what}\n`);
  if (holds) return;
  process.stdout.write(`${output}\n`);
  process.exitCode = 1;
}

const directory = mkdtempSync(join(tmpdir(), "mc-first-steps-"));
try {
  const clone = join(directory, "clone");
  printed(directory, `git clone --quiet "${ROOT}" clone`);
  const readme = readFileSync(join(clone, "README.md"), "utf8");
  const [, first = ""] = /```sh\n(npm ci && npx mc check [^\n]*)\n```/.exec(readme) ?? [];
  const output = printed(clone, first);
  const lines = output.split("\n").findIndex((line) => line.startsWith("=== Cluster"));
  const isShort = first !== "" && lines >= 0 && lines <= MOST_LINES;
  expectIt(isShort, `${first}: ${lines} lines before the report`, output);

  printed(clone, "npm pack --pack-destination ..");
  const [tarball = ""] = readdirSync(directory).filter((name) => name.endsWith(".tgz"));
  const empty = join(directory, "empty");
  mkdirSync(empty);
  const installed = printed(empty, `npm install --no-fund --no-audit "../${tarball}"`);
  // Of its scripts, and of nothing else: an old Node is rightly warned of.
  expectIt(!/scripts?\b/i.test(installed), "the package alone: no word of scripts", installed);
  const node = join(clone, "node_modules/.bin/node");
  const version = printed(empty, `"${node}" node_modules/.bin/mc version`);
  expectIt(/\d+\.\d+\.\d+/.test(version), "the package alone: it runs", version);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
