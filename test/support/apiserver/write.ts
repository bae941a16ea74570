import { authorize } from "./auth.ts";
import { checkIdentity, mediaType, parseBody, parseObject } from "./body.ts";
import {
  alreadyExists,
  badRequest,
  conflict,
  internal,
  invalid,
  methodNotAllowed,
  notFound,
  unsupportedMediaType,
} from "./errors.ts";
import { fieldsOf, isEqual, showPath, splitPath } from "./fields.ts";
import { checkUnknownFields, complete, judge } from "./finish.ts";
import { applied, ownedByUpdate, type Writer } from "./ownership.ts";
import { jsonPatch, mergePatch, strategicMerge } from "./patches.ts";
import { present } from "./read.ts";
import { afterUpdate } from "./removal.ts";
import { joinApiVersion } from "./resources.ts";
import { shapeOf, type Shape } from "./shape.ts";
import { json, type Reply, type ResourceCall } from "./state.ts";
import type { KubeObject } from "./types.ts";

const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const APPLY = "application/apply-patch+yaml";

const randomSuffix = (): string =>
  Array.from(
    { length: 5 },
    () => SUFFIX_LETTERS[Math.floor(Math.random() * SUFFIX_LETTERS.length)],
  ).join("");

const apiVersionOf = ({ target }: ResourceCall): string =>
  joinApiVersion(target.group, target.version);

function writerOf(call: ResourceCall): Writer {
  const byAgent = (call.userAgent.split("/")[0] ?? "") || "unknown";
  return {
    manager: call.request.query.get("fieldManager") || byAgent,
    apiVersion: apiVersionOf(call),
    subresource: call.target.subresource,
  };
}

function isDryRun({ request }: ResourceCall): boolean {
  const values = request.query.getAll("dryRun");
  if (values.every((value) => value === "All")) return values.length > 0;
  throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(values)}: supported values: "All"`);
}

function requireNamespace({ state, type, target }: ResourceCall): void {
  if (!type.namespaced) return;
  const name = target.namespace;
  if (name === undefined) throw badRequest("an empty namespace may not be set during creation");
  const namespaces = state.registry.find("", "v1", "namespaces");
  const exists = namespaces && state.store.get(namespaces, undefined, name);
  if (exists || state.impliedNamespaces.has(name)) return;
  throw notFound({ group: "", resource: "namespaces", name });
}

/** Stores what a write came to, unless it is a rehearsal or changes nothing. */
function commit(
  call: ResourceCall,
  after: KubeObject,
  before: KubeObject | undefined,
  headers: Record<string, string> = {},
): Reply {
  const { store } = call.state;
  const unchanged = before && isEqual(before, after);
  const result =
    unchanged || isDryRun(call)
      ? after
      : afterUpdate(call.state, call.type, store.put(call.type, after));
  const status = before ? 200 : 201;
  return { ...json(present(result, apiVersionOf(call), "full"), status), headers };
}

export function create(call: ResourceCall): Reply {
  const { state, type, target } = call;
  if (target.name !== undefined || target.subresource !== undefined) throw methodNotAllowed();
  const sent = parseObject(call);
  checkIdentity(call, sent);
  const headers = checkUnknownFields(call, sent);
  requireNamespace(call);
  const prefix = sent.metadata["generateName"];
  if (!sent.metadata.name && typeof prefix === "string") {
    sent.metadata.name = prefix + randomSuffix();
  }
  const { name } = sent.metadata;
  if (!name) {
    const message = "Required value: name or generateName is required";
    throw invalid(type.kind, target.group, "", [
      { reason: "FieldValueRequired", message, field: "metadata.name" },
    ]);
  }
  delete sent.metadata["managedFields"];
  const object = judge(call, complete(call, sent, undefined));
  if (state.store.get(type, target.namespace, name)) throw alreadyExists({ ...target, name });
  return commit(call, ownedByUpdate(undefined, object, type, writerOf(call)), undefined, headers);
}

function stored({ state, type, target }: ResourceCall): KubeObject {
  const object = state.store.get(type, target.namespace, target.name as string);
  if (!object) throw notFound({ ...target });
  return object;
}

/** Refuses a change that was made to another state of the object, or to another object. */
function checkPreconditions({ target }: ResourceCall, sent: KubeObject, before: KubeObject): void {
  const { uid, resourceVersion } = sent.metadata;
  if (uid && uid !== before.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`;
    throw conflict({ ...target }, why);
  }
  if (resourceVersion && resourceVersion !== before.metadata.resourceVersion) {
    throw conflict(
      { ...target },
      "the object has been modified; please apply your changes to the latest version and try again",
    );
  }
}

/** The end of every write that is no apply. */
function replace(call: ResourceCall, sent: KubeObject, before: KubeObject): Reply {
  checkIdentity(call, sent);
  checkPreconditions(call, sent, before);
  const headers = checkUnknownFields(call, sent);
  sent.metadata["managedFields"] ??= before.metadata["managedFields"];
  const object = judge(call, complete(call, sent, before));
  const after = ownedByUpdate(before, object, call.type, writerOf(call));
  return commit(call, after, before, headers);
}

