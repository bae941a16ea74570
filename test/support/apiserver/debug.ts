import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Duplex } from "node:stream";
import type { DebugAnswers, RawDebugAnswer } from "./types.ts";

/** A byte stream that an HTTP server can treat as a socket. */
export abstract class SocketLike extends Duplex {
  override _read(): void {
    // Data is pushed as it comes.
  }

  /** What an HTTP server calls after its last answer. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }
}

/** Where a debug request goes. */
export interface DebugTarget {
  namespace: string;
  pod: string;
  port: number;
}

/** Runs before an answer; true when it took the response over. */
export type DebugFilter = (
  target: DebugTarget,
  request: IncomingMessage,
  response: ServerResponse,
) => boolean;

/** The debug ports of pods: HTTP/1.1 over whatever stream reaches them. */
export class Debug {
  readonly #answers: Map<string, unknown>;
  readonly #targets = new WeakMap<object, DebugTarget>();
  readonly #server;

  constructor(answers: DebugAnswers, filter: DebugFilter) {
    this.#answers = new Map();
    for (const [key, answer] of Object.entries(answers)) this.set(key, answer);
    // Kept open as istiod does; closing them is up to whoever owns the stream.
    this.#server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      const target = this.#targets.get(request.socket) as DebugTarget;
      if (filter(target, request, response)) return;
      const { status, body } = this.answer(target, request.url ?? "/");
      response.writeHead(status, { "Content-Type": contentType(status) }).end(body);
    });
  }

  set(key: string, answer: unknown): void {
    this.#answers.set(normalKey(key), answer);
  }

  get(key: string): unknown {
    const answer = this.#answers.get(normalKey(key));
    return isRaw(answer) && answer.status === 200 ? JSON.parse(answer.body) : answer;
  }

  /** Whether anything listens there. */
  listens({ namespace, pod, port }: DebugTarget): boolean {
    const prefix = `${namespace}/${pod}/${port}/`;
    return [...this.#answers.keys()].some((key) => key.startsWith(prefix));
  }

  answer({ namespace, pod, port }: DebugTarget, url: string): RawDebugAnswer {
    const path = url.replace(/\?.*$/, "").replace(/^\//, "");
    const key = normalKey(`${namespace}/${pod}/${port}/${path}`);
    if (!this.#answers.has(key)) return { status: 404, body: "404 page not found\n" };
    const answer = this.#answers.get(key);
    return isRaw(answer) ? answer : { status: 200, body: JSON.stringify(answer) };
  }

  /** Serves one connection to a port. */
  connect(target: DebugTarget, stream: Duplex): void {
    this.#targets.set(stream, target);
    this.#server.emit("connection", stream);
  }
}

/** `/debug/license` and `license` are one. */
const normalKey = (key: string): string => key.replace(/^([^/]*\/[^/]*\/[^/]*\/)debug\//, "$1");

const contentType = (status: number): string =>
  status === 200 ? "application/json" : "text/plain; charset=utf-8";

function isRaw(answer: unknown): answer is RawDebugAnswer {
  if (typeof answer !== "object" || answer === null) return false;
  const { status, body } = answer as Partial<RawDebugAnswer>;
  return typeof status === "number" && typeof body === "string";
}
