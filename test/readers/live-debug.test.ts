import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { DebugTarget } from "../../src/model/reader.ts";
import { channelsOf, type Channel } from "../../src/readers/live/debug/channel.ts";
import type { ApiServerOptions, Fault } from "../support/apiserver.ts";
import { withTimeEnough } from "../support/time-enough.ts";
import {
  apiServer,
  causeOf,
  missingOf,
  openRaw,
  openServer,
  pod,
  rawServer,
  valueOf,
  type Opening,
} from "./live-support.ts";

const TARGET: DebugTarget = { namespace: "istio-system", pod: "istiod", port: 15_014 };
const LICENSE = { State: "OK", Product: "gloo-mesh" };
const FORWARD = "/api/v1/namespaces/istio-system/pods/istiod/portforward";
const PROXY = "/api/v1/namespaces/istio-system/pods/istiod:15014/proxy/debug/license";

async function istiod(options: ApiServerOptions = {}, opening: Opening = {}) {
  const server = await apiServer({
    objects: [pod("istiod", "istio-system")],
    debug: {
      "istio-system/istiod/15014/license": LICENSE,
      "istio-system/istiod/15014/syncz": [{ proxy: "a" }],
      "istio-system/istiod/15014/broken": { status: 200, body: "{" },
      "istio-system/istiod/15014/failing": { status: 500, body: "oops" },
      "istio-system/istiod/15014/large": { text: "x".repeat(200_000) },
    },
    ...options,
  });
  const reader = openServer(server, opening);
  const paths = () => server.requests.map(({ path }) => path);
  return { server, reader, paths };
}

function forwardFault(fault: Fault): ApiServerOptions {
  return { faults: [{ match: { resource: "pods/portforward" }, ...fault }] };
}

