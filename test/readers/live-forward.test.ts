import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import type { DebugTarget } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import type { ApiClient } from "../../src/readers/live/api/client.ts";
import type { Tls } from "../../src/readers/live/connection/index.ts";
import { UpgradeSockets } from "../../src/readers/live/debug/upgrades.ts";
import { afterwards, causeOf, namesOf, openRaw, pod, rawServer, valueOf } from "./live-support.ts";

/*
 * Port-forwards as servers may answer them, byte by byte.
 */

const TARGET: DebugTarget = { namespace: "istio-system", pod: "istiod", port: 15_014 };
const LICENSE = { State: "OK", Product: "gloo-mesh" };
const PROXIES = [{ proxy: "a" }];
const PORT = Buffer.of(15_014 & 0xff, 15_014 >> 8);
const CLOSE = Buffer.of(0x88, 2, 3, 232);

/** A message of a channel as a server frames it: binary, not masked. */
function message(channel: number, bytes: string | Buffer): Buffer {
  const payload = Buffer.concat([Buffer.of(channel), Buffer.from(bytes as string)]);
  const { length } = payload;
  const header = length < 126 ? [0x82, length] : [0x82, 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), payload]);
}

function switching({ headers }: IncomingMessage): Buffer {
  const accept = createHash("sha1")
    .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  return Buffer.from(
    [
      "HTTP/1.1 101 Switching Protocols",
      "upgrade: websocket",
      "connection: upgrade",
      "sec-websocket-protocol: v4.channel.k8s.io",
      `sec-websocket-accept: ${accept}`,
      "\r\n",
    ].join("\r\n"),
  );
}

const portsOf = (request: IncomingMessage): string[] =>
  new URL(request.url ?? "", "https://server/").searchParams.get("ports")?.split(",") ?? [];

/** Every channel begins with its port. */
const opening = (request: IncomingMessage): Buffer[] =>
  portsOf(request).flatMap((_, index) => [message(2 * index, PORT), message(2 * index + 1, PORT)]);

function answer(body: unknown): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

/** What the client sent in a short message: frames of clients are masked. */
function unmasked(frame: Buffer): { channel: number; text: string } {
  const long = (frame[1] ?? 0) % 128 === 126;
  const start = long ? 4 : 2;
  const mask = frame.subarray(start, start + 4);
  const bytes = frame.subarray(start + 4).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { channel: bytes[0] ?? 0, text: Buffer.from(bytes.subarray(1)).toString() };
}

/** Answers the questions on each channel with the license. */
function answerAll(socket: Socket): void {
  socket.on("data", (frame) => {
    const { channel, text } = unmasked(frame);
    if (text.startsWith("GET /")) {
      socket.write(message(channel, answer(text.includes("license") ? LICENSE : PROXIES)));
    }
  });
}

type Upgrade = (request: IncomingMessage, socket: Socket, count: number) => void;

/** A server that does as it is told with upgrades, and has nothing else. */
async function forwarding(upgrade: Upgrade, tls = true) {
  const asked: string[] = [];
  const refuse: RequestListener = (request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(401).end();
  };
  const server = await rawServer(refuse, tls);
  server.server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    asked.push(request.url ?? "");
    socket.on("error", () => undefined);
    upgrade(request, socket, asked.length);
  });
  return { server, asked };
}

describe.each([true, false])("over TLS: %s", (tls) => {
  it("messages that come along with the 101 are not lost", async () => {
    const { server } = await forwarding((request, socket) => {
      socket.write(Buffer.concat([switching(request), ...opening(request)]));
      answerAll(socket);
    }, tls);
    const reader = openRaw(server);
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
  });

  it("nor is an error that comes along with it", async () => {
    const { server } = await forwarding((request, socket) => {
      const refused = message(1, "dial tcp4 127.0.0.1:15014: connection refused");
      socket.end(Buffer.concat([switching(request), ...opening(request), refused, CLOSE]));
    }, tls);
    expect(await causeOf(openRaw(server).debug(TARGET, "/debug/license"))).toMatch(
      /^unreachable: port-forward: .*connection refused/,
    );
  });
});

