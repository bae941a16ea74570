import type { Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { dial, type Dialled } from "../../src/probe/dial.ts";
import { type Authority, makeIntermediate, makeLeaf, makeRoot } from "../support/certificates.ts";
import { closedPort, tcpServer, type TestServer, tlsServer } from "../support/tls-server.ts";

/** Long enough for any machine. */
const LONG = 60_000;

let chain: [Authority, Authority, Authority];
const open: TestServer[] = [];

beforeAll(async () => {
  const root = await makeRoot();
  const intermediate = await makeIntermediate(root);
  chain = [await makeLeaf(intermediate), intermediate, root];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function opened(server: Promise<TestServer>): Promise<TestServer> {
  const started = await server;
  open.push(started);
  return started;
}

function to(
  { port }: Pick<TestServer, "port">,
  { timeoutMs = LONG, serverName }: { timeoutMs?: number; serverName?: string } = {},
): Promise<Dialled> {
  const destination = { host: "127.0.0.1", port };
  const { signal } = new AbortController();
  return dial(
    serverName === undefined ? destination : { ...destination, serverName },
    timeoutMs,
    signal,
  );
}

const VERSIONS: [string, TlsOptions][] = [
  ["TLS 1.2", { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }],
  ["TLS 1.3", { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" }],
];

describe.each(VERSIONS)("a server of %s", (_version, version) => {
  it("presents its chain", async () => {
    const server = await opened(tlsServer(chain, version));
    const dialled = await to(server);
    expect(dialled.failure).toBeUndefined();
    expect(dialled.chain).toEqual(chain.map(({ der }) => der));
    expect(dialled.clientCertificate).toBe("not-required");
    expect(dialled.connectMs).toBeGreaterThan(0);
    expect(dialled.handshakeMs).toBeGreaterThan(0);
    expect(dialled.resolved).toBeUndefined();
  });

  it("has been reached where it wants a client certificate", async () => {
    const strict = { requestCert: true, rejectUnauthorized: true, ca: chain[2].pem };
    const server = await opened(tlsServer(chain, { ...version, ...strict }));
    const dialled = await to(server);
    expect(dialled.failure).toBeUndefined();
    expect(dialled.clientCertificate).toBe("required");
    expect(dialled.chain).toEqual(chain.map(({ der }) => der));
  });

  it("is not asked twice where it would take a client certificate and does not insist", async () => {
    const lax = { requestCert: true, rejectUnauthorized: false, ca: chain[2].pem };
    const server = await opened(tlsServer(chain, { ...version, ...lax }));
    expect((await to(server)).clientCertificate).toBe("not-required");
  });

  it("is asked for the name by SNI, and for none without one", async () => {
    const server = await opened(tlsServer(chain, version));
    const serverName = "outbound_.15012_._.istiod.istio-system.svc.cluster.local";
    await to(server, { serverName });
    await to(server);
    expect(server.names).toEqual([serverName, false]);
  });
});

describe("what is no gateway", () => {
  it("refuses the connection", async () => {
    const { failure, chain: none } = await to({ port: await closedPort() });
    expect(failure?.verdict).toBe("refused");
    expect(none).toEqual([]);
  });

  /** Dials, and gives up once the server has taken the first bytes of the handshake. */
  async function givenUp(onConnection: (socket: Socket) => void): Promise<Dialled> {
    const greeted = Promise.withResolvers<void>();
    const interruption = new AbortController();
    const { port } = await opened(
      tcpServer((socket) => {
        onConnection(socket);
        socket.once("data", () => greeted.resolve());
      }),
    );
    const dialling = dial({ host: "127.0.0.1", port }, LONG, interruption.signal);
    await greeted.promise;
    interruption.abort(new Error("time is up"));
    return dialling;
  }

  it("takes the connection and says nothing", async () => {
    const dialled = await givenUp(() => undefined);
    expect(dialled.failure?.verdict).toBe("silent");
    expect(dialled.connectMs).toBeGreaterThan(0);
  });

  it("sends one byte after another and never comes to an end", async () => {
    // The head of a TLS record of 16 KiB, and then its content in drops.
    const dialled = await givenUp((socket) => {
      socket.write(Buffer.from([0x16, 3, 3, 0x40, 0]));
      const drip = (left: number): void => {
        if (left > 0 && socket.writable) socket.write(Buffer.from([2]), () => drip(left - 1));
      };
      drip(1000);
    });
    expect(dialled.failure?.verdict).toBe("silent");
  });

  it("is given up when its time is over", async () => {
    const server = await opened(tcpServer(() => undefined));
    const { failure } = await to(server, { timeoutMs: 50 });
    expect(["silent", "timed-out"]).toContain(failure?.verdict);
  });

  it.each([
    ["HTTP", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
    ["SSH", "SSH-2.0-OpenSSH_9.6\r\n"],
  ])("speaks %s", async (_name, greeting) => {
    const server = await opened(
      tcpServer((socket) => socket.once("data", () => socket.end(greeting))),
    );
    expect((await to(server)).failure?.verdict).toBe("not-tls");
  });

  it.each([
    ["closes it", "end"],
    ["resets it", "resetAndDestroy"],
  ] as const)("takes the connection and %s", async (_name, how) => {
    const server = await opened(tcpServer((socket) => socket.once("data", () => socket[how]())));
    const { failure } = await to(server);
    expect(failure).toEqual({
      verdict: "tls-failed",
      reason: "it closes the connection as TLS begins",
    });
  });

  it("breaks TLS off with an alert", async () => {
    const server = await opened(
      tlsServer(chain, {
        SNICallback: (_name, give) => give(new Error("unknown")),
      }),
    );
    const { failure } = await to(server, { serverName: "nobody.example" });
    expect(failure?.verdict).toBe("tls-failed");
  });

  it("speaks too old a version of TLS", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" } as const;
    const server = await opened(tlsServer(chain, old));
    expect((await to(server)).failure?.verdict).toBe("tls-failed");
  });
});

describe("an alert about a client certificate", () => {
  // Fatal alerts in the clear, before the server has presented itself.
  const alert = (description: number): Buffer => Buffer.from([0x15, 3, 3, 0, 2, 2, description]);

  it.each([
    ["certificate_required", 116],
    ["bad_certificate", 42],
  ])("%s is from a gateway that has been reached", async (_name, description) => {
    const server = await opened(
      tcpServer((socket) => socket.once("data", () => socket.end(alert(description)))),
    );
    const dialled = await to(server);
    expect(dialled.failure).toBeUndefined();
    expect(dialled.clientCertificate).toBe("required");
  });

  it("handshake_failure by itself says nothing of the kind", async () => {
    const server = await opened(
      tcpServer((socket) => socket.once("data", () => socket.end(alert(40)))),
    );
    expect((await to(server)).failure?.reason).toBe("it breaks TLS off: handshake failure");
  });
});

describe("a host name", () => {
  it("is looked up, and what DNS gives is told", async () => {
    const server = await opened(tlsServer(chain));
    const { signal } = new AbortController();
    const dialled = await dial({ host: "localhost", port: server.port }, LONG, signal);
    expect(dialled.resolved).toContain("127.0.0.1");
    expect(dialled.chain.length).toBe(3);
  });

  it("that does not exist is said to be none", async () => {
    const { signal } = new AbortController();
    const { failure } = await dial({ host: "gateway.invalid", port: 15_012 }, LONG, signal);
    expect(["no-such-host", "dns-failed"]).toContain(failure?.verdict);
  });
});

it("ends at once when it is interrupted, whatever it waits for", async () => {
  const interruption = new AbortController();
  const reached = Promise.withResolvers<void>();
  const server = await opened(tcpServer(() => reached.resolve()));
  const dialling = dial({ host: "127.0.0.1", port: server.port }, LONG, interruption.signal);
  await reached.promise;
  interruption.abort(new Error("Ctrl-C"));
  expect((await dialling).failure).toBeDefined();
  const after = await dial({ host: "127.0.0.1", port: server.port }, LONG, interruption.signal);
  expect(after.failure).toBeDefined();
});