describe("a port-forward", () => {
  it("is opened once a pod for the requests that come together", async () => {
    const { reader, paths, server } = await istiod();
    const [license, syncz, none, large] = await Promise.all([
      reader.debug(TARGET, "/debug/license"),
      reader.debug(TARGET, "/debug/syncz"),
      reader.debug(TARGET, "/debug/none"),
      reader.debug(TARGET, "/debug/large"),
    ]);
    expect(valueOf(license)).toEqual(LICENSE);
    expect(valueOf(syncz)).toEqual([{ proxy: "a" }]);
    expect(missingOf(none)).toEqual({
      ok: false,
      why: "not-found",
      detail: "the pod has no /debug/none (404)",
      request: {
        verb: "create",
        group: "",
        resource: "pods/portforward",
        namespace: "istio-system",
      },
    });
    expect(valueOf(large)).toEqual({ text: "x".repeat(200_000) });
    expect(paths()).toEqual([FORWARD]);
    expect(server.requests[0]?.query).toBe("ports=15014,15014,15014,15014");
  });

  it("does not make an answer wait for another", async () => {
    const { reader } = await istiod({
      faults: [{ kind: "hang", match: { path: "/debug/syncz" } }],
    });
    const [license, syncz] = [
      reader.debug(TARGET, "/debug/license"),
      reader.debug(TARGET, "/debug/syncz"),
    ];
    expect(valueOf(await license)).toEqual(LICENSE);
    await reader.close();
    expect(missingOf(await syncz).why).toBe("unreachable");
  });

  it("loses one answer only when the pod breaks one connection", async () => {
    const { reader } = await istiod({
      faults: [{ kind: "reset", match: { path: "/debug/syncz" } }],
      proxyDebugStatus: 401,
    });
    const [license, syncz] = await Promise.all([
      reader.debug(TARGET, "/debug/license"),
      reader.debug(TARGET, "/debug/syncz"),
    ]);
    expect(valueOf(license)).toEqual(LICENSE);
    expect(missingOf(syncz).detail).toMatch(/^port-forward: /);
  });

  it("works over HTTP/1.1 with a client certificate, as another user", async () => {
    const { reader } = await istiod(
      { http2: false },
      { auth: "clientCertificate", as: "kurt", asGroups: ["system:masters"] },
    );
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
  });

  it("gives what the pod answers, be it none that can be used", async () => {
    const { reader, paths } = await istiod();
    expect(await causeOf(reader.debug(TARGET, "/debug/broken"))).toBe(
      "unreadable: the answer is not valid JSON: it may have been cut off",
    );
    expect(await causeOf(reader.debug(TARGET, "/debug/failing"))).toBe(
      "unreadable: /debug/failing: 500 Internal Server Error: oops",
    );
    // A 500 is asked for again twice.
    expect(paths()).toEqual([FORWARD, FORWARD, FORWARD, FORWARD]);
  });

  it.each<[string, Fault]>([
    ["a reset", { kind: "reset", times: 2 }],
    ["a 429", { kind: "status", status: 429, headers: { "Retry-After": "0" }, times: 1 }],
    ["a 500", { kind: "status", status: 500, times: 2 }],
  ])("is tried again after %s", async (_name, fault) => {
    const { reader, paths } = await istiod(forwardFault(fault));
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
    expect(new Set(paths())).toEqual(new Set([FORWARD]));
  });

  it("is tried again after the pod broke the connection", async () => {
    const { reader } = await istiod({
      faults: [{ kind: "reset", times: 1, match: { path: "/debug/" } }],
    });
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
  });

  it.each<[string, ApiServerOptions]>([
    ["the API server says nothing", forwardFault({ kind: "hang" })],
    ["the pod says nothing", { faults: [{ kind: "hang", match: { path: "/debug/" } }] }],
  ])("is given up when %s", async (_name, options) => {
    await withTimeEnough(async (_limit, timeoutMs) => {
      const { reader, paths } = await istiod(options, { timeoutMs });
      const said = /^timeout: no answer within \w+$/;
      expect(await causeOf(reader.debug(TARGET, "/debug/license"))).toMatch(said);
      expect(paths()).toEqual([FORWARD]);
      reader.renew();
      expect(await causeOf(reader.debug(TARGET, "/debug/license"))).toMatch(said);
    });
  });

  it("is not tried another way when nobody signs in", async () => {
    const { reader, paths } = await istiod({}, { user: { token: "wrong" } });
    expect(await causeOf(reader.debug(TARGET, "/debug/license"))).toMatch(/^unauthorized: /);
    expect(paths()).toEqual([FORWARD]);
  });

  it("ends with the cluster", async () => {
    const { reader, server } = await istiod({
      faults: [{ kind: "hang", match: { path: "/debug/" } }],
    });
    const waiting = reader.debug(TARGET, "/debug/license");
    await expect.poll(() => server.requests.at(-1)?.status).toBe(101);
    await reader.close();
    expect(missingOf(await waiting).detail).toBe("the connection was closed before it answered");
  });
});

describe("a port-forward that is expected", () => {
  /** A server that notes its connections, and those on which it was asked for an upgrade. */
  async function counting() {
    const sockets: Socket[] = [];
    const upgraded: number[] = [];
    const server = await rawServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(LICENSE));
    });
    server.server.on("secureConnection", (socket: Socket) => sockets.push(socket));
    server.server.on("upgrade", (_request, socket: Socket) => {
      upgraded.push(sockets.indexOf(socket));
      socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    return { server, sockets, upgraded };
  }

  it("has its connection made ahead", async () => {
    const { server, sockets, upgraded } = await counting();
    const reader = openRaw(server);
    reader.expectDebug();
    reader.expectDebug();
    await expect.poll(() => sockets.length).toBe(1);
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
    expect(upgraded).toEqual([0]);
    // The second one is that of pods/proxy.
    expect(sockets).toHaveLength(2);
  });

  it("opens another when that one has ended meanwhile", async () => {
    const { server, sockets, upgraded } = await counting();
    const reader = openRaw(server);
    reader.expectDebug();
    await expect.poll(() => sockets.length).toBe(1);
    const ended = new Promise((resolve) => void sockets[0]?.once("close", resolve));
    sockets[0]?.destroy();
    await ended;
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
    expect(upgraded).not.toEqual([]);
  });

  it("closes it when no port-forward comes", async () => {
    const { server, sockets } = await counting();
    const reader = openRaw(server);
    reader.expectDebug();
    await expect.poll(() => sockets.length).toBe(1);
    const closed = new Promise((resolve) => void sockets[0]?.once("close", resolve));
    await reader.close();
    await closed;
  });

  it("says why there is no connection when it is needed, not before", async () => {
    const reader = openRaw({ url: "https://127.0.0.1:1" });
    reader.expectDebug();
    expect(await causeOf(reader.debug(TARGET, "/debug/license"))).toMatch(
      /^unreachable: port-forward: .*refused/,
    );
  });
});

