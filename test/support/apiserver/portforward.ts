import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { ApiError, badRequest, notFound } from "./errors.ts";
import { SocketLike, type Debug } from "./debug.ts";
import { serveSpdy, type SpdyStream } from "./spdy.ts";
import type { KubeObject } from "./types.ts";

export const CHANNEL_PROTOCOL = "v4.channel.k8s.io";
/** What kubectl offers: a SPDY session in the messages of a WebSocket. */
export const TUNNEL_PROTOCOL = "SPDY/3.1+portforward.k8s.io";

/** Text, as the kubelet answers through the API server. */
const kubelet = (text: string): ApiError => new ApiError(500, text, text);

/** Throws what a real server says of a pod that cannot be reached. */
export function forwardablePod(pod: KubeObject | undefined, name: string): KubeObject {
  if (!pod) throw notFound({ group: "", resource: "pods", name });
  const { spec, status } = pod as { spec?: { nodeName?: string }; status?: { phase?: string } };
  if (status?.phase === "Running") return pod;
  if (!spec?.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  throw kubelet(`pod not found ("${name}_${pod.metadata.namespace}")`);
}

function refusedPort(pod: KubeObject, port: number): string {
  return (
    `error forwarding port ${port} to pod ${pod.metadata.uid}, uid : ` +
    `failed to execute portforward in network namespace "host": ` +
    `failed to connect to localhost:${port} inside namespace "${pod.metadata.name}", ` +
    `IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`
  );
}

/** Ports come as `ports=1,2` and as `ports=1&ports=2`. */
export function requestedPorts(query: URLSearchParams): number[] {
  const texts = query.getAll("ports").flatMap((value) => value.split(","));
  if (texts.length === 0) throw badRequest('query parameter "ports" is required');
  return texts.map((text) => {
    const port = Number(text);
    if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
    throw badRequest(`unable to parse ${JSON.stringify(text)} as a port`);
  });
}

/** One data channel of the socket as a byte stream. */
class Channel extends SocketLike {
  readonly #socket: WebSocket;
  readonly #number: number;

  constructor(socket: WebSocket, number: number) {
    super();
    this.#socket = socket;
    this.#number = number;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([Buffer.of(this.#number), chunk]), (error) => done(error));
  }
}

/** Serves an upgraded socket: data on channel 2i, errors on 2i+1, each opened with its port. */
export function serveChannels(
  socket: WebSocket,
  pod: KubeObject,
  ports: readonly number[],
  debug: Debug,
): void {
  let open = ports.length;
  const finish = (): void => {
    open -= 1;
    // The kubelet closes the socket when no port is left to serve.
    if (open === 0) socket.close(1000);
  };
  const channels = ports.map((port, index) => {
    const bytes = Buffer.of(port & 0xff, port >> 8);
    for (const number of [2 * index, 2 * index + 1]) {
      socket.send(Buffer.concat([Buffer.of(number), bytes]));
    }
    const target = { namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name, port };
    if (!debug.listens(target)) {
      socket.send(Buffer.concat([Buffer.of(2 * index + 1), Buffer.from(refusedPort(pod, port))]));
      finish();
      return undefined;
    }
    const channel = new Channel(socket, 2 * index);
    channel.on("close", finish);
    debug.connect(target, channel);
    return channel;
  });
  socket.on("message", (data) => {
    const message = data as Buffer;
    const number = message[0] ?? 0;
    if (number % 2 === 0) channels[number / 2]?.push(message.subarray(1));
  });
  socket.on("close", () => {
    for (const channel of channels) channel?.destroy();
  });
}

/** Serves a SPDY session: each connection is a pair of streams, one for data and one for errors. */
export function serveStreams(transport: Duplex, pod: KubeObject, debug: Debug): void {
  const pairs = new Map<string, { data?: SpdyStream; error?: SpdyStream }>();
  void serveSpdy(transport, (stream) => {
    const header = (name: string): string => stream.headers.get(name) ?? "";
    const request = header("requestid");
    const pair = pairs.get(request) ?? {};
    pairs.set(request, pair);
    pair[header("streamtype") === "error" ? "error" : "data"] = stream;
    const { data, error } = pair;
    if (!data || !error) return;
    pairs.delete(request);
    const port = Number(header("port"));
    const target = { namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name, port };
    if (!debug.listens(target)) {
      error.end(refusedPort(pod, port));
      data.end();
      return;
    }
    data.on("close", () => error.end());
    debug.connect(target, data);
  });
}
