import type { IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { property, string } from "../../../lib/json.ts";
import type { AccessRequest, Gathered } from "../../../model/gathered.ts";
import type { DebugTarget } from "../../../model/reader.ts";
import {
  cutOff,
  Fault,
  gather,
  http,
  networkFault,
  parseJson,
  readAnswer,
  refusal,
  type Reply,
  statusOf,
  within,
} from "../connection/index.ts";
import type { Channel } from "./channel.ts";
import { type ApiClient, resourcePath, withRetries } from "../api/index.ts";
import { UpgradeSockets } from "./upgrades.ts";

/**
 * What to be allowed for a port-forward. By a WebSocket, which is a GET, API servers ask for `get`;
 * from Kubernetes 1.35 on for `create` as well, as they always did by SPDY.
 */
function portForwardAccess(namespace: string): AccessRequest {
  return { verb: "create", group: "", resource: "pods/portforward", namespace };
}

/**
 * A port of a pod. Requests that are made at the same time share a port-forward, each with a
 * connection of its own, so that none waits for another's answer.
 */
class Port {
  readonly #open: (connections: number) => Promise<Channel[]>;
  /** The port-forward that is about to be asked for. */
  #next: { connections: number; opened: Promise<Channel[]> } | undefined;

  constructor(open: (connections: number) => Promise<Channel[]>) {
    this.#open = open;
  }

  /** @throws Fault as `forwardPort` does */
  async connect(): Promise<Channel> {
    const shared = (this.#next ??= {
      connections: 0,
      opened: nextTurn().then(() => this.#begin()),
    });
    const index = shared.connections;
    shared.connections += 1;
    try {
      return (await shared.opened)[index] as Channel;
    } catch (cause) {
      if (shared.connections === 1 || isRefused(cause)) throw cause;
      return this.connectAlone();
    }
  }

  /** By a port-forward of its own, as every server has it. */
  async connectAlone(): Promise<Channel> {
    const [channel] = await this.#open(1);
    return channel as Channel;
  }

  #begin(): Promise<Channel[]> {
    const connections = this.#next?.connections ?? 1;
    this.#next = undefined;
    return this.#open(connections);
  }
}

/** Nobody signs in, or may not do this: asking for less changes nothing. */
function isRefused(cause: unknown): boolean {
  return cause instanceof Fault && (cause.why === "unauthorized" || cause.why === "forbidden");
}

/** GETs of debug endpoints of pods: through a port-forward, else through pods/proxy. */
export class DebugReader {
  readonly #client: ApiClient;
  readonly #sockets: UpgradeSockets;
  readonly #ports = new Map<string, Port>();

  constructor(client: ApiClient) {
    this.#client = client;
    this.#sockets = new UpgradeSockets(client);
  }

  /** Debug endpoints are going to be asked: what that needs is got ready meanwhile. */
  expect(): void {
    // The code comes last: by then the first requests have left. What fails is met again later.
    this.#sockets
      .prepare()
      .then(() => import("./port-forward.ts"))
      .catch(() => undefined);
  }

  /** The JSON that a debug endpoint answers; `not-found` when the pod knows no such path. */
  async read(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    const access = portForwardAccess(target.namespace);
    const time = this.#client.budget.signal();
    const forwarded = await gather(access, () => this.#throughForward(target, path));
    if (forwarded.ok) return gather(access, () => jsonOf(forwarded.value, path));
    if (forwarded.why === "unauthorized" || time.aborted) return forwarded;
    const proxied = await gather(access, () => this.#throughProxy(target, path));
    if (proxied.ok) return gather(access, () => jsonOf(proxied.value, path));
    return {
      ...forwarded,
      // No such pod is not the same as no such endpoint.
      why: forwarded.why === "not-found" ? "unreachable" : forwarded.why,
      detail: `port-forward: ${forwarded.detail}; pods/proxy: ${proxied.detail}`,
    };
  }

  /** Closes what waits for a port-forward; those under way end with the client. */
  close(): void {
    this.#sockets.close();
  }

  /** What the pod answers; throws when it cannot be asked. */
  async #throughForward(target: DebugTarget, path: string): Promise<Reply> {
    const { budget } = this.#client;
    const signal = budget.signal();
    const port = this.#port(target);
    try {
      return await withRetries(budget, signal, () => within(signal, exchange(port, path, signal)));
    } catch (cause) {
      if (signal.aborted && signal.reason instanceof Fault) throw signal.reason;
      throw networkFault(cause, { authority: `port ${target.port} of the pod` });
    }
  }

  #port(target: DebugTarget): Port {
    const { namespace, pod, port } = target;
    const key = `${namespace}/${pod}/${port}`;
    const known = this.#ports.get(key);
    if (known) return known;
    const opened = new Port(async (connections) => {
      const { forwardPort } = await import("./port-forward.ts");
      return forwardPort({ client: this.#client, sockets: this.#sockets }, target, connections);
    });
    this.#ports.set(key, opened);
    return opened;
  }

  /** What the pod answers; throws when the API server cannot ask it, or it refuses a stranger. */
  async #throughProxy({ namespace, pod, port }: DebugTarget, path: string): Promise<Reply> {
    const reply = await this.#client.request({
      method: "GET",
      path: `${resourcePath(PODS, "v1", namespace, pod)}:${port}/proxy${path}`,
      behind: { isFinal: isUnreachablePod },
    });
    const isOfApiServer = property(statusOf(reply), "status") === "Failure";
    if (isOfApiServer) throw refusal(reply);
    if (reply.status === 401 || reply.status === 403) {
      throw new Fault(
        "unreadable",
        `the pod answers only callers on its loopback (${reply.status})`,
      );
    }
    return reply;
  }
}

const PODS = { group: "", plural: "pods" };

/** The API server reports that it found nobody at the pod's port: asking again changes nothing. */
function isUnreachablePod(reply: Reply): boolean {
  const message = string(property(statusOf(reply), "message")) ?? "";
  return message.startsWith("error trying to reach service");
}

/** What the pod answers; once more by itself where a shared port-forward did not bring it. */
async function exchange(port: Port, path: string, signal: AbortSignal): Promise<Reply> {
  const channel = await port.connect();
  try {
    return await ask(channel, path, signal);
  } catch (cause) {
    if (!channel.shared || signal.aborted) throw cause;
    return ask(await port.connectAlone(), path, signal);
  }
}

async function ask(channel: Channel, path: string, signal: AbortSignal): Promise<Reply> {
  try {
    // node:http waits for ever for a socket that was destroyed before it got it.
    if (channel.destroyed) throw channel.errored ?? cutOff();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // istiod answers debug requests of loopback callers only: the host says that this is one.
      const request = http.request({
        createConnection: () => channel,
        host: "localhost",
        path,
        signal,
      });
      request.once("response", resolve).once("error", reject).end();
    });
    const { statusCode: status = 0, headers } = response;
    return await readAnswer({ status, headers, body: response });
  } finally {
    channel.destroy();
  }
}

async function jsonOf(reply: Reply, path: string): Promise<unknown> {
  if (reply.status === 200) return parseJson(reply.body);
  if (reply.status === 404) throw new Fault("not-found", `the pod has no ${path} (404)`);
  if (reply.status === 401 || reply.status === 403) {
    throw new Fault("unreadable", `${path}: the pod refuses the caller (${reply.status})`);
  }
  throw new Fault("unreadable", `${path}: ${refusal(reply).message}`);
}
