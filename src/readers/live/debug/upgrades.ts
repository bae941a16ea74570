import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ApiClient } from "../api/index.ts";
import type { Credential } from "../auth/index.ts";
import { openSocket, within } from "../connection/index.ts";

interface Ahead {
  /** Of the credential for which it was made. */
  tls: Credential["tls"];
  socket: Socket;
}

/** ms that one made ahead is waited for: another may be quicker to get. */
const PATIENCE = 1000;

/**
 * Connections for WebSockets, which are of HTTP/1.1 and each need one of their own. The first can be
 * made beside the first requests, whose answers say where to: its handshakes are round trips.
 */
export class UpgradeSockets {
  readonly #client: ApiClient;
  #ahead: Promise<Ahead | undefined> | undefined;
  #prepared = false;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Opens a connection for the first `open`, once; resolves when it stands or cannot be had. */
  async prepare(): Promise<void> {
    if (this.#prepared) return;
    this.#prepared = true;
    // The connection for the first requests goes first. Why this one cannot be had will be said when
    // it is needed.
    const connected = nextTurn().then(() => this.#connect());
    this.#ahead = connected.catch(() => undefined);
    await this.#ahead;
  }

  /**
   * A connection with its handshakes done.
   *
   * @throws as openSocket does
   */
  async open(credential: Credential, signal: AbortSignal): Promise<Socket> {
    const ahead = await this.#take();
    if (ahead && isFresh(ahead, credential)) return ahead.socket;
    ahead?.socket.destroy();
    return openSocket(this.#client.endpoint, credential.tls, ["http/1.1"], signal);
  }

  /** Closes the one that was made ahead, if nobody took it. */
  close(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    void ahead?.then((made) => made?.socket.destroy());
  }

  /** The one made ahead, if it stands or does so soon; later it is closed. */
  async #take(): Promise<Ahead | undefined> {
    const ahead = this.#ahead;
    if (!ahead) return undefined;
    const first = await within(AbortSignal.timeout(PATIENCE), ahead).catch(() => undefined);
    if (this.#ahead !== ahead) return undefined;
    if (!first) this.close();
    this.#ahead = undefined;
    return first;
  }

  async #connect(): Promise<Ahead> {
    const client = this.#client;
    const signal = client.budget.signal();
    const credential = await client.credential(signal);
    const socket = await openSocket(client.endpoint, credential.tls, ["http/1.1"], signal);
    // A server that ends it early is asked by another one.
    socket.on("error", () => undefined);
    return { tls: credential.tls, socket };
  }
}

/** For this credential, still open, and the server has not said that it is tired of waiting. */
function isFresh({ tls, socket }: Ahead, credential: Credential): boolean {
  return tls === credential.tls && socket.readyState === "open" && socket.readableLength === 0;
}
