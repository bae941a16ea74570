import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { Fault, safeText } from "./fault.ts";

/** Channels of the one port that is forwarded. */
const DATA = 0;
const ERROR = 1;
/** Each channel begins with the port, as two bytes. */
const PORT_BYTES = 2;

/**
 * The byte stream to a port of a pod that a `v4.channel.k8s.io` WebSocket carries: every message
 * begins with the number of its channel. It behaves as far like a net.Socket as node:http asks.
 */
export class Channel extends Duplex {
  readonly #socket: WebSocket;
  readonly #toSkip: [number, number] = [PORT_BYTES, PORT_BYTES];

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(data as Buffer));
    socket.on("error", (cause) => this.destroy(cause));
    socket.on("close", () => this.#end());
  }

  /** What has come is still read to its end, if somebody reads. */
  #end(): void {
    this.once("end", () => this.destroy());
    this.push(null);
    if (!this.readableFlowing) this.destroy();
  }

  #receive(message: Buffer): void {
    const channel = message[0];
    if (channel !== DATA && channel !== ERROR) return;
    const skipped = Math.min(this.#toSkip[channel], message.length - 1);
    this.#toSkip[channel] -= skipped;
    const bytes = message.subarray(1 + skipped);
    if (bytes.length === 0) return;
    if (channel === DATA) this.push(bytes);
    else this.destroy(new Fault("unreachable", safeText(bytes.toString("utf8"))));
  }

  override _read(): void {
    // Data is pushed as it comes: answers of debug endpoints are small, and their size is limited.
  }

  override _write(chunk: Buffer, _encoding: string, done: (cause?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([Buffer.of(DATA), chunk]), (cause) => done(cause));
  }

  override _destroy(cause: Error | null, done: (cause?: Error | null) => void): void {
    this.#socket.terminate();
    done(cause);
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
