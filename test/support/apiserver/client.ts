import { Agent, request as undiciRequest, type Dispatcher } from "undici";
import { WebSocket } from "ws";
import type { ApiServer } from "../apiserver.ts";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON; undefined when it is none. */
  json: Json;
}

/** A JSON tree to look into without saying at each step what is there. */
export interface Json {
  [key: string]: Json;
}

export interface AskOptions {
  method?: Dispatcher.HttpMethod;
  user?: string;
  /** Replaces the user's token; "" sends none. */
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A part of a JSON tree that is a string. */
export const text = (value: unknown): string => String(value);

/** A part of a JSON tree that is a list. */
export const list = (value: unknown): Json[] => value as Json[];

/** A plain HTTPS client of a test server, for tests of that server. */
export class Client {
  readonly #server: ApiServer;
  readonly #agent: Agent;

  constructor(server: ApiServer, tls: { cert?: string; key?: string } = {}, allowH2 = true) {
    this.#server = server;
    this.#agent = new Agent({ allowH2, connect: { ca: server.caPem, ...tls } });
  }

  async ask(path: string, options: AskOptions = {}): Promise<Answer> {
    const { statusCode, headers, body } = await this.open(path, options);
    const content = await body.text();
    return { status: statusCode, headers, text: content, json: parse(content) };
  }

  open(path: string, options: AskOptions = {}): Promise<Dispatcher.ResponseData> {
    const { method = "GET", body } = options;
    const token = options.token ?? this.#server.token(options.user);
    return undiciRequest(this.#server.url + path, {
      method,
      dispatcher: this.#agent,
      headers: {
        ...(token !== "" && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  socket(path: string, protocols: string[], user?: string): WebSocket {
    const url = this.#server.url.replace("https:", "wss:");
    return new WebSocket(url + path, protocols, {
      ca: this.#server.caPem,
      headers: { authorization: `Bearer ${this.#server.token(user)}` },
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function parse(content: string): Json {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return undefined as unknown as Json;
  }
}
