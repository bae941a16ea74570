import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import { authorize, authorizeRequest } from "./auth.ts";
import { badRequest, methodNotAllowed } from "./errors.ts";
import {
  CHANNEL_PROTOCOL,
  forwardablePod,
  requestedPorts,
  serveChannels,
  serveStreams,
  TUNNEL_PROTOCOL,
} from "./portforward.ts";
import type { HttpResponse } from "./respond.ts";
import type { Call, Reply } from "./state.ts";

/** The HTTP response to a request for an upgrade that is not upgraded. */
export function plainResponse(socket: Duplex): HttpResponse {
  return {
    writeHead(status, headers) {
      const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`;
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      socket.write([start, ...lines, "Connection: close", "", ""].join("\r\n"));
    },
    write: (chunk) => socket.write(chunk),
    end: (chunk) => socket.end(chunk),
    on: (event, listener) => socket.on(event, listener),
  };
}

const SPDY = "SPDY/3.1";

/** Turns requests for pods/portforward into WebSockets, or into SPDY sessions. */
export class Upgrader {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => supported([...offered]) ?? false,
  });

  /** Refuses here, before the upgrade, whatever can be refused. */
  reply(call: Call, request: IncomingMessage, socket: Duplex, head: Buffer): Reply {
    const { state, user } = call;
    const { target } = call.request;
    authorizeRequest(user, call.request);
    const pods = state.registry.find("", "v1", "pods");
    if (!target || !pods || target.subresource !== "portforward") throw methodNotAllowed();
    // A WebSocket is a GET, but forwarding a port is no reading: from 1.35 on both are asked for.
    authorize(user, { ...target, verb: "create" });
    const name = target.name as string;
    const pod = forwardablePod(state.store.get(pods, target.namespace, name), name);
    if (request.headers.upgrade?.toUpperCase() === SPDY) {
      return switched(() => {
        socket.write(SPDY_ACCEPTED);
        socket.unshift(head);
        serveStreams(socket, pod, state.debug);
      });
    }
    const offered = request.headers["sec-websocket-protocol"] ?? "";
    const protocol = supported(offered.split(/,\s*/));
    if (!protocol) throw badRequest(`unable to negotiate protocol: client supports [${offered}]`);
    const ports = protocol === CHANNEL_PROTOCOL ? requestedPorts(call.request.query) : [];
    return switched(() =>
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        if (protocol === CHANNEL_PROTOCOL) serveChannels(webSocket, pod, ports, state.debug);
        else serveStreams(createWebSocketStream(webSocket), pod, state.debug);
      }),
    );
  }
}

const SPDY_ACCEPTED = [
  "HTTP/1.1 101 Switching Protocols",
  "Connection: Upgrade",
  `Upgrade: ${SPDY}`,
  "X-Stream-Protocol-Version: portforward.k8s.io",
  "",
  "",
].join("\r\n");

const supported = (offered: readonly string[]): string | undefined =>
  offered.find((protocol) => protocol === CHANNEL_PROTOCOL || protocol === TUNNEL_PROTOCOL);

const switched = (takeOver: () => void): Reply => ({ status: 101, body: "", takeOver });
