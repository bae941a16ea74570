import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ApiError, internal } from "./errors.ts";
import { altered, replacement } from "./faults.ts";
import type { Reply } from "./state.ts";
import type { Fault } from "./types.ts";

/** The part of a response that HTTP/1.1 and HTTP/2 have in common. */
export interface HttpResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders?(): void;
  write(chunk: string | Buffer): boolean;
  end(chunk?: string | Buffer): unknown;
  on(event: "close", listener: () => void): unknown;
}

export interface Outlet {
  response: HttpResponse;
  /** Cuts the connection: with a TCP reset, or after what was written. */
  cut(how: "reset" | "after-write"): void;
  acceptsGzip: boolean;
  answered(status: number): void;
}

/** Below this, compressing costs more than it saves: kube-apiserver's own threshold. */
const GZIP_FROM = 128 * 1024;
const WARNING = '299 - "injected warning"';

/** Answers one request, with what is to go wrong with it. */
export async function respond(
  outlet: Outlet,
  faults: readonly Fault[],
  produce: () => Promise<Reply>,
): Promise<void> {
  for (const { kind, ms, until } of faults) {
    if (kind === "latency") await (until ?? delay(ms ?? 0, undefined, { ref: false }));
  }
  const fault = faults.find(({ kind }) => kind !== "latency" && kind !== "warning");
  if (fault?.kind === "hang") return;
  if (fault?.kind === "reset") {
    outlet.cut("reset");
    return;
  }
  const answer = (fault && replacement(fault)) ?? (await outcome(produce));
  const reply = fault ? altered(answer, fault) : answer;
  const headers = Object.assign({}, ...faults.map(faultHeaders)) as Record<string, string>;
  outlet.answered(reply.status);
  await deliver(outlet, { ...reply, headers: { ...reply.headers, ...headers } }, fault);
}

function faultHeaders({ kind, headers }: Fault): Record<string, string> {
  return { ...(kind === "warning" && { Warning: WARNING }), ...headers };
}

async function outcome(produce: () => Promise<Reply>): Promise<Reply> {
  try {
    return await produce();
  } catch (cause) {
    // A mistake of the test server shows up in the client under test, with its stack.
    const error = cause instanceof ApiError ? cause : internal(String((cause as Error).stack));
    const text = typeof error.body === "string";
    return {
      status: error.status,
      body: error.body,
      ...(text && { contentType: "text/plain; charset=utf-8" }),
    };
  }
}

const serialize = (body: object | string): Buffer =>
  Buffer.from(typeof body === "string" ? body : `${JSON.stringify(body)}\n`);

async function deliver(outlet: Outlet, reply: Reply, fault: Fault | undefined): Promise<void> {
  if (reply.takeOver) {
    reply.takeOver();
    return;
  }
  const { response } = outlet;
  const headers: Record<string, string> = {
    "Cache-Control": "no-cache, private",
    "Content-Type": reply.contentType ?? "application/json",
    ...reply.headers,
  };
  if (reply.stream) {
    response.writeHead(reply.status, headers);
    response.flushHeaders?.();
    reply.stream({
      write: (text) => void response.write(text),
      end: () => void response.end(),
      onClose: (listener) => void response.on("close", listener),
    });
    return;
  }
  let body = serialize(reply.body);
  if (outlet.acceptsGzip && body.length > GZIP_FROM) {
    body = gzipSync(body, { level: 1 });
    headers["Content-Encoding"] = "gzip";
    headers["Vary"] = "Accept-Encoding";
  }
  response.writeHead(reply.status, { ...headers, "Content-Length": String(body.length) });
  if (fault?.kind === "truncate") {
    response.write(body.subarray(0, Math.floor(body.length / 2)));
    outlet.cut("after-write");
    return;
  }
  if (fault?.kind === "trickle") await trickle(response, body, fault);
  else response.end(body);
}

async function trickle(response: HttpResponse, body: Buffer, fault: Fault): Promise<void> {
  const { ms = 10, bytes = 64 } = fault;
  const closed = new AbortController();
  response.on("close", () => closed.abort());
  for (let start = 0; start < body.length && !closed.signal.aborted; start += bytes) {
    response.write(body.subarray(start, start + bytes));
    await delay(ms, undefined, { ref: false });
  }
  response.end();
}
