import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Fault, startApiServer } from "../support/apiserver.ts";
import { type Clusters, startClusters } from "../support/cli.ts";
import { writeKubeconfig } from "../support/kubeconfig.ts";
import { type RunningProcess, runProcess, startMc } from "../support/process.ts";
import { clusterDirectories } from "../support/scenario.ts";
import { withTimeEnough } from "../support/time-enough.ts";

const BOTH = ["check", "--contexts=cluster1,cluster2"];
const PATH = process.env["PATH"] ?? "";

let clusters: Clusters;
let directory: string;
let env: Record<string, string>;

beforeAll(async () => {
  clusters = await startClusters("healthy", { controller: false });
  directory = mkdtempSync(join(tmpdir(), "mc-ends-"));
  env = { KUBECONFIG: clusters.kubeconfig };
});

afterEach(() => {
  for (const context of clusters.contexts) clusters.server(context).setFaults([]);
});

afterAll(async () => {
  await clusters.close();
  rmSync(directory, { recursive: true, force: true });
});

function strike(fault: Fault): void {
  clusters.server("cluster1").setFaults([fault]);
}

/** Starts `mc` and resolves once the first cluster has got a request on a path with this end. */
async function startUntilAsked(args: readonly string[], end = ""): Promise<RunningProcess> {
  const { requests } = clusters.server("cluster1");
  const before = requests.length;
  const running = startMc(args, { env });
  await expect.poll(() => requests.slice(before).some(({ path }) => path.endsWith(end))).toBe(true);
  return running;
}

/** Held by the server until the test is over. */
const HANGING: readonly (readonly [string, Fault])[] = [
  ["any request", { kind: "hang" }],
  ["a list", { kind: "hang", match: { resource: "pods" } }],
  ["a port-forward", { kind: "hang", match: { resource: "pods/portforward" } }],
  ["a debug endpoint", { kind: "hang", match: { path: "/debug" } }],
  ["the end of an answer", { kind: "trickle", ms: 1000, bytes: 1 }],
];

// Each waits for its time to be over: they can all wait at once.
describe.concurrent("the process ends while the server still holds", () => {
  it.each(HANGING)("%s", async (what, fault) => {
    const [recorded = ""] = clusterDirectories("healthy");
    const server = await startApiServer({ directory: recorded, faults: [fault] });
    const file = join(directory, what.replaceAll(" ", "-"));
    writeKubeconfig(file, [server.kubeconfig({ context: "cluster1", dir: directory })]);
    const { code, stdout, stderr } = await runProcess(["check", "-o", "json", "--timeout", "1s"], {
      env: { KUBECONFIG: file },
    });
    await server.close();
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("no answer within 1s");
  });

  it("a connection that it never answers", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const file = join(directory, "silent");
    writeFileSync(file, kubeconfigFor(`https://127.0.0.1:${port}`));
    const { code, stdout } = await runProcess(["check", "--timeout", "1s"], {
      env: { KUBECONFIG: file },
    });
    silent.close();
    expect(code).toBe(1);
    expect(stdout).toContain("no answer within 1s");
  });

  it("and ends the exec plugin that it waited for", async (context) => {
    const file = join(directory, "plugin");
    const pid = join(directory, "pid");
    const program = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
      require("node:fs").writeFileSync(${JSON.stringify(pid)}, String(process.pid))`;
    writeFileSync(file, kubeconfigFor("https://127.0.0.1:1", program));
    await withTimeEnough(async (limit) => {
      const { code, stdout } = await runProcess(["check", "--timeout", limit], {
        env: { KUBECONFIG: file, PATH },
      });
      expect(code).toBe(1);
      expect(stdout).toContain("gave no credential: no answer within ");
      // The plugin may not have come as far as that.
      expect(existsSync(pid)).toBe(true);
    });
    const left = Number(readFileSync(pid, "utf8"));
    await context.expect.poll(() => isRunning(left)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function kubeconfigFor(server: string, plugin?: string): string {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: ["-e", plugin],
    interactiveMode: "Never",
  };
  return JSON.stringify({
    clusters: [{ name: "c", cluster: { server } }],
    contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user: plugin === undefined ? {} : { exec } }],
    "current-context": "a",
  });
}

describe("a signal ends it at once", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s: %i, and nothing is printed", async (signal, code) => {
    strike({ kind: "hang" });
    const { child, ended } = await startUntilAsked(BOTH);
    child.kill(signal);
    expect(await ended).toEqual({ code, signal: null, stdout: "", stderr: "" });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("%s between two reports of --watch", async (signal) => {
    const running = startMc([...BOTH, "--watch=1h", "-o", "json"], { env });
    await running.said("stdout", '"summary"');
    running.child.kill(signal);
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([signal === "SIGINT" ? 130 : 143, ""]);
  });

  it("twice: does not wait for anything", async () => {
    strike({ kind: "hang" });
    const { child, ended } = await startUntilAsked(BOTH);
    child.kill("SIGINT");
    child.kill("SIGINT");
    const { code, signal } = await ended;
    expect(code === 130 || signal === "SIGINT").toBe(true);
  });

  it("leaves nothing of a snapshot", async () => {
    strike({ kind: "hang", match: { resource: "nodes" } });
    const target = join(directory, "interrupted");
    const args = ["snapshot", "--contexts=cluster1,cluster2", "--output-dir", target];
    const { child, ended } = await startUntilAsked(args, "/nodes");
    child.kill("SIGTERM");
    const { code } = await ended;
    expect([code, existsSync(target)]).toEqual([143, false]);
    expect(readdirSync(directory).filter((name) => name.includes("interrupted"))).toEqual([]);
  });
});
