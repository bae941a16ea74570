import { webcrypto } from "node:crypto";
import { once } from "node:events";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { PemConverter } from "@peculiar/x509";
import type { Authority } from "./certificates.ts";

/* Servers on this machine that answer as gateways do, or as they should not. */

export interface TestServer {
  port: number;
  /** Server names that clients asked for by SNI, `false` where they asked for none. */
  names: (string | false | null)[];
  close(): Promise<void>;
}

async function listening(server: Server, names: TestServer["names"] = []): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    names,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A server with a certificate and what stands above it. */
export async function tlsServer(
  chain: readonly [Authority, ...Authority[]],
  options: TlsOptions = {},
): Promise<TestServer> {
  const key = await webcrypto.subtle.exportKey("pkcs8", chain[0].keys.privateKey);
  const names: TestServer["names"] = [];
  const server = createTlsServer({
    cert: chain.map(({ pem }) => pem).join(""),
    key: PemConverter.encode(key, "PRIVATE KEY"),
    ALPNProtocols: ["h2"],
    ...options,
  });
  server.on("tlsClientError", () => undefined);
  server.on("secureConnection", (socket) => {
    names.push(socket.servername);
    socket.on("error", () => undefined);
  });
  return listening(server, names);
}

/** A server that does with a connection what is given. */
export function tcpServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  return listening(server);
}

/** A port at which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await tcpServer(() => undefined);
  await server.close();
  return server.port;
}
