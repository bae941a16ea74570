import { authorizeRequest } from "./auth.ts";
import { discovery } from "./discovery.ts";
import { badRequest, methodNotAllowed, pageNotFound, unknownResource } from "./errors.ts";
import { podLog } from "./logs.ts";
import { openapi } from "./openapi.ts";
import { podProxy } from "./proxy.ts";
import { get, list } from "./read.ts";
import { remove, removeCollection } from "./removal.ts";
import { review } from "./reviews.ts";
import { watch } from "./watch.ts";
import { create, patch, update } from "./write.ts";
import type { Target } from "./request.ts";
import type { ResourceType } from "./resources.ts";
import type { Call, Reply, ResourceCall } from "./state.ts";

type Handler = (call: ResourceCall) => Reply;

const HANDLERS: Record<string, Handler> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
};

/** Authorization, then what there is, then what is asked of it: in the order of a real server. */
export function dispatch(call: Call): Reply {
  const { request, state, user } = call;
  authorizeRequest(user, request);
  const { target } = request;
  if (!target) {
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    return openapi(call) ?? discovery(call);
  }
  const { group, version, resource } = target;
  if (!state.registry.serves(group, version)) throw pageNotFound();
  const reviewed = review(call);
  if (reviewed) return reviewed;
  const type = state.registry.find(group, version, resource);
  if (!type || !fitsScope(type, target, request.verb)) throw unknownResource();
  return handlerOf({ ...call, type, target });
}

const NAMED_VERBS = new Set(["get", "update", "patch", "delete"]);

/** Nothing is below the wrong scope: no nodes in a namespace, no named pod outside of one. */
function fitsScope(type: ResourceType, { namespace, resource }: Target, verb: string): boolean {
  if (type.namespaced) return namespace !== undefined || !NAMED_VERBS.has(verb);
  return namespace === undefined || resource === "namespaces";
}

function handlerOf(call: ResourceCall): Reply {
  const { request, target } = call;
  const isPod = call.type.plural === "pods" && call.type.builtin;
  if (isPod && target.subresource === "proxy") return podProxy(call);
  if (isPod && target.subresource === "log") return podLog(call);
  if (isPod && target.subresource === "portforward") throw badRequest("Upgrade request required");
  const known = target.subresource === undefined || target.subresource === "status";
  if (!known || (target.subresource && !call.type.hasStatus)) throw unknownResource();
  const handler = HANDLERS[request.verb];
  if (!handler) throw methodNotAllowed();
  return handler(call);
}
