import type { Duplex } from "node:stream";
import { constants, createDeflate, createInflate } from "node:zlib";
import { SocketLike } from "./debug.ts";

/*
 * As much of SPDY/3.1 as kubectl's port-forward speaks: streams that a client opens, data both
 * ways, pings. It has no flow control there, and neither has this.
 */

const VERSION = 0x8003;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const FRAME_HEADER = 8;

/** Part of the protocol: what header blocks are compressed against. */
const DICTIONARY_WORDS =
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status";
const DICTIONARY_PAIRS = [
  "200 OK",
  "version",
  "HTTP/1.1",
  "url",
  "public",
  "set-cookie",
  "keep-alive",
  "origin",
];
const DICTIONARY_TAIL =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505" +
  "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request" +
  "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented" +
  "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 " +
  "Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif," +
  "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=" +
  "gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

const DICTIONARY = Buffer.concat([
  ...[...DICTIONARY_WORDS.split(" "), ...DICTIONARY_PAIRS].flatMap((word) => [
    uint32(word.length),
    Buffer.from(word),
  ]),
  Buffer.from(DICTIONARY_TAIL),
]);

function frame(start: Buffer, flags: number, payload: Buffer): Buffer {
  return Buffer.concat([start, uint32(flags * 2 ** 24 + payload.length), payload]);
}

const control = (type: number, payload: Buffer): Buffer =>
  frame(Buffer.of(VERSION >> 8, VERSION & 0xff, 0, type), 0, payload);

/** One stream of a session. */
export class SpdyStream extends SocketLike {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #transport: Duplex;

  constructor(id: number, headers: ReadonlyMap<string, string>, transport: Duplex) {
    super();
    this.id = id;
    this.headers = headers;
    this.#transport = transport;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#transport.write(frame(uint32(this.id), 0, chunk), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#transport.write(frame(uint32(this.id), FIN, Buffer.alloc(0)), done);
  }
}

/** Runs one direction of header compression, whose state lasts as long as the session. */
function transform(codec: Duplex, block: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    codec.write(block, () => resolve((codec.read() as Buffer | null) ?? Buffer.alloc(0)));
  });
}

function parseHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString("utf8", at - length, at);
  };
  for (let count = block.readUInt32BE(0); count > 0; count -= 1) headers.set(text(), text());
  return headers;
}

/** Serves a SPDY session until its transport ends. */
export async function serveSpdy(
  transport: Duplex,
  onStream: (stream: SpdyStream) => void,
): Promise<void> {
  const flush = { flush: constants.Z_SYNC_FLUSH };
  const inflate = createInflate({ dictionary: DICTIONARY, ...flush });
  const deflate = createDeflate({ dictionary: DICTIONARY, ...flush });
  const streams = new Map<number, SpdyStream>();

  async function opened(payload: Buffer): Promise<void> {
    const id = payload.readUInt32BE(0);
    const headers = parseHeaders(await transform(inflate, payload.subarray(10)));
    const stream = new SpdyStream(id, headers, transport);
    streams.set(id, stream);
    stream.on("close", () => streams.delete(id));
    stream.on("error", () => undefined);
    const noHeaders = await transform(deflate, uint32(0));
    transport.write(control(SYN_REPLY, Buffer.concat([uint32(id), noHeaders])));
    onStream(stream);
  }

  async function received(first: number, type: number, flags: number, payload: Buffer) {
    if (first >>> 31 === 0) {
      const stream = streams.get(first);
      if (payload.length > 0) stream?.push(payload);
      if (flags & FIN) stream?.push(null);
    } else if (type === SYN_STREAM) {
      await opened(payload);
      if (flags & FIN) streams.get(payload.readUInt32BE(0))?.push(null);
    } else if (type === RST_STREAM) streams.get(payload.readUInt32BE(0))?.destroy();
    else if (type === PING) transport.write(control(PING, payload));
    else if (type === GOAWAY) transport.end();
  }

  let pending = Buffer.alloc(0);
  try {
    for await (const chunk of transport) {
      pending = Buffer.concat([pending, chunk as Buffer]);
      while (pending.length >= FRAME_HEADER) {
        const size = FRAME_HEADER + (pending.readUInt32BE(4) & 0xffffff);
        if (pending.length < size) break;
        const payload = pending.subarray(FRAME_HEADER, size);
        const [first, type, flags] = [pending.readUInt32BE(0), pending.readUInt16BE(2), pending[4]];
        pending = pending.subarray(size);
        await received(first, type, flags as number, payload);
      }
    }
  } catch {
    // The client went away in the middle: its streams end below.
  }
  for (const stream of streams.values()) stream.destroy();
}
