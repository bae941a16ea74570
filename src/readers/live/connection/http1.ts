import type { Agent, ClientRequestArgs } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "./endpoint.ts";
import { http } from "./node-http.ts";
import { openSocket } from "./socket.ts";
import type { Tls } from "./tls.ts";
import type { Answer, HttpRequest, Wire } from "./wire.ts";

/** Connections at once: more requests than that wait for one to be free. */
const MOST_SOCKETS = 16;

type Opened = (cause: Error | null, socket: Duplex) => void;

/** HTTP/1.1 over a pool, which may begin with a connected socket. */
export function http1Wire(endpoint: Endpoint, tls: Tls, first?: Socket): Wire {
  const closing = new AbortController();
  let spare = first;
  // Broken before its first use: the pool opens another.
  first?.on("error", () => undefined).once("close", () => (spare = undefined));
  const agent = new http.Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });
  agent.createConnection = (_options: ClientRequestArgs, opened?: Opened) => {
    const socket = spare;
    spare = undefined;
    if (socket) return socket;
    openSocket(endpoint, tls, ["http/1.1"], closing.signal).then(
      (next) => opened?.(null, next),
      (cause: Error) => opened?.(cause, undefined as never),
    );
    return undefined;
  };
  return {
    send: (request, signal) => send(agent, endpoint, request, signal),
    destroy: () => {
      closing.abort(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
      first?.destroy();
      agent.destroy();
    },
  };
}

function send(
  agent: Agent,
  endpoint: Endpoint,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      agent,
      host: endpoint.host,
      port: endpoint.port,
      method: request.method,
      path: request.path,
      headers: { host: endpoint.authority, ...request.headers } as never,
      signal,
    });
    outgoing.once("response", (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    outgoing.on("error", reject);
    outgoing.end(request.body);
  });
}
