import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { authorize, authorizeRequest } from "./auth.ts";
import { badRequest, methodNotAllowed } from "./errors.ts";
import { CHANNEL_PROTOCOL, forwardablePod, requestedPorts, serveChannels } from "./portforward.ts";
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

/** Turns requests for pods/portforward into WebSockets. */
export class Upgrader {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(CHANNEL_PROTOCOL) ? CHANNEL_PROTOCOL : false),
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
    const ports = requestedPorts(call.request.query);
    const offered = request.headers["sec-websocket-protocol"] ?? "";
    if (!offered.split(/,\s*/).includes(CHANNEL_PROTOCOL)) {
      throw badRequest(`unable to negotiate protocol: client supports [${offered}]`);
    }
    return {
      status: 101,
      body: "",
      takeOver: () =>
        this.#sockets.handleUpgrade(request, socket, head, (channelSocket) =>
          serveChannels(channelSocket, pod, ports, state.debug),
        ),
    };
  }
}
