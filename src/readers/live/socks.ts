import { isIP, type Socket } from "node:net";
import ipaddr from "ipaddr.js";
import { Fault } from "./fault.ts";
import type { Behind } from "./proxy.ts";

/* SOCKS version 5: RFC 1928, with user and password of RFC 1929. */

const VERSION = 5;
const NO_LOGIN = 0;
const LOGIN = 2;
const REFUSALS = [
  "succeeded",
  "general failure",
  "not allowed by its rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "time to live expired",
  "command not supported",
  "address type not supported",
];

interface Request {
  name: string;
  proxy: URL;
  to: Behind;
  signal: AbortSignal;
}

/** Has the proxy connect the socket to the server; host names are resolved by the proxy. */
export async function socks5(socket: Socket, request: Request): Promise<Socket> {
  const stop = (): void => void socket.destroy(request.signal.reason as Error);
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    await negotiate(socket, request);
    return socket;
  } catch (cause) {
    socket.destroy();
    throw cause;
  } finally {
    request.signal.removeEventListener("abort", stop);
  }
}

async function negotiate(socket: Socket, { name, proxy, to }: Request): Promise<void> {
  const login = proxy.username !== "";
  socket.write(Buffer.from(login ? [VERSION, 2, NO_LOGIN, LOGIN] : [VERSION, 1, NO_LOGIN]));
  const [version, method] = await read(socket, 2);
  if (version !== VERSION) {
    throw new Fault("unreachable", `the proxy ${name} does not speak SOCKS version 5`);
  }
  if (method === LOGIN && login) {
    socket.write(Buffer.concat([Buffer.of(1), sized(proxy.username), sized(proxy.password)]));
    const [, status] = await read(socket, 2);
    if (status !== 0) throw new Fault("unreachable", `the proxy ${name} refused user and password`);
  } else if (method !== NO_LOGIN) {
    throw new Fault("unreachable", `the proxy ${name} asks for user and password`);
  }
  const port = Buffer.alloc(2);
  port.writeUInt16BE(to.port);
  socket.write(Buffer.concat([Buffer.of(VERSION, 1, 0), addressOf(to.host), port]));
  const [, reply = 1, , kind = 1] = await read(socket, 4);
  if (reply !== 0) {
    throw new Fault(
      "unreachable",
      `the proxy ${name} refused to connect to ${to.authority}: ${REFUSALS[reply] ?? `code ${reply}`}`,
    );
  }
  // The address that the proxy connects from, of no interest, stands before what the server sends.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await read(socket, 1))[0] ?? 0);
  await read(socket, length + 2);
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(decodeURIComponent(text));
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function addressOf(host: string): Buffer {
  if (isIP(host) === 0) return Buffer.concat([Buffer.of(3), sized(host)]);
  const bytes = Buffer.from(ipaddr.parse(host).toByteArray());
  return Buffer.concat([Buffer.of(bytes.length === 4 ? 1 : 4), bytes]);
}

/** The next bytes of a socket that nobody else reads. */
async function read(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes && bytes.length === length) return bytes;
    if (socket.readableEnded || socket.destroyed || bytes) {
      throw Object.assign(new Error("closed"), { code: "ECONNRESET" });
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (cause?: Error): void => {
        socket.off("readable", settle).off("end", settle).off("error", settle).off("close", settle);
        if (cause instanceof Error) reject(cause);
        else resolve();
      };
      socket
        .once("readable", settle)
        .once("end", settle)
        .once("error", settle)
        .once("close", settle);
    });
  }
}
