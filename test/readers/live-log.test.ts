import { describe, expect, it } from "vitest";
import { gathered, type Gathered } from "../../src/model/gathered.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import type { PodLog } from "../../src/model/log.ts";
import type { ApiServerOptions } from "../support/apiserver.ts";
import { withTimeEnough } from "../support/time-enough.ts";
import { apiServer, missingOf, openServer, PLENTY, pod, valueOf } from "./live-support.ts";

const NOW = Date.parse("2026-01-15T12:00:00Z");
const TARGET = { namespace: "default", pod: "a", container: "discovery" };
const KEY = "default/a/discovery";

const stamp = (minutesAgo: number): string => new Date(NOW - minutesAgo * 60_000).toISOString();
const timeout = (minutesAgo: number, more = ""): string =>
  `${stamp(minutesAgo)} ${stamp(minutesAgo)}\twarn\tdeltaadsc\ti/o timeout${more}\n`;

interface Reading {
  log: Gathered<PodLog>;
  /** What was asked, with the query. */
  asked: string[];
}

async function readLog(
  text: string,
  options: Partial<ApiServerOptions> = {},
  timeoutMs = PLENTY,
): Promise<Reading> {
  const objects = options.objects ?? [
    { ...pod("a"), spec: { containers: [{ name: "discovery" }, { name: "istio-proxy" }] } },
  ];
  const server = await apiServer({ logs: { [KEY]: text }, now: NOW, ...options, objects });
  const log = await openServer(server, { timeoutMs }).log(TARGET);
  const asked = server.requests.map(({ path, query }) => `${path}?${query}`);
  return { log, asked };
}

const LOG = { match: { resource: "pods/log" } };

describe.each([
  ["HTTP/2", true],
  ["HTTP/1.1", false],
])("a log over %s", (_name, http2) => {
  it("is asked for by its end, of the last hour, with the times of the kubelet", async () => {
    const { log, asked } = await readLog(timeout(90) + timeout(59) + timeout(1, " last"), {
      http2,
    });
    expect(valueOf(log)).toEqual({
      from: NOW - 59 * 60_000,
      lines: [
        { time: NOW - 59 * 60_000, text: "warn deltaadsc i/o timeout" },
        { time: NOW - 60_000, text: "warn deltaadsc i/o timeout last" },
      ],
    });
    expect(asked).toEqual([
      "/api/v1/namespaces/default/pods/a/log?container=discovery&tailLines=1000&sinceSeconds=3600&timestamps=true",
    ]);
  });

  it("without an end is what has come in time", async () => {
    // After its first piece nothing more comes.
    const fault = { ...LOG, kind: "trickle" as const, bytes: 2000, ms: PLENTY };
    await withTimeEnough(async (_limit, ms) => {
      const { log } = await readLog(timeout(5).repeat(1000), { http2, faults: [fault] }, ms);
      const { lines } = valueOf(log);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThan(100);
    });
  });

  it("that does not come is a timeout", async () => {
    const { log } = await readLog("", { http2, faults: [{ ...LOG, kind: "hang" }] }, 200);
    expect(missingOf(log)).toMatchObject({ why: "timeout", detail: "no answer within 200ms" });
  });

  it("that is cut off before anything has come is unreachable", async () => {
    const { log } = await readLog("", { http2, faults: [{ ...LOG, kind: "reset" }] });
    expect(missingOf(log).why).toBe("unreachable");
  });

  it("of many megabytes that no line is known of is nothing", async () => {
    const line = `${stamp(5)} ${"x".repeat(20_000)}\n`;
    const { log } = await readLog(line.repeat(300), { http2 });
    expect(valueOf(log)).toEqual({ from: NOW - 5 * 60_000, lines: [] });
  });
});

describe("a log that cannot be read", () => {
  it("for want of a right", async () => {
    const users = [{ name: "viewer", deny: [{ resource: "pods/log" }] }];
    const { log } = await readLog("", { users });
    expect(missingOf(log)).toMatchObject({
      why: "forbidden",
      detail: expect.stringContaining('cannot get resource "pods/log"') as string,
      request: { verb: "get", group: "", resource: "pods/log", namespace: "default", name: "a" },
    });
  });

  it.each([
    ["no such pod", { objects: [pod("b")] }],
    [
      "the container waits to be started",
      {
        objects: [
          {
            ...pod("a"),
            spec: { containers: [{ name: "discovery" }] },
            status: {
              containerStatuses: [
                { name: "discovery", state: { waiting: { reason: "ContainerCreating" } } },
              ],
            },
          },
        ],
      },
    ],
  ])("as there is none: %s", async (_name, options) => {
    const { log } = await readLog("", options);
    expect(missingOf(log).why).toBe("not-found");
  });

  it.each([
    ["a web page", { kind: "html" as const, status: 502 }, "unreadable"],
    ["a fault of the kubelet", { kind: "status" as const, status: 500 }, "unreadable"],
    ["nothing", { kind: "reset" as const }, "unreachable"],
  ])("as the server answers %s", async (_name, fault, why) => {
    const { log } = await readLog("", { faults: [{ ...LOG, ...fault }] });
    expect(missingOf(log).why).toBe(why);
  });

  it("as nobody knows who asks", async () => {
    const { log } = await readLog("", { faults: [{ ...LOG, kind: "status", status: 401 }] });
    expect(missingOf(log).why).toBe("unauthorized");
  });
});

describe("the time for logs", () => {
  const objects = [{ ...pod("a"), spec: { containers: [{ name: "discovery" }] } }];
  const logs = { [KEY]: timeout(1) };

  it("is what is left of the budget, and a tenth of it where nothing is", async () => {
    const faults = [{ match: { resource: "services" }, kind: "hang" as const }];
    await withTimeEnough(async (_limit, timeoutMs) => {
      const server = await apiServer({ objects, logs, now: NOW, faults });
      const reader = openServer(server, { timeoutMs });
      expect(missingOf(await reader.list(RESOURCES.services)).why).toBe("timeout");
      expect((await reader.log(TARGET)).ok).toBe(true);
    });
  });

  it("begins anew with a new budget", async () => {
    const faults = [{ ...LOG, kind: "hang" as const, times: 1 }];
    await withTimeEnough(async (_limit, timeoutMs) => {
      const server = await apiServer({ objects, logs, now: NOW, faults });
      const reader = openServer(server, { timeoutMs });
      expect(missingOf(await reader.log(TARGET)).why).toBe("timeout");
      reader.renew();
      expect(await reader.log(TARGET)).toMatchObject(gathered({ lines: [{}] }));
    });
  });
});