describe("pods/proxy", () => {
  it.each<[string, ApiServerOptions]>([
    ["forbidden", { users: [{ name: "a", deny: [{ resource: "pods/portforward" }] }] }],
    ["failing", forwardFault({ kind: "status", status: 500 })],
    ["answered with a page", forwardFault({ kind: "html" })],
    ["answered with a redirect", forwardFault({ kind: "redirect" })],
  ])("is used when a port-forward is %s", async (_name, options) => {
    const { reader, paths } = await istiod(options);
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
    expect(paths().at(-1)).toBe(PROXY);
    expect(await causeOf(reader.debug(TARGET, "/debug/none"))).toBe(
      "not-found: the pod has no /debug/none (404)",
    );
  });

  it("and why both failed are named", async () => {
    const { reader } = await istiod({ users: [{ name: "viewer", allowOnly: [] }] });
    expect(missingOf(await reader.debug(TARGET, "/debug/license"))).toEqual({
      ok: false,
      why: "forbidden",
      detail:
        'port-forward: pods "istiod" is forbidden: User "viewer" cannot get resource "pods/portforward" in API group "" in the namespace "istio-system"; pods/proxy: pods "istiod:15014" is forbidden: User "viewer" cannot get resource "pods/proxy" in API group "" in the namespace "istio-system"',
      request: {
        verb: "create",
        group: "",
        resource: "pods/portforward",
        namespace: "istio-system",
      },
    });
  });

  it("may be where istiod refuses strangers", async () => {
    const { reader, paths } = await istiod(
      { users: [{ name: "a", deny: [{ resource: "pods/portforward" }] }], proxyDebugStatus: 401 },
      { auth: "tokenFile" },
    );
    expect(await causeOf(reader.debug(TARGET, "/debug/license"))).toMatch(
      /^forbidden: port-forward: .*; pods\/proxy: the pod answers only callers on its loopback \(401\)$/,
    );
    expect(paths().filter((path) => path === PROXY)).toHaveLength(1);
  });

  it("does not take a pod that is gone for one without the endpoint", async () => {
    const { reader } = await istiod({ objects: [] });
    expect(await causeOf(reader.debug(TARGET, "/debug/license"))).toBe(
      'unreachable: port-forward: pods "istiod" not found; pods/proxy: pods "istiod" not found',
    );
  });

  it("finds a closed port no more open than a port-forward does", async () => {
    const { reader, paths } = await istiod();
    const cause = await causeOf(reader.debug({ ...TARGET, port: 1 }, "/debug/license"));
    expect(cause).toMatch(
      /^unreachable: port-forward: error forwarding port 1 to pod .*connection refused; pods\/proxy: 503 Service Unavailable: error trying to reach service: .*connection refused$/,
    );
    expect(paths()).toHaveLength(2);
  });

  it("is used where there is no WebSocket", async () => {
    const server = await rawServer((request, response) => {
      if (request.url?.includes("/proxy/")) {
        response.end(JSON.stringify(LICENSE));
        return;
      }
      response.statusCode = 400;
      response.setHeader("content-type", "text/plain").end("unable to upgrade");
    });
    server.server.on("upgrade", (_request, socket) => {
      socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n",
      );
    });
    expect(valueOf(await openRaw(server).debug(TARGET, "/debug/license"))).toEqual(LICENSE);
  });
});

