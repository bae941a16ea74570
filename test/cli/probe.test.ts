import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAll } from "js-yaml";
import type { PodProbeReport } from "../../src/model/probe.ts";
import type { KubeObject } from "../support/apiserver.ts";
import { type Clusters, startClusters } from "../support/cli.ts";
import { VirtualClock } from "../support/clock.ts";
import { schemaProblems } from "../support/schemas.ts";

/*
 * `mc probe` against API servers, with a kubelet that is simulated: while mc waits, it writes what a
 * real one would into the status of the Pod.
 */

interface ProbePod extends KubeObject {
  spec: {
    activeDeadlineSeconds: number;
    containers: { command: string[]; env: { name: string; value: string }[] }[];
  };
}

let clusters: Clusters;

beforeEach(async () => {
  clusters = await startClusters("healthy", { controller: false, namespace: "default" });
});

afterEach(() => clusters.close());

const PROBE = ["probe", "--contexts=cluster1,cluster2", "--image=registry.example/probe:1"];
const YES = [...PROBE, "--yes", "-q"];

function pods(context: string): ProbePod[] {
  return [...clusters.objects(context, "Pod").values()].filter(({ metadata }) =>
    metadata.name.startsWith("mc-probe-"),
  ) as ProbePod[];
}

/** The containers' status of each probe Pod, in both clusters, as a kubelet writes it. */
function kubelet(state: (pod: ProbePod) => object, phase = "Succeeded"): void {
  for (const context of clusters.contexts) {
    for (const pod of pods(context)) {
      const containerStatuses = [{ name: "probe", state: state(pod) }];
      clusters.server(context).put({ ...pod, status: { phase, containerStatuses } });
    }
  }
}

function terminated(message: string): () => object {
  return () => ({ terminated: { exitCode: 0, message } });
}

/** A clock that lets the kubelet work in each pause. */
function clockWith(work: (count: number) => void): VirtualClock {
  return new VirtualClock(work);
}

const ALL = "0|connected|12||DNS:istiod\n1|connected|9||\nend|openssl\n";