describe("a server that does not serve two connections of one port-forward", () => {
  const both = async ({ server }: Awaited<ReturnType<typeof forwarding>>) => {
    const reader = openRaw(server);
    const [license, syncz] = await Promise.all([
      reader.debug(TARGET, "/debug/license"),
      reader.debug(TARGET, "/debug/syncz"),
    ]);
    expect(valueOf(license)).toEqual(LICENSE);
    expect(valueOf(syncz)).toEqual(PROXIES);
  };

  it("is asked for one each, when it refuses them", async () => {
    const servers = await forwarding((request, socket) => {
      if (portsOf(request).length > 1) {
        socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      socket.write(Buffer.concat([switching(request), ...opening(request)]));
      answerAll(socket);
    });
    await both(servers);
    expect(servers.asked.map((url) => url.split("=")[1])).toEqual([
      "15014,15014",
      "15014",
      "15014",
    ]);
  });

  it("is asked for another, when the second fails", async () => {
    const servers = await forwarding((request, socket) => {
      socket.write(Buffer.concat([switching(request), ...opening(request)]));
      if (portsOf(request).length > 1) socket.write(message(3, "one is enough"));
      answerAll(socket);
    });
    await both(servers);
    expect(servers.asked.map((url) => url.split("=")[1])).toEqual(["15014,15014", "15014"]);
  });

  it("is not asked again when it accepts nobody", async () => {
    const servers = await forwarding((_request, socket) => {
      socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");
    });
    const reader = openRaw(servers.server);
    const causes = await Promise.all([
      causeOf(reader.debug(TARGET, "/debug/license")),
      causeOf(reader.debug(TARGET, "/debug/syncz")),
    ]);
    for (const cause of causes) expect(cause).toMatch(/^unauthorized: /);
    expect(servers.asked).toHaveLength(1);
  });
});

describe("a connection that was made ahead", () => {
  it("is not used once the server has said that it waited too long", async () => {
    const sockets: Socket[] = [];
    const { server } = await forwarding((request, socket) => {
      socket.write(Buffer.concat([switching(request), ...opening(request)]));
      answerAll(socket);
    });
    server.server.on("secureConnection", (socket: Socket) => {
      if (sockets.push(socket) > 1) return;
      socket.end("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n");
    });
    const reader = openRaw(server);
    reader.expectDebug();
    await expect.poll(() => sockets[0]?.writableFinished).toBe(true);
    expect(valueOf(await reader.debug(TARGET, "/debug/license"))).toEqual(LICENSE);
  });

  /** Sockets for upgrades to a plain server, for credentials with these certificates. */
  async function upgrades(accepts: (count: number) => boolean) {
    const accepted: Socket[] = [];
    const { server } = await rawServer((_request, response) => void response.end(), false);
    server.on("connection", (socket: Socket) => accepted.push(socket));
    const { port } = server.address() as { port: number };
    const first: Tls = { context: {} as Tls["context"], verify: true };
    let count = 0;
    const client = {
      endpoint: { host: "127.0.0.1", port, tls: false },
      budget: { signal: () => new AbortController().signal },
      credential: () => {
        count += 1;
        return accepts(count) ? Promise.resolve({ tls: first }) : new Promise(() => {});
      },
    };
    const sockets = new UpgradeSockets(client as unknown as ApiClient);
    afterwards(() => sockets.close());
    const open = async (tls: Tls) => {
      const { signal } = new AbortController();
      const socket = await sockets.open({ tls }, signal);
      afterwards(() => socket.destroy());
      return socket;
    };
    return { sockets, open, accepted, first };
  }

  it("is used once, and for its own certificate only", async () => {
    const { sockets, open, accepted, first } = await upgrades(() => true);
    await sockets.prepare();
    await sockets.prepare();
    await open(first);
    await expect.poll(() => accepted.length).toBe(1);
    await open(first);
    await expect.poll(() => accepted.length).toBe(2);
    const other = await upgrades(() => true);
    await other.sockets.prepare();
    await expect.poll(() => other.accepted.length).toBe(1);
    await other.open({ ...first });
    await expect.poll(() => other.accepted.length).toBe(2);
  });

  it("is not waited for when it does not come", async () => {
    const { sockets, open, accepted, first } = await upgrades(() => false);
    void sockets.prepare();
    await open(first);
    await expect.poll(() => accepted.length).toBe(1);
  });
});

it("the next page is asked for while the one before is still arriving", async () => {
  const pages: string[] = [];
  let finish = (): void => undefined;
  const server = await rawServer((request, response) => {
    const token = new URL(request.url ?? "", "https://server/").searchParams.get("continue");
    pages.push(token ?? "first");
    response.setHeader("content-type", "application/json");
    const page = (name: string, next: string): [string, string] => [
      `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"${next}},"items":[`,
      `${JSON.stringify(pod(name))}]}\n`,
    ];
    if (token === null) {
      const [start, end] = page("one", ',"continue":"second"');
      response.write(start);
      // It never ends but for the request of the next page.
      finish = () => void response.end(end);
      return;
    }
    finish();
    response.end(page("two", "").join(""));
  });
  const found = valueOf(await openRaw(server).list(RESOURCES.pods));
  expect(namesOf(found)).toEqual(["one", "two"]);
  expect(pages).toEqual(["first", "second"]);
});
