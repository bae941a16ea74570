import type { Agent, ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import pLimit, { type LimitFunction } from "p-limit";
import { property, string } from "../../lib/json.ts";
import type { AccessRequest, Gathered } from "../../model/gathered.ts";
import type { DebugTarget } from "../../model/reader.ts";
import { within } from "./budget.ts";
import type { ApiClient } from "./client.ts";
import { Fault, gather } from "./fault.ts";
import { networkFault } from "./network-fault.ts";
import { http } from "./node-http.ts";
import { resourcePath } from "./paths.ts";
import { parseJson, readAnswer, refusal, statusOf, type Reply } from "./reply.ts";
import { withRetries } from "./retry.ts";

/**
 * What to be allowed for a port-forward. By a WebSocket, which is a GET, API servers ask for `get`;
 * from Kubernetes 1.35 on for `create` as well, as they always did by SPDY.
 */
function portForwardAccess(namespace: string): AccessRequest {
  return { verb: "create", group: "", resource: "pods/portforward", namespace };
}

/** A port of a pod: one connection, for one request after the other. */
interface Port {
  agent: Agent;
  inTurn: LimitFunction;
}

/** GETs of debug endpoints of pods: through a port-forward, else through pods/proxy. */
export class DebugReader {
  readonly #client: ApiClient;
  readonly #ports = new Map<string, Port>();

  constructor(client: ApiClient) {
    this.#client = client;
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

  close(): void {
    for (const { agent } of this.#ports.values()) agent.destroy();
  }

  /** What the pod answers; throws when it cannot be asked. */
  async #throughForward(target: DebugTarget, path: string): Promise<Reply> {
    const { budget } = this.#client;
    const signal = budget.signal();
    const { agent, inTurn } = this.#port(target);
    try {
      return await inTurn(() =>
        withRetries(budget, signal, () => within(signal, exchange(agent, path, signal))),
      );
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
    const agent = new http.Agent({ keepAlive: true });
    agent.createConnection = (
      _options: ClientRequestArgs,
      connected?: (cause: Error | null, socket: Duplex) => void,
    ) => {
      connect(this.#client, target).then(
        (channel) => connected?.(null, channel),
        (cause: Error) => connected?.(cause, undefined as never),
      );
      return undefined;
    };
    // An agent that connects asynchronously keeps to no limit of its own.
    const opened = { agent, inTurn: pLimit(1) };
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

async function connect(client: ApiClient, target: DebugTarget): Promise<Duplex> {
  // Loaded while the lists are on their way, not before the first request.
  const { forwardPort } = await import("./port-forward.ts");
  return forwardPort(client, target);
}

const PODS = { group: "", plural: "pods" };

/** The API server reports that it found nobody at the pod's port: asking again changes nothing. */
function isUnreachablePod(reply: Reply): boolean {
  const message = string(property(statusOf(reply), "message")) ?? "";
  return message.startsWith("error trying to reach service");
}

function exchange(agent: Agent, path: string, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // istiod answers debug requests of loopback callers only: the host says that this is one.
    const request = http.request({ agent, host: "localhost", path, signal });
    request.once("response", (response) => {
      const { statusCode: status = 0, headers } = response;
      readAnswer({ status, headers, body: response }).then(resolve, reject);
    });
    request.once("error", reject);
    request.end();
  });
}

async function jsonOf(reply: Reply, path: string): Promise<unknown> {
  if (reply.status === 200) return parseJson(reply.body);
  if (reply.status === 404) throw new Fault("not-found", `the pod has no ${path} (404)`);
  throw new Fault("unreadable", `${path}: ${refusal(reply).message}`);
}
