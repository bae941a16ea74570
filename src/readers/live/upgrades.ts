import type { Socket } from "node:net";
import type { ApiClient } from "./client.ts";
import type { Credential } from "./credentials.ts";
import { openSocket } from "./socket.ts";

interface Ahead {
  /** Of the credential for which it was made. */
  certificate: Credential["certificate"];
  socket: Socket;
}

/**
 * Connections for WebSockets, which are of HTTP/1.1 and each need one of their own. The first can be
 * made while the answers are on their way that say where to: its handshakes are round trips.
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
    // Why it cannot be had will be said when it is needed.
    this.#ahead = this.#connect().catch(() => undefined);
    await this.#ahead;
  }

  /**
   * A connection with its handshakes done.
   *
   * @throws as openSocket does
   */
  async open(credential: Credential, signal: AbortSignal): Promise<Socket> {
    const ahead = await this.#take();
    if (ahead?.certificate === credential.certificate && ahead?.socket.readyState === "open") {
      return ahead.socket;
    }
    ahead?.socket.destroy();
    const { secureContext } = this.#client.transportFor(credential);
    return openSocket(this.#client.endpoint, secureContext, ["http/1.1"], signal);
  }

  close(): void {
    void this.#take()?.then((ahead) => ahead?.socket.destroy());
  }

  #take(): Promise<Ahead | undefined> | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead;
  }

  async #connect(): Promise<Ahead> {
    const client = this.#client;
    const signal = client.budget.signal();
    const credential = await client.credential(signal);
    const { secureContext } = client.transportFor(credential);
    const socket = await openSocket(client.endpoint, secureContext, ["http/1.1"], signal);
    // A server that ends it early is asked by another one.
    socket.on("error", () => undefined);
    return { certificate: credential.certificate, socket };
  }
}
