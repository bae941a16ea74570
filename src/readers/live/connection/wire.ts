import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

export interface HttpRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | readonly string[]>>;
  body?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** One or more connections that requests are sent over at the same time. */
export interface Wire {
  send(request: HttpRequest, signal: AbortSignal): Promise<Answer>;
  destroy(): void;
}
