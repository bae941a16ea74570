import { createServer as createHttpServer } from "node:http";
import { createSecureServer } from "node:http2";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import { networkFault } from "../../src/readers/live/connection/network-fault.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { createAuthority } from "../support/apiserver/tls.ts";
import type { TlsFault } from "../support/apiserver/types.ts";
import {
  afterwards,
  apiServer,
  causeOf,
  kubeconfigFor,
  listening,
  openKubeconfig,
  openRaw,
  openServer,
  pod,
  rawServer,
  valueOf,
  PLENTY,
} from "./live-support.ts";

describe("a server that cannot be trusted", () => {
  it.each<[TlsFault, string]>([
    [
      "other-ca",
      'is signed by an unknown CA: see certificate-authority-data of cluster "ctx" in the kubeconfig',
    ],
    ["expired", "has expired, or the clock here is wrong"],
    [
      "wrong-host",
      'is for another host (DNS:kubernetes.example.com): see server and tls-server-name of cluster "ctx" in the kubeconfig',
    ],
  ])("%s", async (tls, said) => {
    const server = await apiServer({ tls });
    expect(await causeOf(openServer(server).connect())).toBe(
      `unreachable: the certificate of ${new URL(server.url).host} ${said}`,
    );
    expect(server.requests).toEqual([]);
  });

  it("is trusted all the same when the kubeconfig says so", async () => {
    const server = await apiServer({ tls: "other-ca" });
    const reader = openServer(server, { cluster: { "insecure-skip-tls-verify": true } });
    expect(valueOf(await reader.connect()).user).toBe("kubernetes-admin");
  });

  it("is known by the name that the kubeconfig gives", async () => {
    const server = await apiServer({ tls: "wrong-host" });
    const cluster = { "tls-server-name": "kubernetes.example.com" };
    valueOf(await openServer(server, { cluster }).connect());
    const other = await apiServer();
    expect(await causeOf(openServer(other, { cluster }).connect())).toContain(
      "is for another host (DNS:localhost, IP Address:127.0.0.1)",
    );
    valueOf(await openServer(other, { cluster: { "tls-server-name": "127.0.0.1" } }).connect());
  });

  it("does not speak TLS", async () => {
    const server = await rawServer((_request, response) => void response.end(), false);
    const url = server.url.replace("http:", "https:");
    expect(await causeOf(openRaw({ url }).connect())).toMatch(/does not speak TLS/);
  });

  it("speaks TLS and is asked without", async () => {
    const server = await apiServer();
    const url = server.url.replace("https:", "http:");
    expect(await causeOf(openRaw({ url }).connect())).toMatch(/^un(reachable|readable): /);
  });

  it("does not speak HTTP", async () => {
    const { port } = await listening(createServer((socket) => socket.end("220 smtp ready\r\n")));
    expect(await causeOf(openRaw({ url: `http://127.0.0.1:${port}` }).connect())).toBe(
      `unreadable: 127.0.0.1:${port} answered with something that is not HTTP`,
    );
  });
});

