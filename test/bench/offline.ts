import { execFileSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../../src/engine/check.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { podText } from "./pod-text.ts";

/*
 * Reads a bug report whose `k8s-resources` has 60,000 pods, as kubectl prints them: some 300 MB of
 * YAML, first from a directory, then from a .tar.gz. Prints the times and the largest resident set.
 * On two shared cores with Node 24: read in 11.5 s and 13.4 s, checked in 1 s, at most 366 MiB.
 */

const PODS = 60_000;

function seconds(from: number, to: number): string {
  return `${((to - from) / 1000).toFixed(1)} s`;
}

const root = mkdtempSync(join(tmpdir(), "mc-bench-"));
try {
  mkdirSync(join(root, "cluster"));
  const file = join(root, "cluster", "k8s-resources");
  const out = createWriteStream(file);
  out.write("apiVersion: v1\nitems:\n");
  for (let index = 0; index < PODS; index += 1) {
    if (!out.write(podText(index))) await once(out, "drain");
  }
  out.end('kind: List\nmetadata:\n  resourceVersion: ""\n');
  await once(out, "finish");

  const archive = join(root, "bug-report.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", root, "cluster"]);
  const size = `${(statSync(file).size / 1e6).toFixed(0)} MB of YAML`;

  for (const [what, path] of [
    [size, root],
    [`${size} in ${(statSync(archive).size / 1e6).toFixed(0)} MB of .tar.gz`, archive],
  ] as const) {
    const start = performance.now();
    const readers = await openRecordings(path);
    const opened = performance.now();
    const report = await check(readers, { precheck: false, concurrency: 1 });
    const checked = performance.now();
    const pods = report.clusters[0]?.checks.find(({ id }) => id === "pods-istiod");
    process.stdout.write(
      `${what}, ${PODS} pods: read in ${seconds(start, opened)}, checked in ` +
        `${seconds(opened, checked)}, largest resident set ` +
        `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB (pods-istiod: ${pods?.summary})\n`,
    );
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
