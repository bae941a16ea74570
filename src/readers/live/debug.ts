import { Agent, request as requestHttp, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { property, string } from "../../lib/json.ts";
import type { AccessRequest, Gathered } from "../../model/gathered.ts";
import type { DebugTarget } from "../../model/reader.ts";
import type { ApiClient } from "./client.ts";
import { Fault, gather } from "./fault.ts";
import { networkFault } from "./network-fault.ts";
import { forwardPort } from "./port-forward.ts";
import { resourcePath } from "./paths.ts";
import { parseJson, readAnswer, refusal, statusOf, type Reply } from "./reply.ts";
import { withRetries } from "./retry.ts";

/**
 * What to be allowed for a port-forward. By a WebSocket, which is a GET, API servers ask for `get`;
 * from Kubernetes 1.35 on for `create` as well, as they always did by SPDY.
 */
export function portForwardAccess(namespace: string): AccessRequest {
  return { verb: "create", group: "", resource: "pods/portforward", namespace };
}

/** GETs of debug endpoints of pods: through a port-forward, else through pods/proxy. */
export class DebugReader {
  readonly #client: ApiClient;
  /** One connection a port, for one request after the other. */
  readonly #agents = new Map<string, Agent>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** The JSON that a debug endpoint answers; `not-found` when the pod knows no such path. */
  async read(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    const access = portForwardAccess(target.namespace);
    const forwarded = await gather(access, () => this.#throughForward(target, path));
    if (forwarded.ok) return gather(access, () => jsonOf(forwarded.value, path));
    if (forwarded.why === "unauthorized" || forwarded.why === "timeout") return forwarded;
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
    for (const agent of this.#agents.values()) agent.destroy();
  }

  /** What the pod answers; throws when it cannot be asked. */
  async #throughForward(target: DebugTarget, path: string): Promise<Reply> {
    const { budget } = this.#client;
    const signal = budget.signal();
    try {
      return await withRetries(budget, signal, () => exchange(this.#agent(target), path, signal));
    } catch (cause) {
      if (signal.aborted && signal.reason instanceof Fault) throw signal.reason;
      throw networkFault(cause, { authority: `port ${target.port} of the pod` });
    }
  }

  #agent(target: DebugTarget): Agent {
    const { namespace, pod, port } = target;
    const key = `${namespace}/${pod}/${port}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = (
      _options: ClientRequestArgs,
      opened?: (cause: Error | null, socket: Duplex) => void,
    ) => {
      forwardPort(this.#client, target).then(
        (channel) => opened?.(null, channel),
        (cause: Error) => opened?.(cause, undefined as never),
      );
      return undefined;
    };
    this.#agents.set(key, agent);
    return agent;
  }

  /** What the pod answers; throws when the API server cannot ask it, or it refuses a stranger. */
  async #throughProxy({ namespace, pod, port }: DebugTarget, path: string): Promise<Reply> {
    const reply = await this.#client.request({
      method: "GET",
      path: `${resourcePath(PODS, "v1", namespace, `${pod}:${port}`)}/proxy${path}`,
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

function exchange(agent: Agent, path: string, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // istiod answers debug requests of loopback callers only: the host says that this is one.
    const request = requestHttp({ agent, host: "localhost", path, signal });
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