/** A WebSocket as far as a channel needs one. */
function fakeSocket() {
  const listeners = new Map<string, (value: unknown) => void>();
  const sent: Buffer[] = [];
  return {
    sent,
    terminated: 0,
    on(event: string, listener: (value: unknown) => void) {
      listeners.set(event, listener);
    },
    send(data: Buffer, done: (cause?: Error) => void) {
      sent.push(data);
      done();
    },
    terminate() {
      this.terminated += 1;
    },
    emit: (event: string, value?: unknown) => listeners.get(event)?.(value),
  };
}

describe("the channels of a WebSocket", () => {
  it("skips the port wherever the messages are cut, and ignores channels of others", async () => {
    const fake = fakeSocket();
    const [channel] = channelsOf(fake as never, 1) as [Channel];
    let text = "";
    channel.on("data", (chunk: Buffer) => (text += chunk.toString()));
    for (const bytes of [[0, 0x96], [0, 0x3a, 104], [1, 0x96, 0x3a], [7, 1], [0], [], [0, 105]]) {
      fake.emit("message", Buffer.from(bytes));
    }
    fake.emit("close");
    await new Promise((resolve) => channel.on("close", resolve));
    expect(text).toBe("hi");
    expect(fake.terminated).toBe(1);
  });

  it("keeps two connections apart, and ends with the last", async () => {
    const fake = fakeSocket();
    const [one, other] = channelsOf(fake as never, 2) as [Channel, Channel];
    const texts = ["", ""];
    one.on("data", (chunk: Buffer) => (texts[0] += chunk.toString()));
    other.on("data", (chunk: Buffer) => (texts[1] += chunk.toString()));
    for (const text of ["\u0000pp", "\u0001pp", "\u0002pp", "\u0003pp", "\u0002b", "\u0000a"]) {
      fake.emit("message", Buffer.from(text));
    }
    await new Promise((resolve) => void other.write("hi", resolve));
    expect(texts).toEqual(["a", "b"]);
    expect(fake.sent).toEqual([Buffer.from("\u0002hi")]);
    const failed = new Promise<Error>((resolve) => one.on("error", resolve));
    const closed = new Promise((resolve) => one.on("close", resolve));
    fake.emit("message", Buffer.from("\u0001refused"));
    expect((await failed).message).toBe("refused");
    await closed;
    expect([other.destroyed, fake.terminated]).toEqual([false, 0]);
    fake.emit("message", Buffer.from("\u0000late"));
    other.destroy();
    await new Promise((resolve) => other.on("close", resolve));
    expect(fake.terminated).toBe(1);
    fake.emit("close");
  });

  it("ends with the socket when nobody reads", async () => {
    const fake = fakeSocket();
    const [channel] = channelsOf(fake as never, 1) as [Channel];
    fake.emit("close");
    expect(channel.destroyed).toBe(true);
  });

  it("may fail before anybody listens", () => {
    const fake = fakeSocket();
    const channels = channelsOf(fake as never, 2);
    fake.emit("error", new Error("reset"));
    expect(channels.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it("fails with the error that comes on the error channel, or with the socket's", async () => {
    const fake = fakeSocket();
    const failed = new Promise<Error>((resolve) => {
      channelsOf(fake as never, 1)[0]?.on("error", resolve);
    });
    fake.emit("message", Buffer.from("\u0001ppno such\r\nport"));
    expect((await failed).message).toBe("no such port");
    const broken = new Promise<Error>((resolve) => {
      channelsOf(fake as never, 1)[0]?.on("error", resolve);
    });
    fake.emit("error", new Error("reset"));
    expect((await broken).message).toBe("reset");
  });
});