describe("a server that cannot be reached", () => {
  it("because nothing listens", async () => {
    const port = await freePort();
    expect(await causeOf(openRaw({ url: `https://127.0.0.1:${port}` }).list(RESOURCES.pods))).toBe(
      `unreachable: 127.0.0.1:${port} refused the connection: nothing listens there`,
    );
    expect(await causeOf(openRaw({ url: `https://localhost:${port}` }).connect())).toBe(
      `unreachable: localhost:${port} refused the connection: nothing listens there`,
    );
    expect(await causeOf(openRaw({ url: `https://[::1]:${port}` }).connect())).toContain(
      `[::1]:${port}`,
    );
  });

  it("because its name does not resolve", async () => {
    const cause = await causeOf(openRaw({ url: "https://no-such-host.invalid" }).connect());
    expect(cause).toMatch(/^unreachable: the host name of no-such-host\.invalid:443 /);
  });

  it("because it accepts and says nothing", async () => {
    const { port } = await listening(createServer());
    const reader = openRaw({ url: `https://127.0.0.1:${port}` }, { timeoutMs: 300 });
    expect(await causeOf(reader.connect())).toBe("timeout: no answer within 300ms");
  });

  it("because it closes before TLS", async () => {
    const { port } = await listening(createServer((socket) => socket.end()));
    expect(await causeOf(openRaw({ url: `https://127.0.0.1:${port}` }).connect())).toBe(
      `unreachable: 127.0.0.1:${port} closed the connection`,
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Proxy {
  port: number;
  /** Hosts that it was asked to connect to, with the login that came along. */
  asked: string[];
}

interface HttpProxy extends Proxy {
  /** Bytes that came back from the server. */
  received: () => number;
}

/** An HTTP proxy that connects to everything (or to that port), or answers with that status. */
async function httpProxy(status?: string, to?: number): Promise<HttpProxy> {
  const asked: string[] = [];
  let received = 0;
  const proxy = createHttpServer((_request, response) => void response.end());
  proxy.on("connect", (request, socket: Socket) => {
    asked.push(`${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
      return;
    }
    const [hostname = "", port] = (request.url ?? "").split(":");
    const onward = connect(to ?? Number(port), to === undefined ? hostname : "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    onward.on("data", (data) => (received += data.length));
    socket.on("error", () => onward.destroy());
  });
  const { port } = await listening(proxy);
  return { port, asked, received: () => received };
}

describe("an HTTP proxy", () => {
  it("is taken from the kubeconfig, with its login", async () => {
    const server = await apiServer();
    const proxy = await httpProxy();
    const cluster = { "proxy-url": `http://me:p%40ss@127.0.0.1:${proxy.port}` };
    const reader = openServer(server, { cluster });
    valueOf(await reader.connect());
    expect(proxy.asked).toEqual([`${new URL(server.url).host} Basic ${btoa("me:p@ss")}`]);
  });

  it("is used for debug requests as well", async () => {
    const server = await apiServer({
      objects: [
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "istiod", namespace: "istio-system" },
          status: { phase: "Running" },
        },
      ],
      debug: { "istio-system/istiod/15014/license": { State: "OK" } },
    });
    const proxy = await httpProxy();
    const reader = openServer(server, {
      cluster: { "proxy-url": `http://127.0.0.1:${proxy.port}` },
    });
    const target = { namespace: "istio-system", pod: "istiod", port: 15_014 };
    expect(valueOf(await reader.debug(target, "/debug/license"))).toEqual({ State: "OK" });
    expect(proxy.asked).toHaveLength(1);
  });

  it("brings large answers compressed, and small ones as they are", async () => {
    const objects = Array.from({ length: 400 }, (_, n) =>
      pod(`pod-${n}`, "default", { spec: { note: "x".repeat(500) } }),
    );
    const server = await apiServer({ objects });
    const proxy = await httpProxy(undefined, Number(new URL(server.url).port));
    const reader = openServer(server, {
      cluster: {
        server: "https://api.example.com",
        "tls-server-name": "localhost",
        "proxy-url": `http://127.0.0.1:${proxy.port}`,
      },
    });
    expect(valueOf(await reader.list(RESOURCES.pods))).toHaveLength(400);
    valueOf(await reader.connect());
    expect(proxy.asked).toEqual(["api.example.com:443"]);
    expect(proxy.received()).toBeLessThan(100_000);
  });

  it("may refuse", async () => {
    const server = await apiServer();
    const { port } = await httpProxy("407 Proxy Authentication Required");
    const cluster = { "proxy-url": `http://me:hunter2@127.0.0.1:${port}` };
    expect(await causeOf(openServer(server, { cluster }).connect())).toBe(
      `unreachable: the proxy 127.0.0.1:${port} refused to connect to ${new URL(server.url).host}: 407 Proxy Authentication Required`,
    );
  });

  it("may be down, or be none, or hang", async () => {
    const server = await apiServer();
    const port = await freePort();
    const through = (url: string, timeoutMs = PLENTY) =>
      causeOf(openServer(server, { cluster: { "proxy-url": url }, timeoutMs }).connect());
    expect(await through(`http://127.0.0.1:${port}`)).toBe(
      `unreachable: proxy: 127.0.0.1:${port} refused the connection: nothing listens there`,
    );
    const closing = await listening(createServer((socket) => socket.end()));
    expect(await through(`http://127.0.0.1:${closing.port}`)).toBe(
      `unreachable: proxy: 127.0.0.1:${closing.port} closed the connection`,
    );
    const hanging = await listening(createServer());
    expect(await through(`http://127.0.0.1:${hanging.port}`, 300)).toBe(
      "timeout: no answer within 300ms",
    );
    const web = await listening(
      createServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")),
    );
    // Node takes any 200 to CONNECT for a tunnel: what comes out of it is no TLS.
    expect(await through(`http://127.0.0.1:${web.port}`)).toMatch(/^unreachable: /);
    expect(await through(`https://127.0.0.1:${(await httpProxy()).port}`)).toMatch(
      /^unreachable: proxy: 127\.0\.0\.1:\d+ does not speak TLS/,
    );
  });

  it("must be a URL of a known kind", async () => {
    const server = await apiServer();
    for (const url of ["ftp://proxy", "http://", "::"]) {
      expect(() => openServer(server, { cluster: { "proxy-url": url } })).toThrow(
        new UsageError("proxy-url of the kubeconfig is not an http, https or socks5 URL"),
      );
    }
  });

  it("is taken from the environment, but not for this machine", async () => {
    const server = await apiServer();
    const proxy = await httpProxy("503 Busy");
    const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}`, HTTP_PROXY: "http://elsewhere" };
    valueOf(await openServer(server, { env }).connect());
    expect(proxy.asked).toEqual([]);
    const remote = openKubeconfig(kubeconfigFor({ url: "https://api.example.com" }), { env });
    expect(await causeOf(remote.connect())).toContain("503 Busy");
    expect(proxy.asked).toEqual(["api.example.com:443"]);
  });
});

interface SocksOptions {
  /** What it answers to the greeting: the method. */
  method?: number;
  version?: number;
  login?: number;
  reply?: number;
  /** Type of the address that it says it connects from. */
  address?: Buffer;
}

/** A SOCKS5 proxy of one connection each; what it reads comes in as few pieces as the client writes. */
async function socksProxy(options: SocksOptions = {}): Promise<Proxy> {
  const { method = 0, version = 5, login = 0, reply = 0 } = options;
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    let stage = method === 2 ? "greeting" : "greeting-only";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (stage.startsWith("greeting")) {
        socket.write(Buffer.of(version, method));
        stage = stage === "greeting" ? "login" : "request";
      } else if (stage === "login") {
        asked.push(data.subarray(2, 2 + (data[1] ?? 0)).toString());
        socket.write(Buffer.of(1, login));
        stage = "request";
      } else if (stage === "request") {
        stage = "open";
        const isName = data[3] === 3;
        const length = isName ? 1 + (data[4] ?? 0) : data[3] === 4 ? 16 : 4;
        const port = data.readUInt16BE(4 + length);
        const host = isName ? data.subarray(5, 4 + length).toString() : `type ${data[3]}`;
        asked.push(host);
        const address = options.address ?? Buffer.of(1, 0, 0, 0, 0);
        socket.write(Buffer.concat([Buffer.of(5, reply, 0), address, Buffer.of(0, 0)]));
        if (reply !== 0) return;
        socket.removeAllListeners("data");
        const onward = connect(port, "127.0.0.1");
        onward.on("error", () => socket.destroy());
        socket.pipe(onward).pipe(socket);
      }
    });
  });
  const { port } = await listening(proxy);
  return { port, asked };
}

describe("a SOCKS proxy", () => {
  it.each([
    ["an IPv4 address", Buffer.of(1, 0, 0, 0, 0)],
    ["an IPv6 address", Buffer.concat([Buffer.of(4), Buffer.alloc(16)])],
    ["a name", Buffer.concat([Buffer.of(3, 3), Buffer.from("abc")])],
  ])("connects, from %s", async (_name, address) => {
    const server = await apiServer();
    const proxy = await socksProxy({ address });
    const cluster = { "proxy-url": `socks5://127.0.0.1:${proxy.port}` };
    valueOf(await openServer(server, { cluster }).connect());
    expect(proxy.asked).toEqual(["type 1"]);
  });

  it("resolves names itself, and takes a login", async () => {
    const server = await apiServer();
    const proxy = await socksProxy({ method: 2 });
    const { port } = new URL(server.url);
    const cluster = {
      server: `https://localhost:${port}`,
      "proxy-url": `socks5h://me:hunter2@127.0.0.1:${proxy.port}`,
    };
    valueOf(await openServer(server, { cluster }).connect());
    expect(proxy.asked).toEqual(["me", "localhost"]);
  });

  it.each<[string, SocksOptions, string, string]>([
    ["another protocol", { version: 4 }, "", "does not speak SOCKS version 5"],
    ["a login that it needs", { method: 255 }, "", "asks for user and password"],
    [
      "a login that it refuses",
      { method: 2, login: 1 },
      "me:hunter2@",
      "refused user and password",
    ],
    ["a refusal", { reply: 5 }, "", "refused to connect to 127.0.0.1:1: connection refused"],
    ["an unknown refusal", { reply: 99 }, "", "refused to connect to 127.0.0.1:1: no reason given"],
  ])("answers with %s", async (_name, options, login, said) => {
    const proxy = await socksProxy(options);
    const reader = openRaw(
      { url: "https://127.0.0.1:1" },
      { cluster: { "proxy-url": `socks5://${login}127.0.0.1:${proxy.port}` } },
    );
    expect(await causeOf(reader.connect())).toBe(
      `unreachable: the proxy 127.0.0.1:${proxy.port} ${said}`,
    );
  });

  it("connects to IPv6 addresses", async () => {
    const proxy = await socksProxy({ reply: 4 });
    const reader = openRaw(
      { url: "https://[2001:db8::1]:6443" },
      { cluster: { "proxy-url": `socks5://127.0.0.1:${proxy.port}` } },
    );
    expect(await causeOf(reader.connect())).toContain("[2001:db8::1]:6443: host unreachable");
    expect(proxy.asked).toEqual(["type 4"]);
  });

  it("may close or hang", async () => {
    const closing = await listening(createServer((socket) => socket.end()));
    expect(await throughSocks(closing.port)).toBe(
      `unreachable: proxy: 127.0.0.1:${closing.port} closed the connection`,
    );
    const hanging = createServer();
    afterwards(() => hanging.close());
    expect(await throughSocks((await listening(hanging)).port, 300)).toBe(
      "timeout: no answer within 300ms",
    );
  });
});

function throughSocks(port: number, timeoutMs = PLENTY): Promise<string> {
  const cluster = { "proxy-url": `socks5://127.0.0.1:${port}` };
  return causeOf(openRaw({ url: "https://127.0.0.1:1" }, { cluster, timeoutMs }).connect());
}

describe("a server that ends its connections", () => {
  it("is connected to again, and what is under way is finished", async () => {
    const authority = await createAuthority();
    const identity = await authority.server();
    let sessions = 0;
    const server = createSecureServer({ key: identity.keyPem, cert: identity.certPem });
    server.on("session", (session) => {
      sessions += 1;
      session.on("error", () => undefined);
    });
    server.on("stream", (stream) => {
      stream.session?.goaway();
      setImmediate(() => {
        stream.respond({ ":status": 200, "content-type": "application/json" });
        stream.end('{"kind":"PodList","items":[]}');
      });
    });
    const { port } = await listening(server);
    const reader = openRaw({ url: `https://127.0.0.1:${port}`, caPem: authority.caPem });
    expect(valueOf(await reader.list(RESOURCES.pods))).toEqual([]);
    expect(valueOf(await reader.list(RESOURCES.pods))).toEqual([]);
    expect(sessions).toBe(2);
  });
});

describe("errors of the network", () => {
  it.each([
    ["EAI_AGAIN", "the host name of h:1 cannot be resolved now: DNS does not answer"],
    ["EHOSTUNREACH", "no route to h:1"],
    ["ETIMEDOUT", "h:1 does not answer: the connection timed out"],
    ["CERT_NOT_YET_VALID", "the certificate of h:1 is not valid yet: is the clock here right?"],
    ["CERT_REVOKED", "the certificate of h:1 has been revoked"],
    [
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      "h:1 refused the client certificate of the kubeconfig: has it expired?",
    ],
    [
      "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
      "h:1 refused the client certificate of the kubeconfig: has it expired?",
    ],
    [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "the certificate of h:1 is signed by an unknown CA: see certificate-authority-data in the kubeconfig",
    ],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "the certificate of h:1 is for another host (no names): see server and tls-server-name in the kubeconfig",
    ],
    ["ERR_HTTP2_SESSION_ERROR", "h:1 broke off the HTTP/2 connection"],
    ["ERR_SSL_STRANGE", "TLS with h:1 failed: what Node says"],
    ["EMFILE", "connection to h:1 failed: what Node says"],
  ])("%s", (code, detail) => {
    const cause = Object.assign(new Error("what\nNode says"), { code });
    expect(networkFault(cause, { authority: "h:1" })).toMatchObject({
      why: "unreachable",
      message: detail,
    });
  });

  it("are in words whatever they are", () => {
    expect(networkFault("oops", { authority: "h:1" }).message).toBe(
      "connection to h:1 failed: oops",
    );
    const empty = Object.assign(new Error(""), { code: "EODD" });
    expect(networkFault(empty, { authority: "h:1" }).message).toBe(
      "connection to h:1 failed: EODD",
    );
  });
});
