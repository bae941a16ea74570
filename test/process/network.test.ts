import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clusters, startClusters } from "../support/cli.ts";
import { runProcess } from "../support/process.ts";

const WATCH = pathToFileURL(join(import.meta.dirname, "../support/watch-network.ts")).href;
const CONTEXTS = "--contexts=cluster1,cluster2";

let clusters: Clusters;
let directory: string;

beforeAll(async () => {
  clusters = await startClusters("healthy", { namespace: "istio-eastwest" });
  directory = mkdtempSync(join(tmpdir(), "mc-network-"));
});

afterAll(async () => {
  await clusters.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What a run of `mc` reaches for outside of itself, each thing once. */
async function reached(args: readonly string[], name: string): Promise<Set<string>> {
  const log = join(directory, name);
  writeFileSync(log, "");
  const { code, stderr } = await runProcess(args, {
    node: ["--import", WATCH],
    env: { KUBECONFIG: clusters.kubeconfig, MC_TEST_WATCH: log },
  });
  expect([
    args,
    code,
    stderr.replaceAll(/^note: .*\n(?:CLUSTER .*\n(?:cluster\d .*\n)+)?/gm, ""),
  ]).toEqual([args, 0, ""]);
  return new Set(readFileSync(log, "utf8").split("\n").filter(Boolean));
}

const hosts = (): string[] =>
  clusters.contexts.map((context) => `connect ${new URL(clusters.server(context).url).host}`);

// First: the runs below change the clusters.
it("checking writes no file and starts no program, even if it could", async () => {
  const { code, stdout, stderr } = await runProcess(["check", CONTEXTS, "-o", "json"], {
    node: ["--permission", "--allow-fs-read=*", "--disable-warning=SecurityWarning"],
    env: { KUBECONFIG: clusters.kubeconfig },
  });
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: "pass" });
});

describe("no network but the clusters", () => {
  it.each([
    [["check", CONTEXTS]],
    [["check", CONTEXTS, "--precheck", "-o", "json"]],
    [["snapshot", CONTEXTS, "--output-file", "SNAPSHOT.tar.gz"]],
    [["expose", "--context=cluster1", "--dry-run"]],
    [["link", CONTEXTS]],
    [["link", CONTEXTS, "--generate"]],
    [["unlink", CONTEXTS]],
  ])("%j", async (args) => {
    const file = join(directory, "snapshot.tar.gz");
    const words = args.map((word) => word.replace("SNAPSHOT.tar.gz", file));
    const found = await reached(words, args.join("").replaceAll(/\W/g, ""));
    const allowed = new Set(hosts());
    expect([...found].filter((one) => !allowed.has(one))).toEqual([]);
    expect(found.size).toBeGreaterThan(0);
  });

  it.each([
    [["version"]],
    [["explain"]],
    [["rbac"]],
    [["completion", "bash"]],
    [["check", "--directory", "fixtures/healthy"]],
  ])("and none at all: %j", async (args) => {
    expect(await reached(args, args.join("").replaceAll(/\W/g, ""))).toEqual(new Set());
  });

  it("and the watch sees what there is to see", async () => {
    const log = join(directory, "seen");
    writeFileSync(log, "");
    const program = `
      const net = require("node:net");
      net.connect(9, "127.0.0.1").on("error", () => {});
      net.connect(9, "localhost").on("error", () => {});
      require("node:dns").resolve("x.invalid", () => {});
      require("node:dgram").createSocket("udp4").close();
      require("node:child_process").spawn("true");
    `;
    await runProcess([], {
      node: ["--import", WATCH, "--eval", program],
      env: { MC_TEST_WATCH: log },
    });
    const seen = readFileSync(log, "utf8");
    for (const what of ["connect 127.0.0.1:9", "lookup localhost", "resolve x.invalid"]) {
      expect(seen).toContain(what);
    }
    expect(seen).toContain("createSocket udp4");
    expect(seen).toContain("spawn\n");
  });
});
