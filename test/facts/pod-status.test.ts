import { describe, expect, it } from "vitest";
import { container, ended, podOf, waiting, type PodGiven } from "../support/pods.ts";

const READY = { type: "Ready", status: "True" };
const INITIALIZED = { type: "Initialized", status: "True" };

describe("STATUS, READY and RESTARTS are kubectl's", () => {
  const cases: [string, PodGiven, string, string, number][] = [
    ["running", {}, "Running", "1/1", 0],
    ["no phase", { status: { phase: null } }, "Unknown", "1/1", 0],
    ["pending", { status: { phase: "Pending" }, main: [] }, "Pending", "0/0", 0],
    [
      "creating",
      {
        status: { phase: "Pending" },
        main: [container("a", { ready: false, state: waiting("ContainerCreating") })],
      },
      "ContainerCreating",
      "0/1",
      0,
    ],
    [
      "crash loop beside a running container",
      {
        main: [
          container("a"),
          container("b", { ready: false, restartCount: 5, state: waiting("CrashLoopBackOff") }),
        ],
      },
      "CrashLoopBackOff",
      "1/2",
      5,
    ],
    [
      "the first container that waits names it",
      {
        main: [
          container("a", { ready: false, state: waiting("ImagePullBackOff") }),
          container("b", { ready: false, state: ended(1, { reason: "Error" }) }),
        ],
      },
      "ImagePullBackOff",
      "0/2",
      0,
    ],
    [
      "error",
      { main: [container("a", { ready: false, state: ended(1, { reason: "Error" }) })] },
      "Error",
      "0/1",
      0,
    ],
    [
      "exit code",
      { main: [container("a", { ready: false, state: ended(3) })] },
      "ExitCode:3",
      "0/1",
      0,
    ],
    [
      "signal",
      { main: [container("a", { ready: false, state: ended(0, { signal: 9 }) })] },
      "Signal:9",
      "0/1",
      0,
    ],
    [
      "waiting without reason",
      { main: [container("a", { state: waiting() })] },
      "Running",
      "0/1",
      0,
    ],
    [
      "completed beside running, ready",
      {
        main: [
          container("a", { ready: false, state: ended(0, { reason: "Completed" }) }),
          container("b"),
        ],
        conditions: [READY],
      },
      "Running",
      "1/2",
      0,
    ],
    [
      "completed beside running, not ready",
      {
        main: [
          container("a", { ready: false, state: ended(0, { reason: "Completed" }) }),
          container("b"),
        ],
      },
      "NotReady",
      "1/2",
      0,
    ],
    [
      "completed",
      {
        status: { phase: "Succeeded" },
        main: [container("a", { ready: false, state: ended(0, { reason: "Completed" }) })],
      },
      "Completed",
      "0/1",
      0,
    ],
    ["evicted", { status: { phase: "Failed", reason: "Evicted" }, main: [] }, "Evicted", "0/0", 0],
    [
      "scheduling gate",
      {
        status: { phase: "Pending" },
        main: [],
        conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }],
      },
      "SchedulingGated",
      "0/0",
      0,
    ],
    [
      "init container at work",
      {
        status: { phase: "Pending" },
        init: [
          container("i", { state: ended(0) }),
          container("j", { restartCount: 1 }),
          container("k"),
        ],
        main: [container("a", { ready: false, state: waiting("PodInitializing") })],
      },
      "Init:1/3",
      "0/1",
      1,
    ],
    [
      "init container waits",
      { init: [container("i", { restartCount: 2, state: waiting("CrashLoopBackOff") })] },
      "Init:CrashLoopBackOff",
      "0/1",
      2,
    ],
    [
      "init container to start",
      { init: [container("i", { state: waiting("PodInitializing") })] },
      "Init:0/1",
      "0/1",
      0,
    ],
    [
      "init error",
      { init: [container("i", { state: ended(2, { reason: "Error" }) })] },
      "Init:Error",
      "0/1",
      0,
    ],
    [
      "init exit code",
      { init: [container("i", { state: ended(2) })] },
      "Init:ExitCode:2",
      "0/1",
      0,
    ],
    [
      "init signal",
      { init: [container("i", { state: ended(137, { signal: 9 }) })] },
      "Init:Signal:9",
      "0/1",
      0,
    ],
    [
      "init container runs again after initialization",
      { init: [container("i", { restartCount: 4 })], conditions: [INITIALIZED] },
      "Init:0/1",
      "1/1",
      0,
    ],
    [
      "sidecar",
      {
        init: [
          container("s", { restartCount: 2 }),
          container("i", { state: ended(0), restartCount: 7 }),
        ],
        sidecars: ["s"],
      },
      "Running",
      "2/2",
      2,
    ],
    [
      "sidecar unready",
      { init: [container("s", { ready: false })], sidecars: ["s"] },
      "Running",
      "1/2",
      0,
    ],
    [
      "sidecar not started",
      { init: [container("s", { started: false })], sidecars: ["s"] },
      "Init:0/1",
      "0/2",
      0,
    ],
    [
      "sidecar ended",
      { init: [container("s", { state: ended(0) })], sidecars: ["s"] },
      "Running",
      "1/2",
      0,
    ],
    [
      "terminating",
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
      "Terminating",
      "1/1",
      0,
    ],
    [
      "finished and being deleted",
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" }, status: { phase: "Failed" } },
      "Failed",
      "1/1",
      0,
    ],
    [
      "node lost",
      {
        metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
        status: { phase: "Running", reason: "NodeLost" },
      },
      "Unknown",
      "1/1",
      0,
    ],
  ];
  it.each(cases)("%s", async (_, given, status, ready, restarts) => {
    const found = await podOf(given);
    expect([found.status, `${found.ready}/${found.total}`, found.restarts]).toEqual([
      status,
      ready,
      restarts,
    ]);
  });

  it("tells when the last restarted container had ended", async () => {
    const main = [
      container("a", {
        restartCount: 1,
        lastState: ended(1, { finishedAt: "2026-01-02T00:00:00Z" }),
      }),
      container("b", {
        restartCount: 1,
        lastState: ended(1, { finishedAt: "2026-01-01T00:00:00Z" }),
      }),
    ];
    expect((await podOf({ main })).restartedAt).toBe(Date.parse("2026-01-02T00:00:00Z"));
    expect(await podOf({})).not.toHaveProperty("restartedAt");
  });
});

describe("healthy", () => {
  it.each<[string, PodGiven, boolean]>([
    ["running and ready", { conditions: [READY] }, true],
    ["no condition Ready", {}, true],
    [
      "not all containers ready",
      { main: [container("a"), container("b", { ready: false })] },
      false,
    ],
    ["condition Ready False", { conditions: [{ type: "Ready", status: "False" }] }, false],
    ["condition Ready Unknown", { conditions: [{ type: "Ready", status: "Unknown" }] }, false],
    ["being deleted", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }, false],
    ["no containers", { main: [] }, false],
    ["pending", { status: { phase: "Pending" } }, false],
  ])("%s", async (_, given, healthy) => {
    const found = await podOf(given);
    expect(found.healthy).toBe(healthy);
    expect(healthy && "why" in found).toBe(false);
  });

  it("is finished when it will not run again", async () => {
    expect((await podOf({ status: { phase: "Succeeded" } })).finished).toBe(true);
    expect((await podOf({ status: { phase: "Failed" } })).finished).toBe(true);
    expect((await podOf({})).finished).toBe(false);
  });
});
