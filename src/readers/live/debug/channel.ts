import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { Fault, safeText } from "../connection/index.ts";

/** Each port has two channels: its bytes both ways, and then what went wrong on the way to it. */
type Half = 0 | 1;
const DATA: Half = 0;
const CHANNELS = 2;
/** Each channel begins with the port, as two bytes. */
const PORT_BYTES = 2;

/**
 * The byte streams to the forwarded ports that a `v4.channel.k8s.io` WebSocket carries, in the order
 * of the request: every message begins with the number of its channel. The socket ends with the last
 * of them.
 */
export function channelsOf(socket: WebSocket, ports: number): Channel[] {
  let open = ports;
  const channels = Array.from({ length: ports }, (_, index) => {
    const channel = new Channel(socket, index, ports > 1);
    channel.once("close", () => {
      open -= 1;
      if (open === 0) socket.terminate();
    });
    return channel;
  });
  socket.on("message", (data) => {
    const message = data as Buffer;
    const [number] = message;
    if (number === undefined) return;
    const half = (number % CHANNELS) as Half;
    channels[Math.floor(number / CHANNELS)]?.receive(half, message.subarray(1));
  });
  socket.on("error", (cause) => {
    for (const channel of channels) channel.destroy(cause);
  });
  socket.on("close", () => {
    for (const channel of channels) channel.ended();
  });
  return channels;
}

/** The bytes to and from one port: as far like a net.Socket as node:http asks. */
export class Channel extends Duplex {
  /** It came with others, by one port-forward. */
  readonly shared: boolean;
  readonly #socket: WebSocket;
  readonly #prefix: Buffer;
  readonly #toSkip: [number, number] = [PORT_BYTES, PORT_BYTES];

  constructor(socket: WebSocket, index: number, shared: boolean) {
    super();
    this.shared = shared;
    this.#socket = socket;
    this.#prefix = Buffer.of(CHANNELS * index + DATA);
    // Who waited for it may have given up before it came.
    this.on("error", () => undefined);
  }

  /** A message of one of its two channels, without the number. */
  receive(half: Half, message: Buffer): void {
    const skipped = Math.min(this.#toSkip[half], message.length);
    this.#toSkip[half] -= skipped;
    const bytes = message.subarray(skipped);
    if (bytes.length === 0 || this.destroyed) return;
    if (half === DATA) this.push(bytes);
    else this.destroy(new Fault("unreachable", safeText(bytes.toString("utf8"))));
  }

  /** Nothing more will come. What has come is still read to its end, if somebody reads. */
  ended(): void {
    if (this.destroyed) return;
    this.once("end", () => this.destroy());
    this.push(null);
    if (!this.readableFlowing) this.destroy();
  }

  override _read(): void {
    // Data is pushed as it comes: answers of debug endpoints are small, and their size is limited.
  }

  override _write(chunk: Buffer, _encoding: string, done: (cause?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([this.#prefix, chunk]), (cause) => done(cause));
  }
}
