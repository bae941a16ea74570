import { describe, expect, it } from "vitest";
import type { PodFact } from "../../src/model/facts.ts";
import { factOf, forbid, valueOf } from "../support/source.ts";

type Json = Record<string, unknown>;

const running = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const waiting = (reason?: string, message?: string) => ({ waiting: { reason, message } });
const ended = (exitCode: number, more: Json = {}) => ({ terminated: { exitCode, ...more } });

function container(name: string, more: Json = {}): Json {
  return { name, ready: true, restartCount: 0, started: true, state: running, ...more };
}

interface Given {
  metadata?: Json;
  spec?: Json;
  status?: Json;
  init?: Json[];
  main?: Json[];
  sidecars?: string[];
  conditions?: Json[];
}

/** A pod whose spec has the containers that its status speaks of. */
async function podOf(given: Given): Promise<PodFact> {
  const { init = [], main = [container("app")], sidecars = [], conditions = [] } = given;
  const object = {
    kind: "Pod",
    metadata: {
      name: "istiod-1",
      namespace: "istio-system",
      labels: { app: "istiod" },
      ...given.metadata,
    },
    spec: {
      initContainers: init.map(({ name }) => ({
        name,
        ...(sidecars.includes(String(name)) && { restartPolicy: "Always" }),
      })),
      containers: main.map(({ name }) => ({ name })),
      ...given.spec,
    },
    status: {
      phase: "Running",
      conditions,
      initContainerStatuses: init,
      containerStatuses: main,
      ...given.status,
    },
  };
  const [found] = await valueOf("istiodPods", { objects: [object] });
  if (!found) throw new Error("no pod");
  return found;
}

const READY = { type: "Ready", status: "True" };
const INITIALIZED = { type: "Initialized", status: "True" };

describe("STATUS, READY and RESTARTS are kubectl's", () => {
  const cases: [string, Given, string, string, number][] = [
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
  it.each<[string, Given, boolean]>([
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

describe("why", () => {
  const down = { ready: false };
  const lastState = ended(137, { reason: "OOMKilled" });
  it.each<[string, Given, string | undefined]>([
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

const pod = (name: string, labels: Json, more: Json = {}) => ({
  kind: "Pod",
  metadata: { name, namespace: "x", labels },
  ...more,
});

describe("pods", () => {
  it("come by their labels, in order", async () => {
    const objects = [
      pod("ztunnel-1", { app: "ztunnel" }),
      pod("istiod-2", { app: "istiod" }),
      pod("istiod-1", { app: "istiod" }),
      pod("cni", { "k8s-app": "istio-cni-node" }),
      pod("gw", { "gateway.networking.k8s.io/gateway-name": "gw" }),
      { kind: "Pod", metadata: { labels: { app: "istiod" } } },
    ];
    const names = async (key: "istiodPods" | "ztunnelPods" | "cniPods" | "gatewayPods") =>
      (await valueOf(key, { objects })).map(({ name }) => name);
    expect(await names("istiodPods")).toEqual(["istiod-1", "istiod-2"]);
    expect(await names("ztunnelPods")).toEqual(["ztunnel-1"]);
    expect(await names("cniPods")).toEqual(["cni"]);
    expect(await names("gatewayPods")).toEqual(["gw"]);
  });

  it("carry what else checks read", async () => {
    const labels = {
      "gateway.networking.k8s.io/gateway-name": "gw",
      "app.kubernetes.io/version": "1.28",
    };
    const containers = [
      {
        name: "istio-proxy",
        image: "ztunnel:1.28.5-solo",
        env: [
          { name: "NETWORK", value: "net" },
          { name: "REVISION", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "CLUSTER_ID", valueFrom: { fieldRef: { fieldPath: "metadata.labels['none']" } } },
        ],
      },
      { name: "other", env: [{ name: "NETWORK", value: "another" }] },
    ];
    const object = {
      kind: "Pod",
      metadata: {
        name: "gw-1",
        namespace: "x",
        labels,
        annotations: { "prometheus.io/port": "15020" },
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      spec: { nodeName: "node-1", containers },
    };
    const [found] = await valueOf("gatewayPods", { objects: [object] });
    expect(found).toMatchObject({
      namespace: "x",
      phase: "Unknown",
      createdAt: Date.parse("2026-01-01T00:00:00Z"),
      nodeName: "node-1",
      versionLabel: "1.28",
      metricsPort: 15_020,
      images: [{ container: "istio-proxy", image: "ztunnel:1.28.5-solo" }],
    });
    expect(found?.env).toEqual(
      new Map([
        ["NETWORK", { kind: "value", value: "net" }],
        ["REVISION", { kind: "value", value: "gw-1", from: "field metadata.name" }],
        ["CLUSTER_ID", { kind: "value", value: "", from: "field metadata.labels['none']" }],
      ]),
    );
  });

  it.each(["0", "65536", "x", "15014.5", ""])("take %j for no port", async (port) => {
    const annotations = { "prometheus.io/port": port };
    const metadata = { name: "p", namespace: "x", labels: { app: "istiod" }, annotations };
    const [found] = await valueOf("istiodPods", { objects: [{ kind: "Pod", metadata }] });
    expect(found).not.toHaveProperty("metricsPort");
  });

  it("say what could not be read", async () => {
    for (const key of ["istiodPods", "ztunnelPods", "cniPods", "gatewayPods"] as const) {
      expect(await factOf(key, { refuse: forbid("list pods") })).toMatchObject({
        why: "forbidden",
      });
    }
  });
});
