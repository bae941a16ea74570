import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { DebugTarget } from "../../model/reader.ts";
import { Channel } from "./channel.ts";
import type { ApiClient } from "./client.ts";
import type { Credential } from "./credentials.ts";
import { Fault, safeText } from "./fault.ts";
import { resourcePath } from "./paths.ts";
import { readAnswer, refusal, type Reply } from "./reply.ts";
import { openSocket } from "./socket.ts";

const PROTOCOL = "v4.channel.k8s.io";
const PODS = { group: "", plural: "pods" };

type Upgraded = Reply & { channel?: Channel };

/**
 * Opens a connection to a port of a pod through the API server.
 *
 * @throws Fault the API server refuses, or cannot be reached
 */
export async function forwardPort(client: ApiClient, target: DebugTarget): Promise<Channel> {
  const { namespace, pod, port } = target;
  const path = `${resourcePath(PODS, "v1", namespace, pod)}/portforward?ports=${port}`;
  const answer = await client.signedIn<Upgraded>((credential, signal) =>
    upgrade(client, path, credential, signal),
  );
  if (answer.channel) return answer.channel;
  throw refusal(answer);
}

/** A channel with status 101, or the refusal in full. */
async function upgrade(
  client: ApiClient,
  path: string,
  credential: Credential,
  signal: AbortSignal,
): Promise<Upgraded> {
  const { endpoint } = client;
  const { secureContext } = client.transportFor(credential);
  // WebSockets are of HTTP/1.1: they have a connection of their own.
  const connection = await openSocket(endpoint, secureContext, ["http/1.1"], signal);
  const scheme = endpoint.tls ? "wss" : "ws";
  const socket = new WebSocket(
    `${scheme}://${endpoint.authority}${endpoint.prefix}${path}`,
    PROTOCOL,
    {
      createConnection: () => connection,
      headers: client.headersFor(credential) as Record<string, string>,
      perMessageDeflate: false,
      followRedirects: false,
    },
  );
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.terminate();
      connection.destroy();
      reject(signal.reason as Error);
    };
    const done = (): void => signal.removeEventListener("abort", stop);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    socket.once("open", () => {
      done();
      resolve({ status: 101, headers: {}, body: Buffer.alloc(0), channel: new Channel(socket) });
    });
    socket.once("unexpected-response", (_request, response: IncomingMessage) => {
      const { statusCode: status = 0, headers } = response;
      readAnswer({ status, headers, body: response })
        .then(resolve, reject)
        .finally(() => {
          done();
          connection.destroy();
        });
    });
    socket.on("error", (cause: Error) => {
      done();
      reject(
        "code" in cause
          ? cause
          : new Fault("unreadable", `no WebSocket: ${safeText(cause.message)}`),
      );
    });
  });
}
