import { connect as connectTcp, type Socket } from "node:net";

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
export function established<S extends Socket>(
  socket: S,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off(event, onReady).off("error", onError).off("close", onClose);
      settle();
    };
    const fail = (cause: Error): void => {
      finish(() => reject(cause));
      socket.on("error", () => undefined).destroy();
    };
    const onReady = (): void => finish(() => resolve(socket));
    const onError = (cause: Error): void => fail(cause);
    const onClose = (): void =>
      fail(Object.assign(new Error("closed while connecting"), { code: "ECONNRESET" }));
    const onAbort = (): void => fail(signal.reason as Error);
    socket.once(event, onReady).once("error", onError).once("close", onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
