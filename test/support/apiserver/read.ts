import { badRequest, notAcceptable, notFound } from "./errors.ts";
import { joinApiVersion } from "./resources.ts";
import { fieldFilter, parseLabelSelector } from "./selectors.ts";
import { json, type Reply, type ResourceCall } from "./state.ts";
import type { KubeObject } from "./types.ts";

export type Shape = "full" | "metadata";

const META = "meta.k8s.io";

/** Which of the accepted forms is served. Tables are not: plain JSON follows them in the header. */
export function shapeOf(accept: string, as: string): Shape {
  if (accept === "") return "full";
  for (const range of accept.split(",")) {
    const [media = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (media !== "application/json" && media !== "*/*" && media !== "application/*") continue;
    const wanted = new Map(parameters.map((parameter) => parameter.split("=") as [string, string]));
    if (!wanted.has("as") || wanted.get("as") === "Table") return "full";
    const version = wanted.get("v");
    if (wanted.get("as") === as && wanted.get("g") === META && version === "v1") return "metadata";
  }
  throw notAcceptable();
}

/** The object as the requested version and form show it. */
export function present(object: KubeObject, apiVersion: string, shape: Shape): object {
  return shape === "metadata"
    ? { kind: "PartialObjectMetadata", apiVersion: `${META}/v1`, metadata: object.metadata }
    : { ...object, apiVersion };
}

export function get(call: ResourceCall): Reply {
  const { type, target, state } = call;
  const object = state.store.get(type, target.namespace, target.name as string);
  if (!object) throw notFound({ ...target });
  const shape = shapeOf(call.accept, "PartialObjectMetadata");
  return json(present(object, joinApiVersion(target.group, target.version), shape));
}

/** What a list or a watch selects, as one predicate. Throws 400 for what cannot be parsed. */
export function selection(call: ResourceCall): (object: KubeObject) => boolean {
  const { query } = call.request;
  const byLabel = parseLabelSelector(query.get("labelSelector") ?? "");
  const byField = fieldFilter(query.get("fieldSelector") ?? "", call.type);
  const namespace = call.type.namespaced ? call.target.namespace : undefined;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    byLabel(object) &&
    byField(object);
}

export function list(call: ResourceCall): Reply {
  const { type, target, state, request } = call;
  const shape = shapeOf(call.accept, "PartialObjectMetadataList");
  const limit = Number(request.query.get("limit") ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest("limit must be a whole number");
  const selected = selection(call);
  const token = request.query.get("continue");
  const page = token
    ? state.pager.next(token, limit)
    : state.pager.first(state.store.list(type).filter(selected), state.store.version, limit);
  // How much remains is not known for a filtered list: etcd counts what is stored.
  const filtered = request.query.has("labelSelector") || request.query.has("fieldSelector");
  const apiVersion = joinApiVersion(target.group, target.version);
  const metadata = {
    resourceVersion: String(page.version),
    ...(page.continue && { continue: page.continue }),
    ...(page.remaining && !filtered && { remainingItemCount: page.remaining }),
  };
  if (shape === "metadata") {
    const items = page.items.map((object) => present(object, apiVersion, shape));
    return json({
      kind: "PartialObjectMetadataList",
      apiVersion: `${META}/v1`,
      metadata,
      items,
    });
  }
  return json({
    kind: `${type.kind}List`,
    apiVersion,
    metadata,
    items: page.items.map((object) => listItem(object, apiVersion, type.builtin)),
  });
}

/** Items of a built-in type carry neither kind nor apiVersion; custom resources do. */
function listItem(object: KubeObject, apiVersion: string, builtin: boolean): object {
  if (!builtin) return { ...object, apiVersion };
  const { kind: _kind, apiVersion: _version, ...rest } = object;
  return rest;
}
