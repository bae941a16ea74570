import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from "node:http2";
import type { Socket } from "node:net";
import type { Endpoint } from "./endpoint.ts";
import type { Answer, HttpRequest, Wire } from "./wire.ts";

/** What a server may send ahead: Node's 64 KiB would cost large lists a round trip for each piece. */
const STREAM_WINDOW = 4 * 1024 * 1024;
const SESSION_WINDOW = 16 * 1024 * 1024;

/** HTTP/2 over a connected socket; `ended` is called once it takes no more requests. */
export function http2Wire(endpoint: Endpoint, socket: Socket, ended: () => void): Wire {
  const session = connect(`https://${endpoint.authority}`, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
  });
  session.once("connect", () => session.setLocalWindowSize(SESSION_WINDOW));
  // Requests that it breaks get errors of their own.
  session.on("error", () => undefined);
  session.once("goaway", ended).once("close", ended);
  return {
    send: (request, signal) => send(session, endpoint, request, signal),
    destroy: () => session.destroy(),
  };
}

function send(
  session: ClientHttp2Session,
  endpoint: Endpoint,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...request.headers,
      ":method": request.method,
      ":path": request.path,
      ":authority": endpoint.authority,
    } as OutgoingHttpHeaders;
    // It throws when the session has just ended.
    const stream = session.request(headers, { endStream: request.body === undefined, signal });
    stream.once("response", (answer) => {
      const status = answer[":status"] ?? 0;
      resolve({ status, headers: answer, body: stream });
    });
    stream.on("error", reject);
    stream.once("close", () => {
      reject(Object.assign(new Error("closed before an answer"), { code: "ECONNRESET" }));
    });
    if (request.body !== undefined) stream.end(request.body);
  });
}
