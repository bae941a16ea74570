import type { TLSSocket } from "node:tls";
import { within } from "./budget.ts";
import type { Endpoint } from "./endpoint.ts";
import { http1Wire } from "./http1.ts";
import { http2Wire } from "./http2.ts";
import { openSocket } from "./socket.ts";
import type { Tls } from "./tls.ts";
import type { Answer, HttpRequest, Wire } from "./wire.ts";

/**
 * The connections to one API server: a single HTTP/2 one where the server speaks it, as API servers
 * do, else a pool of HTTP/1.1. One handshake instead of twenty is what makes a run fast.
 */
export class Transport {
  readonly endpoint: Endpoint;
  readonly tls: Tls;
  #wire: Promise<Wire> | undefined;
  #second: Wire | undefined;
  readonly #wires = new Set<Wire>();
  #destroyed = false;

  constructor(endpoint: Endpoint, tls: Tls) {
    this.endpoint = endpoint;
    this.tls = tls;
  }

  /**
   * Resolves with status and headers; the body is still to come. Throws what Node's modules throw.
   * A request that goes `apart` has a connection to itself: one that makes something on the way
   * break connections must not take the others' down a second time.
   */
  async send(request: HttpRequest, signal: AbortSignal, apart: boolean): Promise<Answer> {
    const wire = apart ? this.#apart() : await within(signal, this.#current(signal));
    return within(signal, wire.send(request, signal));
  }

  /** Ends every connection, whatever is under way. */
  destroy(): void {
    this.#destroyed = true;
    this.#wire = undefined;
    for (const wire of this.#wires) wire.destroy();
    this.#wires.clear();
  }

  #apart(): Wire {
    if (!this.#second) {
      this.#second = http1Wire(this.endpoint, this.tls);
      this.#wires.add(this.#second);
    }
    return this.#second;
  }

  /** The wire in use; a new one when there is none, or the last one failed or ended. */
  #current(signal: AbortSignal): Promise<Wire> {
    if (this.#wire) return this.#wire;
    const wire = this.#open(signal).catch((cause: unknown) => {
      this.#forget(wire);
      throw cause;
    });
    this.#wire = wire;
    return wire;
  }

  async #open(signal: AbortSignal): Promise<Wire> {
    const socket = await openSocket(this.endpoint, this.tls, ["h2", "http/1.1"], signal);
    const own = this.#wire;
    const wire =
      this.endpoint.tls && (socket as TLSSocket).alpnProtocol === "h2"
        ? http2Wire(this.endpoint, socket, () => this.#forget(own))
        : http1Wire(this.endpoint, this.tls, socket);
    if (this.#destroyed) wire.destroy();
    else this.#wires.add(wire);
    return wire;
  }

  #forget(wire: Promise<Wire> | undefined): void {
    if (this.#wire === wire) this.#wire = undefined;
  }
}
