import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { DebugTarget } from "../../../model/reader.ts";
import { channelsOf, type Channel } from "./channel.ts";
import { type ApiClient, resourcePath } from "../api/index.ts";
import type { Credential } from "../auth/index.ts";
import { Fault, readAnswer, refusal, type Reply, safeText, within } from "../connection/index.ts";
import type { UpgradeSockets } from "./upgrades.ts";

const PROTOCOL = "v4.channel.k8s.io";
const PODS = { group: "", plural: "pods" };

type Upgraded = Reply & { channels?: Channel[] };

/** How a port-forward reaches its API server: who signs in, and where its connections come from. */
export interface Way {
  client: ApiClient;
  sockets: UpgradeSockets;
}

/**
 * Opens connections to a port of a pod through the API server, with one request.
 *
 * @throws Fault the API server refuses, or cannot be reached
 */
export async function forwardPort(
  { client, sockets }: Way,
  { namespace, pod, port }: DebugTarget,
  connections: number,
): Promise<Channel[]> {
  const ports = Array.from({ length: connections }, () => port).join(",");
  const path = `${resourcePath(PODS, "v1", namespace, pod)}/portforward?ports=${ports}`;
  const answer = await client.signedIn<Upgraded>((credential, signal) =>
    upgrade({ client, sockets }, { path, connections }, credential, signal),
  );
  if (answer.channels) return answer.channels;
  throw refusal(answer);
}

/** Channels with status 101, or the refusal in full. */
async function upgrade(
  { client, sockets }: Way,
  { path, connections }: { path: string; connections: number },
  credential: Credential,
  signal: AbortSignal,
): Promise<Upgraded> {
  const { endpoint } = client;
  const connection = await sockets.open(credential, signal);
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
  const upgraded = new Promise<Upgraded>((resolve, reject) => {
    socket.once("open", () => {
      // At once: the first messages may have come along with the 101.
      const channels = channelsOf(socket, connections);
      resolve({ status: 101, headers: {}, body: Buffer.alloc(0), channels });
    });
    socket.once("unexpected-response", (_request, response: IncomingMessage) => {
      const { statusCode: status = 0, headers } = response;
      readAnswer({ status, headers, body: response })
        .then(resolve, reject)
        .finally(() => connection.destroy());
    });
    socket.on("error", (cause: Error) => {
      const other = new Fault("unreadable", `no WebSocket: ${safeText(cause.message)}`);
      reject("code" in cause ? cause : other);
    });
  });
  return within(signal, upgraded).catch((cause: unknown) => {
    socket.terminate();
    connection.destroy();
    throw cause;
  });
}
