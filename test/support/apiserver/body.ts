import { loadAll } from "js-yaml";
import { ApiError, badRequest } from "./errors.ts";
import { isMap } from "./fields.ts";
import { joinApiVersion } from "./resources.ts";
import { decodeProtobuf } from "./protobuf.ts";
import type { Call, ResourceCall } from "./state.ts";
import type { KubeObject } from "./types.ts";

export const mediaType = ({ contentType }: Call): string =>
  (contentType.split(";")[0] ?? "").trim();

/** The body, by its media type. Throws 400 and 415. */
export function parseBody(call: Call): unknown {
  const media = mediaType(call);
  try {
    if (media.endsWith("protobuf")) return decodeProtobuf(call.body);
    const text = call.body.toString();
    return media.endsWith("yaml") ? loadAll(text)[0] : JSON.parse(text);
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw badRequest(`error parsing request body: ${(cause as Error).message}`);
  }
}

/** An object sent to be stored. Throws 400 unless it is what the path says. */
export function parseObject(call: ResourceCall): KubeObject {
  const { type, target } = call;
  const object = parseBody(call);
  if (!isMap(object)) throw badRequest("the body of the request is no object");
  const expected = joinApiVersion(target.group, target.version);
  const { apiVersion = expected, kind = type.kind } = object;
  if (kind !== type.kind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): ${String(kind)} in ${String(apiVersion)}`,
    );
  }
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  const metadata = withoutNulls(isMap(object["metadata"]) ? object["metadata"] : {});
  return { ...object, apiVersion, kind, metadata } as KubeObject;
}

/** Clients send `creationTimestamp: null`, meaning nothing. */
function withoutNulls(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Name and namespace of the body must be those of the path. */
export function checkIdentity({ target, type }: ResourceCall, { metadata }: KubeObject): void {
  const { name, namespace } = metadata;
  if (target.name !== undefined && name !== undefined && name !== target.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${target.name})`,
    );
  }
  if (type.namespaced && namespace && namespace !== target.namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
}
