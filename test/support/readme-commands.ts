import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/*
 * Runs the commands of the README and of the pages in docs that need no cluster: those in `sh` blocks
 * that read fixtures or explain something. `# exit N` behind a command says how it ends, 0 otherwise.
 */
const ROOT = resolve(import.meta.dirname, "../..");
const NEEDS_NO_CLUSTER =
  /^npx mc ((check|services|trace|link) .*fixtures\/|explain|version|completion|rbac|--help)/;

const pages = ["README.md", ...globSync("docs/*.md", { cwd: ROOT }).toSorted()];
const text = pages.map((page) => readFileSync(resolve(ROOT, page), "utf8")).join("\n");
const all = [...text.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block = ""]) => block.replaceAll("\\\n", " ").split("\n"))
  .map((line) => line.replace(/^npm ci && (?=npx)/, ""))
  .filter((line) => NEEDS_NO_CLUSTER.test(line) && !line.includes("kubectl"));
const commands = [...new Set(all)];
if (commands.length === 0) throw new Error("the README has no command that can be run here");

let failed = 0;
for (const line of commands) {
  const [command = "", comment = ""] = line.split(/\s+#\s*/);
  const wanted = Number(/exit (\d+)/.exec(comment)?.[1] ?? 0);
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const good = status === wanted && stdout !== "";
  process.stdout.write(`${good ? "ok  " : "FAIL"} ${command}\n`);
  if (!good) {
    failed += 1;
    process.stdout.write(`     exit ${status}, not ${wanted}\n${stdout.slice(0, 500)}${stderr}\n`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;
