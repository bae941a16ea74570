import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { type Clusters, startClusters } from "../support/cli.ts";
import { type ProcessResult, runProcess, runShell } from "../support/process.ts";
import { timeless } from "../support/scenario.ts";

const BOTH = ["check", "--contexts=cluster1,cluster2"];
const JSON_OF_BOTH = [...BOTH, "-o", "json"];
/** Every write to it fails: no space left on device. */
const FULL = "/dev/full";

let clusters: Clusters;
let directory: string;
let env: Record<string, string>;

beforeAll(async () => {
  clusters = await startClusters("healthy", { controller: false });
  directory = mkdtempSync(join(tmpdir(), "mc-streams-"));
  env = { KUBECONFIG: clusters.kubeconfig };
});

afterAll(async () => {
  await clusters.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Every file below, with its size and the time of its last change. */
function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .toSorted();
}

const shell = (command: string): Promise<ProcessResult> => runShell(command, { env });

describe.concurrent("a reader that goes away", () => {
  it("is no error: | head -1", async () => {
    const { code, stdout, stderr } = await shell(
      `$MC ${BOTH.join(" ")} | head -1; echo \${PIPESTATUS[0]}`,
    );
    expect([code, stdout, stderr]).toEqual([0, "=== Cluster: cluster1 ===\n0\n", ""]);
  });

  it("ends --watch, which is no error either", async () => {
    const { stdout, stderr } = await shell(
      `$MC ${BOTH.join(" ")} --watch=10ms | head -1; echo \${PIPESTATUS[0]}`,
    );
    expect([stdout, stderr]).toEqual(["=== Cluster: cluster1 ===\n0\n", ""]);
  });

  it("is none for stderr either", async () => {
    const { stdout } = await shell(
      `$MC check --check nonsense 2>&1 >/dev/null | true; echo \${PIPESTATUS[0]}`,
    );
    expect(stdout).toBe("2\n");
  });
});

describe.concurrent("streams that are closed or full", () => {
  it("stdin: closed", async () => {
    const { code, stdout } = await shell(`$MC ${JSON_OF_BOTH.join(" ")} <&-`);
    expect([code, (JSON.parse(stdout) as Report).outcome]).toEqual([0, "pass"]);
  });

  it("stdout: closed", async () => {
    const { code, stdout } = await shell(`$MC ${BOTH.join(" ")} >&-`);
    expect([code, stdout]).toEqual([0, ""]);
  });

  it("stderr: closed", async () => {
    const { code, stdout } = await shell(`$MC check --check nonsense 2>&-`);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it.runIf(existsSync(FULL))("stdout: full, which is said", async () => {
    const out = openSync(FULL, "w");
    const { code, stderr } = await runProcess(BOTH, { env, stdio: ["ignore", out, "pipe"] });
    closeSync(out);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^mc: stdout was not written: no space left on the device\n$/,
      ) as string,
    ]);
  });
});

describe("--output-file", () => {
  it.runIf(existsSync(FULL))("on a full disk: said, exit 1, and nothing is left", async () => {
    const args = [...BOTH, "--output-file", FULL];
    const { code, stdout, stderr } = await runProcess(args, { env });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^mc: \/dev\/full was not written: no space left on the device\n$/);
  });

  it("in a directory that may not be written", async () => {
    const file = "/proc/report.json";
    const { code, stdout, stderr } = await runProcess([...BOTH, "--output-file", file], { env });
    expect([code === 1 || code === 2, stdout]).toEqual([true, ""]);
    expect(stderr).toMatch(/^mc: .*\/proc\/report\.json.*\n$/);
  });

  it("is whole, and alone", async () => {
    const before = readdirSync(directory);
    const file = join(directory, "report.json");
    const { code, stdout } = await runProcess([...JSON_OF_BOTH, "--output-file", file], { env });
    expect([code, stdout]).toEqual([0, ""]);
    expect((JSON.parse(readFileSync(file, "utf8")) as Report).outcome).toBe("pass");
    expect(readdirSync(directory)).toEqual([...before, "report.json"].toSorted());
  });
});

it("two runs at once don't disturb one another", async () => {
  const runs = await Promise.all([1, 2].map(() => runProcess(JSON_OF_BOTH, { env })));
  const [one, other] = runs.map(({ stdout }) => timeless(JSON.parse(stdout) as Report));
  expect(one).toEqual(other);
  expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
});

it("nothing is written but what is asked for, on disk or on a cluster", async () => {
  const home = mkdtempSync(join(directory, "home-"));
  const own = { ...env, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home };
  const before = tree(directory);
  const commands = [
    BOTH,
    ["version"],
    ["explain", "certs"],
    ["rbac"],
    ["completion", "bash"],
    ["link", "--contexts=cluster1,cluster2", "--generate", "-n", "istio-eastwest"],
    ["check", "--directory", "fixtures/healthy/cluster1"],
  ];
  const codes = await Promise.all(
    commands.map(async (args) => (await runProcess(args, { env: own, cwd: process.cwd() })).code),
  );
  expect(codes.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(tree(directory)).toEqual(before);
  for (const context of clusters.contexts) expect(clusters.writes(context)).toEqual([]);
});
