import { connect as connectTcp, type Socket } from "node:net";
import { within } from "./budget.ts";

/**
 * How long one of a host's addresses is tried before the next: Node's 250 ms gives up on servers on
 * the other side of the world.
 */
const ADDRESS_MS = 1500;

/** A connection to the address; the signal destroys it until it stands. */
export function openTcp(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_MS,
  });
  return established(socket, "connect", signal);
}

/** Resolves with the socket when the event comes; destroys it when the signal does. */
export async function established<S extends Socket>(
  socket: S,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const closed = Object.assign(new Error("closed while connecting"), { code: "ECONNRESET" });
  socket
    .once(event, resolve)
    .once("error", reject)
    .once("close", () => reject(closed));
  try {
    await within(signal, promise);
    return socket;
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
}
