import { parseBody } from "./body.ts";
import { conflict, methodNotAllowed, notFound } from "./errors.ts";
import { selection } from "./read.ts";
import type { ResourceType } from "./resources.ts";
import { json, type Reply, type ResourceCall, type ServerState } from "./state.ts";
import { timestamp } from "./store.ts";
import type { KubeObject } from "./types.ts";

interface DeleteOptions {
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: string[];
}

function optionsOf(call: ResourceCall): DeleteOptions {
  const body = call.body.length === 0 ? {} : (parseBody(call) as DeleteOptions);
  const policy = call.request.query.get("propagationPolicy");
  return { ...body, ...(policy && { propagationPolicy: policy }) };
}

const finalizersOf = ({ metadata }: KubeObject): unknown[] =>
  (metadata["finalizers"] ?? []) as unknown[];

/** Deletes one object now, or marks it when finalizers hold it. */
function removeOne(
  state: ServerState,
  type: ResourceType,
  object: KubeObject,
  orphan: boolean,
): void {
  if (finalizersOf(object).length > 0) {
    const deletionTimestamp = object.metadata["deletionTimestamp"] ?? timestamp(new Date());
    state.store.put(type, { ...object, metadata: { ...object.metadata, deletionTimestamp } });
    return;
  }
  state.store.remove(type, object.metadata.namespace, object.metadata.name);
  const inside = type.group === "" && type.plural === "namespaces";
  for (const other of state.store.all()) {
    const contained = inside && other.object.metadata.namespace === object.metadata.name;
    const owned = !orphan && isOwnedBy(other.object, object);
    if (contained || owned) removeOne(state, other.resource, other.object, orphan);
  }
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  const references = (object.metadata["ownerReferences"] ?? []) as { uid?: string }[];
  return references.some(({ uid }) => uid !== undefined && uid === owner.metadata.uid);
}

/** An object that only waited for its last finalizer goes when that goes. */
export function afterUpdate(
  state: ServerState,
  type: ResourceType,
  object: KubeObject,
): KubeObject {
  if (object.metadata["deletionTimestamp"] && finalizersOf(object).length === 0) {
    removeOne(state, type, object, false);
  }
  return object;
}

function checkPreconditions({ target }: ResourceCall, object: KubeObject, options: DeleteOptions) {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      { ...target },
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      { ...target },
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

const success = (details: object): Reply =>
  json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });

const isOrphaning = ({ propagationPolicy, orphanDependents }: DeleteOptions): boolean =>
  propagationPolicy === "Orphan" || orphanDependents === true;

const isRehearsal = (call: ResourceCall, { dryRun }: DeleteOptions): boolean =>
  call.request.query.has("dryRun") || (dryRun?.length ?? 0) > 0;

export function remove(call: ResourceCall): Reply {
  const { state, type, target } = call;
  if (target.subresource !== undefined) throw methodNotAllowed();
  const options = optionsOf(call);
  const name = target.name as string;
  const object = state.store.get(type, target.namespace, name);
  if (!object) throw notFound({ ...target });
  checkPreconditions(call, object, options);
  if (!isRehearsal(call, options)) removeOne(state, type, object, isOrphaning(options));
  const { group } = target;
  const uid = object.metadata.uid;
  return success({ name, ...(group && { group }), kind: type.plural, uid });
}

export function removeCollection(call: ResourceCall): Reply {
  const { state, type, target } = call;
  const options = optionsOf(call);
  const { group } = target;
  if (!isRehearsal(call, options)) {
    for (const object of state.store.list(type).filter(selection(call))) {
      removeOne(state, type, object, isOrphaning(options));
    }
  }
  return success({ ...(group && { group }), kind: type.plural });
}
