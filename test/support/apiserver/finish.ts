import { badRequest, invalid } from "./errors.ts";
import { isEqual } from "./fields.ts";
import { checkMetadata } from "./names.ts";
import { applyDefaults, checkRules, pruneUnknown, validate } from "./schema.ts";
import { schemaOf } from "./shape.ts";
import type { ResourceCall } from "./state.ts";
import { timestamp } from "./store.ts";
import type { KubeObject } from "./types.ts";

type Fields = Record<string, unknown>;

/** Metadata that the server sets and no client changes. */
const FIXED = ["uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp"];

/**
 * What the server makes of an object that a client sent: fields of the other door put back,
 * defaults filled in.
 *
 * @param before absent for a create
 */
export function complete(
  call: ResourceCall,
  sent: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  const { type } = call;
  const object = throughDoor(call, structuredClone(sent), before);
  const schema = schemaOf(type);
  if (schema) {
    pruneUnknown(object, schema);
    applyDefaults(object, schema);
  }
  if (type.builtin) completeBuiltin(object, type.plural);
  object.metadata = fixedMetadata(call, object, before);
  return object;
}

/** Throws 422 with everything that is wrong with a complete object. */
export function judge({ type }: ResourceCall, object: KubeObject): KubeObject {
  const schema = schemaOf(type);
  const causes = [...checkMetadata(object, type), ...(schema ? validate(object, schema) : [])];
  const broken = causes.length > 0 || !schema ? causes : checkRules(object, schema);
  if (broken.length > 0) throw invalid(type.kind, type.group, object.metadata.name, broken);
  return object;
}

/** The main resource cannot change the status, and the status subresource nothing else. */
function throughDoor(
  { type, target }: ResourceCall,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  const status = before?.["status"];
  if (target.subresource === "status") {
    const { managedFields } = object.metadata;
    const metadata = {
      ...(before as KubeObject).metadata,
      managedFields,
    } as KubeObject["metadata"];
    return { ...(before as KubeObject), metadata, status: object["status"] };
  }
  if (!type.hasStatus) return object;
  const { status: _ignored, ...rest } = object;
  return { ...rest, ...(status !== undefined && { status }) };
}

function fixedMetadata(
  { type, target }: ResourceCall,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject["metadata"] {
  const metadata = { ...object.metadata };
  for (const field of FIXED) {
    if (before?.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = before.metadata[field];
  }
  if (type.namespaced) metadata.namespace = target.namespace;
  else delete metadata.namespace;
  if (!before) metadata.creationTimestamp = timestamp(new Date());
  if (!type.builtin || type.group === "apps") {
    const same = before && isEqual(desired(before), desired(object));
    metadata["generation"] = Number(before?.metadata["generation"] ?? 0) + (same ? 0 : 1);
  }
  return metadata;
}

/** What a new generation is counted for. */
function desired(object: KubeObject): Fields {
  const { metadata: _metadata, status: _status, apiVersion: _version, ...rest } = object;
  return rest;
}

function completeBuiltin(object: KubeObject, plural: string): void {
  if (plural === "namespaces") object["status"] ??= { phase: "Active" };
  if (plural === "pods") object["status"] ??= { phase: "Pending" };
  if (plural === "secrets") object["type"] ??= "Opaque";
  const plain = plural === "secrets" ? (object["stringData"] as Record<string, string>) : undefined;
  if (!plain) return;
  const encoded = Object.entries(plain).map(([key, value]) => [
    key,
    Buffer.from(value).toString("base64"),
  ]);
  object["data"] = { ...(object["data"] as Fields | undefined), ...Object.fromEntries(encoded) };
  delete object["stringData"];
}

/**
 * Fields that the type does not have: refused, warned of or dropped, as the request asks.
 *
 * @returns headers with the warnings
 */
export function checkUnknownFields(call: ResourceCall, sent: KubeObject): Record<string, string> {
  const schema = schemaOf(call.type);
  const mode = call.request.query.get("fieldValidation") ?? "Warn";
  const unknown = schema ? pruneUnknown(structuredClone(sent), schema) : [];
  if (unknown.length === 0 || mode === "Ignore") return {};
  const messages = unknown.map((field) => `unknown field "${field}"`);
  if (mode === "Strict") throw badRequest(`strict decoding error: ${messages.join(", ")}`);
  const warnings = messages.map((message) => `299 - ${JSON.stringify(message)}`);
  return { Warning: warnings.join(", ") };
}
