import { badRequest, notFound, statusBody } from "./errors.ts";
import { json, type Reply, type ResourceCall } from "./state.ts";
import type { KubeObject } from "./types.ts";

/** pods/[SCHEME:]NAME[:PORT]/proxy/PATH. A real istiod answers strangers with 401 there. */
export function podProxy(call: ResourceCall): Reply {
  const { state, target, type, request } = call;
  const parts = (target.name as string).split(":");
  const [name = "", port = ""] = parts.length === 3 ? parts.slice(1) : parts;
  const pod = state.store.get(type, target.namespace, name);
  if (!pod) throw notFound({ ...target, name });
  const number = Number(port === "" ? 80 : port);
  if (!Number.isInteger(number))
    throw badRequest(`invalid pod request ${JSON.stringify(target.name)}`);
  const debugTarget = { namespace: target.namespace ?? "", pod: name, port: number };
  if (!state.debug.listens(debugTarget)) {
    const why = `error trying to reach service: dial tcp ${podIp(pod)}:${number}: connect: connection refused`;
    return json(statusBody(503, "ServiceUnavailable", why), 503);
  }
  if (state.proxyDebugStatus !== 200 && target.tail.startsWith("/debug")) {
    return { status: state.proxyDebugStatus, body: "Unauthorized\n", contentType: "text/plain" };
  }
  const { status, body } = state.debug.answer(debugTarget, target.tail + search(request.query));
  return { status, body, contentType: status === 200 ? "application/json" : "text/plain" };
}

const search = (query: URLSearchParams): string => (query.size === 0 ? "" : `?${query.toString()}`);

const podIp = (pod: KubeObject): string =>
  (pod["status"] as { podIP?: string } | undefined)?.podIP ?? "10.0.0.1";