export function update(call: ResourceCall): Reply {
  const sent = parseObject(call);
  const before = stored(call);
  if (!sent.metadata.resourceVersion && !call.type.builtin) {
    const { kind } = call.type;
    const message = "Invalid value: 0: must be specified for an update";
    throw invalid(kind, call.target.group, before.metadata.name, [
      { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" },
    ]);
  }
  return replace(call, sent, before);
}

type Patcher = (before: KubeObject, patch: unknown, shape: Shape) => unknown;

const PATCHES: Record<string, Patcher> = {
  "application/merge-patch+json": mergePatch,
  "application/json-patch+json": (before, operations) =>
    jsonPatch(before, operations as Parameters<typeof jsonPatch>[1]),
  "application/strategic-merge-patch+json": strategicMerge,
};

export function patch(call: ResourceCall): Reply {
  const media = mediaType(call);
  if (media === APPLY) return apply(call);
  const patcher = PATCHES[media];
  if (!patcher || (media.includes("strategic") && !call.type.builtin)) {
    const accepted = Object.keys(PATCHES).filter(
      (name) => call.type.builtin || !name.includes("strategic"),
    );
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${[...accepted, APPLY].join(", ")}`,
    );
  }
  const before = stored(call);
  const shown = present(before, apiVersionOf(call), "full") as KubeObject;
  const patched = patcher(shown, parseBody(call), shapeOf(call.type)) as KubeObject;
  return replace(call, structuredClone(patched), before);
}

function apply(call: ResourceCall): Reply {
  const { state, type, target, request } = call;
  const writer = writerOf(call);
  if (!request.query.get("fieldManager")) {
    const message = "Required value: is required for apply patch";
    throw invalid("PatchOptions", "meta.k8s.io", "", [
      { reason: "FieldValueRequired", message, field: "fieldManager" },
    ]);
  }
  const sent = parseObject(call);
  checkIdentity(call, sent);
  if (sent.metadata["managedFields"]) throw badRequest("metadata.managedFields must be nil");
  const before = state.store.get(type, target.namespace, target.name as string);
  if (before) checkPreconditions(call, sent, before);
  else {
    if (target.subresource !== undefined) throw notFound({ ...target });
    // An apply that creates needs the right to create as well.
    authorize(call.user, { ...target, verb: "create" });
    requireNamespace(call);
  }
  const configuration = configurationOf(call, sent);
  const after = applied(before, configuration, type, writer, {
    force: request.query.get("force") === "true",
    complete: (object) => complete(call, object, before),
  });
  if (!after) return json(present(before as KubeObject, apiVersionOf(call), "full"));
  return commit(call, judge(call, after), before);
}

/** What of an applied object counts at that door. Throws 500 for what the schema does not know. */
function configurationOf({ type, target }: ResourceCall, sent: KubeObject): KubeObject {
  const shape = shapeOf(type);
  const subject = `${sent.metadata.namespace ?? ""}/${sent.metadata.name}; ${sent.apiVersion}, Kind=${sent.kind}`;
  const refuse = (why: string): Error =>
    internal(`failed to create typed patch object (${subject}): ${why}`);
  for (const path of [...fieldsOf(sent, shape)].toSorted()) {
    const unknown = unknownPart(path, shape);
    if (unknown !== undefined) throw refuse(`${unknown}: field not declared in schema`);
  }
  const duplicate = duplicateItem(sent, shape);
  if (duplicate) throw refuse(duplicate);
  const { status, ...rest } = sent;
  if (!type.hasStatus) return sent;
  if (target.subresource !== "status") return rest;
  const { apiVersion, kind, metadata } = sent;
  return { apiVersion, kind, metadata: { name: metadata.name }, status };
}

/** The first field on a path that the schema does not know. */
function unknownPart(path: string, root: Shape): string | undefined {
  const elements = splitPath(path);
  let shape = root;
  for (const [index, element] of elements.entries()) {
    const field = element.slice(2);
    if (!element.startsWith("f:")) shape = shape.item();
    else if (!shape.knows(field)) return showPath(elements.slice(0, index + 1).join("\u0000"));
    else shape = shape.field(field);
  }
  return undefined;
}

function duplicateItem(sent: KubeObject, root: Shape): string | undefined {
  const spec = (sent["spec"] ?? {}) as Record<string, unknown>;
  for (const [key, value] of Object.entries(spec)) {
    const { list } = root.field("spec").field(key);
    if (!Array.isArray(value) || typeof list === "string") continue;
    const keys = value.map((item: Record<string, unknown>) =>
      list.map((name) => `${name}=${JSON.stringify(item[name])}`).join(","),
    );
    const twice = keys.find((one, index) => keys.indexOf(one) !== index);
    if (twice !== undefined) return `.spec.${key}: duplicate entries for key [${twice}]`;
  }
  return undefined;
}
