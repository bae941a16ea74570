import { describe, expect, it } from "vitest";
import { container, ended, podOf, waiting, type PodGiven } from "../support/pods.ts";

describe("why", () => {
  const down = { ready: false };
  const lastState = ended(137, { reason: "OOMKilled" });
  it.each<[string, PodGiven, string | undefined]>([
    [
      "unschedulable",
      {
        status: { phase: "Pending" },
        main: [],
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "0/3 nodes are available: 3 Insufficient memory.",
          },
        ],
      },
      "Unschedulable: 0/3 nodes are available: 3 Insufficient memory.",
    ],
    [
      "evicted",
      {
        status: { phase: "Failed", reason: "Evicted", message: "The node was low on\nmemory." },
        main: [],
      },
      "Evicted: The node was low on memory.",
    ],
    [
      "crash loop",
      {
        main: [
          container("a", { ...down, state: waiting("CrashLoopBackOff", "back-off 5m"), lastState }),
        ],
      },
      "container a: CrashLoopBackOff: back-off 5m; last termination: OOMKilled, exit code 137",
    ],
    [
      "image",
      { main: [container("a", { ...down, state: waiting("ImagePullBackOff", "pull x") })] },
      "container a: ImagePullBackOff: pull x",
    ],
    [
      "init",
      { init: [container("i", { ...down, state: waiting("CrashLoopBackOff") })] },
      "init container i: CrashLoopBackOff",
    ],
    [
      "terminated",
      { main: [container("a", { ...down, state: ended(1, { reason: "Error" }) })] },
      "container a terminated: Error, exit code 1",
    ],
    [
      "killed by a signal",
      { main: [container("a", { ...down, state: ended(137, { signal: 9 }) })] },
      "container a terminated: Signal:9",
    ],
    [
      "restarted, not ready yet",
      { main: [container("a", { ...down, lastState })] },
      "container a is not ready; last termination: OOMKilled, exit code 137",
    ],
    [
      "init, taking its time",
      {
        init: [container("done", { state: ended(0) }), container("slow", down), container("i", {})],
        main: [container("a", { ...down, state: waiting("PodInitializing") })],
      },
      "init container slow has not finished",
    ],
    [
      "sidecar, not ready",
      { init: [container("s", {}), container("t", down)], sidecars: ["s", "t"] },
      "init container t is not ready",
    ],
    ["init, unnamed", { init: [{ state: { running: {} } }] }, "init container ? has not finished"],
    ["not ready", { main: [container("a", down)] }, "container a not ready"],
    [
      "several not ready",
      {
        main: [
          container("a", down),
          container("b", { ...down, state: waiting("ContainerCreating") }),
        ],
      },
      "containers a, b not ready: ContainerCreating",
    ],
    [
      "being deleted",
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
      "it is being deleted",
    ],
    [
      "finished",
      { status: { phase: "Succeeded" }, main: [container("a", { ...down, state: ended(0) })] },
      "it has finished",
    ],
    [
      "readiness gate",
      {
        spec: { readinessGates: [{ conditionType: "ok" }, { conditionType: "lb" }, {}] },
        conditions: [
          { type: "Ready", status: "False" },
          { type: "ok", status: "True" },
          { type: "lb", status: "False", reason: "Pending", message: "no target" },
        ],
      },
      "readiness gate lb is False: Pending: no target",
    ],
    [
      "readiness gate that nobody set",
      {
        spec: { readinessGates: [{ conditionType: "lb" }] },
        conditions: [{ type: "Ready", status: "False" }],
      },
      "readiness gate lb is not set",
    ],
    [
      "lost node",
      { conditions: [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown" }] },
      "NodeStatusUnknown",
    ],
    ["unnamed", { main: [{ ready: false }] }, "container ? not ready"],
    ["unnamed, waiting", { main: [{ state: waiting("X") }] }, "container ?: X"],
    [
      "ended well, not ready",
      { main: [container("a", { ...down, state: ended(0) })] },
      "container a not ready",
    ],
    ["nothing known", { main: [], status: { phase: "Pending" } }, undefined],
  ])("%s", async (_, given, why) => {
    expect((await podOf(given)).why).toBe(why);
  });

  it("is one line of at most 300 characters", async () => {
    const { why = "" } = await podOf({
      main: [
        container("a", { ready: false, state: waiting("X", "\u001b[31m" + "long\n".repeat(200)) }),
      ],
    });
    expect(why).toHaveLength(300);
    expect(why).toMatch(/^container a: X: long long .*…$/);
  });
});

describe("the failing container", () => {
  const down = { ready: false };
  const crash = { ...down, state: waiting("CrashLoopBackOff") };
  it.each<[string, PodGiven, string | undefined]>([
    ["is the one that crashes", { main: [container("a"), container("b", crash)] }, "b"],
    [
      "is an init container first",
      { init: [container("i", crash)], main: [container("a", crash)] },
      "i",
    ],
    ["is none of those that only start", { main: [container("a", down)] }, undefined],
    ["is none of a healthy pod", { main: [container("a")] }, undefined],
    ["has a name", { main: [{ state: waiting("X") }] }, undefined],
  ])("%s", async (_, given, name) => {
    expect((await podOf(given)).failing).toBe(name);
  });
});
