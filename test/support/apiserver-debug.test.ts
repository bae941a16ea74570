import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { Client } from "./apiserver/client.ts";

const NAMESPACE = "/api/v1/namespaces/istio-system/pods";
const FORWARD = `${NAMESPACE}/istiod-a/portforward`;
const V4 = "v4.channel.k8s.io";

let server: ApiServer;
let client: Client;

const pod = (name: string, phase: string, spec: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "istio-system" },
  spec,
  status: { phase },
});

beforeAll(async () => {
  server = await startApiServer({
    objects: [
      pod("istiod-a", "Running", { nodeName: "node-1" }),
      pod("pending", "Pending", {}),
      pod("starting", "Pending", { nodeName: "node-1" }),
    ],
    debug: {
      "istio-system/istiod-a/15014/license": { State: "OK", Product: "gloo-mesh" },
      "istio-system/istiod-a/15014/syncz": { status: 500, body: "out of order" },
    },
    users: [
      { name: "admin" },
      { name: "no-forward", deny: [{ verb: "create", resource: "pods/portforward" }] },
    ],
  });
  client = new Client(server);
});

afterAll(async () => {
  await client.close();
  await server.close();
});

/** Reads a forwarded port until `until` has come on a channel. */
async function converse(socket: WebSocket, send: string, until: RegExp): Promise<string[]> {
  const channels: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  socket.on("message", (data: Buffer) => {
    const channel = data[0] as number;
    channels[channel] = (channels[channel] ?? "") + data.subarray(1).toString("latin1");
    if (until.test(channels[channel])) resolve(channels);
  });
  await once(socket, "open");
  if (send !== "") socket.send(Buffer.concat([Buffer.of(0), Buffer.from(send)]));
  return promise;
}

const debugRequest = (path: string): string =>
  `GET /debug/${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

const at = (name: string): string => `${NAMESPACE}/${name}/portforward?ports=15014`;

async function refusal(path: string, protocols = [V4], user?: string): Promise<[number, string]> {
  const socket = client.socket(path, protocols, user);
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    Socket & { statusCode: number },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return [response.statusCode, Buffer.concat(chunks).toString()];
}

describe("pods/portforward", () => {
  it("opens each channel with its port and answers debug requests, several on a connection", async () => {
    const socket = client.socket(`${FORWARD}?ports=15014`, [V4]);
    const channels = await converse(
      socket,
      debugRequest("license") + debugRequest("syncz") + debugRequest("nope"),
      /404 page not found/,
    );
    expect(socket.protocol).toBe(V4);
    const port = String.fromCharCode(15014 & 0xff, 15014 >> 8);
    expect(channels[0]?.startsWith(port)).toBe(true);
    expect(channels[1]).toBe(port);
    expect(channels[0]).toContain('{"State":"OK","Product":"gloo-mesh"}');
    expect(channels[0]).toMatch(/500 Internal Server Error[^]*out of order/);
    socket.terminate();
  });

  it("closes the socket after an answer to Connection: close", async () => {
    const socket = client.socket(`${FORWARD}?ports=15014`, [V4]);
    const closed = once(socket, "close");
    const request = "GET /debug/license HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    await converse(socket, request, /gloo-mesh/);
    expect((await closed)[0]).toBe(1000);
  });

  it("says on the error channel that nothing listens on a port", async () => {
    const socket = client.socket(`${FORWARD}?ports=9999`, [V4]);
    const channels = await converse(socket, "", /connection refused/);
    expect(channels[1]).toContain("error forwarding port 9999 to pod");
    socket.terminate();
  });

  it("refuses before the upgrade what it cannot forward", async () => {
    expect(await refusal(at("nope"))).toEqual([
      404,
      expect.stringContaining('pods \\"nope\\" not found'),
    ]);
    expect(await refusal(at("pending"))).toEqual([
      400,
      expect.stringContaining("pod pending does not have a host assigned"),
    ]);
    expect(await refusal(at("starting"))).toEqual([500, 'pod not found ("starting_istio-system")']);
    expect((await refusal(at("istiod-a"), ["v9.channel.k8s.io"]))[0]).toBe(400);
    expect((await refusal(FORWARD))[0]).toBe(400);
  });

  it("asks for the right to create", async () => {
    const [status, body] = await refusal(`${FORWARD}?ports=15014`, [V4], "no-forward");
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({
      message:
        'pods "istiod-a" is forbidden: User "no-forward" cannot create resource "pods/portforward" in API group "" in the namespace "istio-system"',
    });
  });
});

describe("pods/proxy", () => {
  it("reaches the same answers", async () => {
    const { status, json } = await client.ask(`${NAMESPACE}/istiod-a:15014/proxy/debug/license`);
    expect([status, json]).toEqual([200, { State: "OK", Product: "gloo-mesh" }]);
    expect((await client.ask(`${NAMESPACE}/istiod-a:15014/proxy/debug/nope`)).status).toBe(404);
  });

  it("refuses a port where nothing listens, and a pod that is not there", async () => {
    const refused = await client.ask(`${NAMESPACE}/istiod-a/proxy/debug/license`);
    expect(refused.json["message"]).toContain("connection refused");
    expect((await client.ask(`${NAMESPACE}/nope:15014/proxy/debug/license`)).status).toBe(404);
  });

  it("can answer as an istiod that wants a token", async () => {
    const strict = await startApiServer({
      objects: [pod("istiod-a", "Running", {})],
      debug: { "istio-system/istiod-a/15014/license": {} },
      proxyDebugStatus: 401,
    });
    const other = new Client(strict);
    const answer = await other.ask(`${NAMESPACE}/istiod-a:15014/proxy/debug/license`);
    expect(answer.status).toBe(401);
    await other.close();
    await strict.close();
  });
});

it("closes connections that are in use", async () => {
  const busy = await startApiServer({ faults: [{ kind: "hang" }] });
  const port = Number(new URL(busy.url).port);
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  socket.on("error", () => undefined);
  await busy.close();
  await expect(closed).resolves.toEqual([expect.any(Boolean)]);
});