describe("mc probe", () => {
  it("makes a Pod in each cluster, says what each found, and leaves none", async () => {
    let seen = 0;
    const clock = clockWith(() => {
      seen = Math.max(seen, pods("cluster1").length + pods("cluster2").length);
      kubelet(terminated(ALL));
    });
    const { code, stdout, stderr } = await clusters.mc(YES, { clock });
    expect([code, stderr]).toEqual([0, ""]);
    expect(seen).toBe(2);
    expect(stdout).toContain("=== From cluster1: 2 of 2 connected, by openssl ===");
    expect(stdout).toContain(
      "✅ cluster2 (discovery) at 192.0.2.20:15012: connected: it answers: DNS:istiod",
    );
    expect(stdout).toContain("=== From cluster2: 2 of 2 connected, by openssl ===");
    expect([...pods("cluster1"), ...pods("cluster2")]).toEqual([]);
    expect(clusters.writes("cluster1").map((write) => write.split(" ")[0])).toEqual([
      "PATCH",
      "DELETE",
    ]);
  });

  it("runs what it makes: the script itself says what it found", async () => {
    const directory = mkdtempSync(join(tmpdir(), "mc-kubelet-"));
    const started = new Set<string>();
    const run = async (context: string, pod: ProbePod): Promise<void> => {
      const { name } = pod.metadata;
      const [container] = pod.spec.containers;
      const work = mkdtempSync(join(directory, "pod-"));
      const out = join(work, "termination-log");
      const given = Object.fromEntries((container?.env ?? []).map((one) => [one.name, one.value]));
      await promisify(execFile)("sh", (container?.command ?? []).slice(1), {
        env: { ...given, PATH: process.env["PATH"], MC_DIR: work, MC_OUT: out },
      });
      const message = readFileSync(out, "utf8");
      const [now] = pods(context).filter(({ metadata }) => metadata.name === name);
      if (!now) return;
      const containerStatuses = [
        { name: "probe", state: { terminated: { exitCode: 0, message } } },
      ];
      clusters.server(context).put({ ...now, status: { phase: "Succeeded", containerStatuses } });
    };
    const work: Promise<void>[] = [];
    const real = {
      now: () => 0,
      pause: async () => {
        for (const context of clusters.contexts) {
          for (const pod of pods(context).filter(({ metadata }) => !started.has(metadata.name))) {
            started.add(pod.metadata.name);
            work.push(run(context, pod));
          }
        }
        await Promise.all(work);
      },
    };
    const args = [...YES, "--timeout=1s", "-o", "json"];
    const { stdout } = await clusters.mc(args, { clock: real });
    const report = JSON.parse(stdout) as PodProbeReport;
    rmSync(directory, { recursive: true });
    // Addresses of the documentation lead nowhere: which verdict that is depends on the network.
    expect(report.pods.map(({ from, attempts, tool }) => [from, attempts.length, tool])).toEqual([
      ["cluster1", 2, expect.stringMatching(/^(openssl|curl|nc|bash)$/)],
      ["cluster2", 2, expect.stringMatching(/^(openssl|curl|nc|bash)$/)],
    ]);
    const verdicts = report.pods.flatMap(({ attempts }) => attempts.map(({ verdict }) => verdict));
    expect(verdicts).not.toContain("not-tried");
    expect(report).toMatchObject({
      schemaVersion: "mc.probe/v1",
      image: "registry.example/probe:1",
    });
    expect([...pods("cluster1"), ...pods("cluster2")]).toEqual([]);
  });

  it("exits 1 where an address is not reached", async () => {
    const clock = clockWith(() =>
      kubelet(terminated("0|refused|12||\n1|timed-out|5000||\nend|openssl\n")),
    );
    const { code, stdout } = await clusters.mc([...YES, "-o", "json"], { clock });
    expect(code).toBe(1);
    expect(schemaProblems(stdout)).toEqual([]);
    const report = JSON.parse(stdout) as PodProbeReport;
    expect(report.outcome).toBe("fail");
    expect(report.pods[0]?.attempts[0]?.hint).toMatch(
      /^istiod of cluster1 says that it is connected/,
    );
  });

  it.each([
    [
      { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
      "Pending",
      "the Pod tried nothing: container probe: ImagePullBackOff: no such image",
    ],
    [
      { terminated: { exitCode: 127, reason: "StartError" } },
      "Failed",
      "the Pod tried nothing: container probe terminated: StartError, exit code 127",
    ],
    [
      { terminated: { exitCode: 0, message: "0|connected|1||\n" } },
      "Succeeded",
      "the Pod did not say all that it tried",
    ],
    [{ running: {} }, "Running", "the Pod has not come to its end: container probe not ready"],
  ])("says why a Pod tried nothing, and deletes it: %#", async (state, phase, problem) => {
    const clock = clockWith(() => kubelet(() => state, phase));
    const { code, stdout } = await clusters.mc([...YES, "-o", "json"], { clock });
    const report = JSON.parse(stdout) as PodProbeReport;
    expect([code, report.outcome]).toEqual([1, "error"]);
    expect(report.pods.map((pod) => pod.problem)).toEqual([problem, problem]);
    expect([...pods("cluster1"), ...pods("cluster2")]).toEqual([]);
  });

  it("deletes its Pods at Ctrl-C", async () => {
    const interruption = new AbortController();
    let made = 0;
    const clock = clockWith(() => {
      made = pods("cluster1").length;
      interruption.abort();
    });
    const { code } = await clusters.mc(YES, { clock, signal: interruption.signal });
    expect([code, made]).toEqual([130, 1]);
    expect([...pods("cluster1"), ...pods("cluster2")]).toEqual([]);
  });

  it("says so, with the command, where it may not delete", async () => {
    await clusters
      .server("cluster1")
      .setUsers([
        { name: "admin", token: clusters.server("cluster1").token(), deny: [{ verb: "delete" }] },
      ]);
    const clock = clockWith(() => kubelet(terminated(ALL)));
    const { code, stderr } = await clusters.mc(YES, { clock });
    expect(code).toBe(0);
    const [left] = pods("cluster1");
    const name = left?.metadata.name ?? "";
    expect(stderr).toBe(
      [
        `warning: cluster1: Pod default/${name} is still there`,
        `     kubectl --kubeconfig ${clusters.kubeconfig} --context cluster1 -n default delete pods ${name}`,
        "",
      ]
        .join("\n")
        .replace(` --kubeconfig ${clusters.kubeconfig}`, ""),
    );
  });

  it("deletes what a run before left, and lets others run", async () => {
    const ours = { "app.kubernetes.io/managed-by": "mc" };
    const leftover = (
      name: string,
      phase: string,
      created: string,
      by: Record<string, string> = ours,
    ): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace: "default",
        creationTimestamp: created,
        labels: { "app.kubernetes.io/name": "mc-probe", ...by },
      },
      spec: { activeDeadlineSeconds: 100, containers: [] },
      status: { phase },
    });
    const now = new Date().toISOString();
    const server = clusters.server("cluster1");
    server.put(leftover("mc-probe-ended", "Failed", now));
    server.put(leftover("mc-probe-old", "Running", "2020-01-01T00:00:00Z"));
    server.put(leftover("mc-probe-young", "Running", now));
    server.put(leftover("mc-probe-of-others", "Failed", now, {}));
    const clock = clockWith(() => kubelet(terminated(ALL)));
    await clusters.mc(YES, { clock });
    expect(pods("cluster1").map(({ metadata }) => metadata.name)).toEqual([
      "mc-probe-of-others",
      "mc-probe-young",
    ]);
  });

  it("keeps them where that is wanted, and says how they go", async () => {
    const clock = clockWith(() => kubelet(terminated(ALL)));
    const { stderr } = await clusters.mc([...YES, "--keep"], { clock });
    expect(pods("cluster1").length).toBe(1);
    expect(stderr).toContain("delete pods mc-probe-");
  });

  it("shows the plan, and makes nothing without --yes", async () => {
    const { code, stdout, stderr } = await clusters.mc(PROBE);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^note: cluster1: Pod default\/mc-probe-\w+ of image registry\.example\/probe:1 tries 2 addresses, and is deleted$/m,
    );
    expect(stderr).toContain("mc: the Pods above are made with --yes");
    expect(clusters.writes("cluster1")).toEqual([]);
  });

  it("lets the servers judge the Pods with --dry-run, and prints them with --generate", async () => {
    const rehearsal = await clusters.mc([...PROBE, "--dry-run", "-q"]);
    expect([rehearsal.code, rehearsal.stdout, rehearsal.stderr]).toEqual([0, "", ""]);
    await clusters.server("cluster2").setUsers([
      {
        name: "viewer",
        token: clusters.server("cluster2").token(),
        deny: [{ resource: "pods", verb: "patch" }],
      },
    ]);
    const refused = await clusters.mc([...PROBE, "--dry-run", "-q"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^warning: cluster2: the Pod cannot be made: /);
    const { code, stdout } = await clusters.mc([...PROBE, "--generate", "-n", "probes"]);
    expect(code).toBe(0);
    const documents = loadAll(stdout) as ProbePod[];
    expect(documents.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ["Pod", "probes"],
      ["Pod", "probes"],
    ]);
    expect([...pods("cluster1"), ...pods("cluster2")]).toEqual([]);
  });

  it.each([
    [["probe", "--contexts=a,b"], "--image names the image"],
    [["probe", "--image=x"], "name the clusters"],
    [["probe", "--image=x", "--contexts=a"], "needs two clusters"],
    [["probe", "--image=x", "--from=a", "--to=a"], "a is not tried from itself"],
    [["probe", "--image=x", "--contexts=a,b", "--to=a"], "not both"],
    [["probe", "--image=x", "--contexts=a,b", "--generate", "--dry-run"], "does not go with"],
  ])("%j is refused in one line", async (args, said) => {
    const { code, stdout, stderr } = await clusters.mc(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });
});
