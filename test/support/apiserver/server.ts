import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Credentials } from "./auth.ts";
import type { KeyPair } from "./tls.ts";

/** Both HTTP versions through one type: node's HTTP/2 compatibility layer is made for that. */
export type ServerRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

export interface Listener {
  request(request: ServerRequest, response: AnyResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface HttpsServer {
  port: number;
  /** Resets the TCP connection that a request came on. */
  reset(request: ServerRequest): void;
  /** Ends the connection after what was written to it. */
  hangUp(request: ServerRequest): void;
  close(): Promise<void>;
}

/** ms. */
const A_DAY = 24 * 60 * 60_000;

/** Listens on a free port of 127.0.0.1, HTTP/2 and HTTP/1.1. */
export async function listen(
  identity: KeyPair,
  caPem: string,
  http2: boolean,
  listener: Listener,
): Promise<HttpsServer> {
  const server = createSecureServer({
    key: identity.keyPem,
    cert: identity.certPem,
    ca: caPem,
    allowHTTP1: true,
    handshakeTimeout: A_DAY,
    ...(!http2 && { ALPNProtocols: ["http/1.1"] }),
    requestCert: true,
    rejectUnauthorized: false,
  });
  // Connections end when clients or faults end them, not because the machine was busy meanwhile. The
  // types do not know that this server is one of HTTP/1.1 as well.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const raw = trackSockets(server);
  server.on("request", (request, response) => listener.request(request, response));
  server.on("upgrade", (request, socket, head) => listener.upgrade(request, socket, head));
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const socketOf = (request: ServerRequest): Socket | undefined =>
    raw.get(request.socket.remotePort as number);
  return {
    port: (server.address() as AddressInfo).port,
    reset: (request) => void socketOf(request)?.resetAndDestroy(),
    hangUp: (request) => socketOf(request)?.destroySoon(),
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of raw.values()) socket.destroy();
      await closed;
    },
  };
}

/** The TCP sockets by the client's port: under TLS and HTTP/2 nothing else leads back to them. */
function trackSockets(server: Http2SecureServer): Map<number, Socket> {
  const sockets = new Map<number, Socket>();
  server.on("connection", (socket: Socket) => {
    const port = socket.remotePort as number;
    sockets.set(port, socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(port));
  });
  server.on("sessionError", () => undefined);
  server.on("secureConnection", (socket) => socket.on("error", () => undefined));
  return sockets;
}

/** What a request says about who sent it. */
export function credentialsOf(request: ServerRequest): Credentials {
  const { authorization } = request.headers;
  const bearer = /^Bearer (.*)$/i.exec(authorization ?? "")?.[1];
  const name = request.headers["impersonate-user"];
  const groups = request.headers["impersonate-group"];
  return {
    ...(bearer !== undefined && { bearer }),
    certificate: certificateOf(request.socket as TLSSocket),
    ...(typeof name === "string" && { impersonate: { name, groups: listOf(groups) } }),
  };
}

/** Repeated headers reach us joined. */
const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat().flatMap((text) => text.split(/,\s*/));

function certificateOf(socket: TLSSocket): Credentials["certificate"] {
  const { subject } = socket.getPeerCertificate();
  if (subject === undefined) return undefined;
  if (!socket.authorized) return "invalid";
  const { CN, O } = subject as { CN?: string; O?: string | string[] };
  return { name: CN ?? "", groups: O === undefined ? [] : [O].flat() };
}

/** The whole body of a request. */
export async function readBody(request: ServerRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
