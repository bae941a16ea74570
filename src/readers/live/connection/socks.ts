import type { Socket } from "node:net";
import { defined } from "../../../lib/defined.ts";
import { within } from "./budget.ts";
import { Fault } from "./fault.ts";

/** What is behind the proxy. */
export interface Behind {
  host: string;
  port: number;
  authority: string;
}

interface Request {
  /** `host:port` of the proxy. */
  name: string;
  proxy: URL;
  port: number;
  to: Behind;
  signal: AbortSignal;
}

/** Longer than any budget: the signal ends it. */
const NEVER = 2 ** 31 - 1;

/** Has a SOCKS proxy of version 5 connect the socket to the server; the proxy resolves host names. */
export async function socks5(socket: Socket, request: Request): Promise<Socket> {
  const { name, proxy, port, to, signal } = request;
  const { SocksClient } = await import("socks");
  const userId = proxy.username === "" ? undefined : decodeURIComponent(proxy.username);
  const password = userId === undefined ? undefined : decodeURIComponent(proxy.password);
  const connecting = SocksClient.createConnection({
    command: "connect",
    destination: { host: to.host, port: to.port },
    existing_socket: socket,
    proxy: { host: proxy.hostname, port, type: 5, ...defined({ userId, password }) },
    timeout: NEVER,
  });
  try {
    return (await within(signal, connecting)).socket;
  } catch (cause) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    const message = cause instanceof Error ? cause.message : "";
    const said = reasonOf(message, to.authority);
    if (said !== undefined) throw new Fault("unreachable", `the proxy ${name} ${said}`);
    // What is left is that the connection ended.
    throw Object.assign(new Error("closed"), { code: "ECONNRESET" });
  }
}

/** The library's message in our words; nothing when it is about the connection itself. */
function reasonOf(message: string, authority: string): string | undefined {
  if (message.includes("socks version")) return "does not speak SOCKS version 5";
  if (message.includes("Authentication failed")) return "refused user and password";
  if (message.includes("authentication type")) return "asks for user and password";
  const refusal = /rejected connection(?: - (\w+))?/.exec(message);
  if (!refusal) return undefined;
  // A code that the library has no name for reads `undefined`.
  const name = refusal[1] === "undefined" ? undefined : refusal[1];
  const words = name?.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return `refused to connect to ${authority}: ${words ?? "no reason given"}`;
}
