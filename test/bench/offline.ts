import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RESOURCES } from "../../src/model/resource.ts";
import { openRecordings } from "../../src/readers/recordings.ts";
import { podText } from "./pod-text.ts";

/*
 * Reads a bug report whose `k8s-resources` has 60,000 pods, as kubectl prints them: some 300 MB of
 * YAML. Prints the time and the largest resident set.
 */

const PODS = 60_000;
const MiB = 1024 * 1024;

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

  const before = process.resourceUsage().maxRSS * 1024;
  const start = performance.now();
  const [reader] = await openRecordings(root);
  const seconds = (performance.now() - start) / 1000;
  const istiods = await reader?.list(RESOURCES.pods, { labelSelector: "app=istiod" });
  const pods = await reader?.list(RESOURCES.pods, { metadataOnly: true });
  const after = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(
    `${(statSync(file).size / 1e6).toFixed(0)} MB of YAML, ${pods?.ok ? pods.value.length : 0} pods` +
      ` (${istiods?.ok ? istiods.value.length : 0} of istiod): ${seconds.toFixed(1)} s,` +
      ` largest resident set ${(after / MiB).toFixed(0)} MiB (${(before / MiB).toFixed(0)} before)\n`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
