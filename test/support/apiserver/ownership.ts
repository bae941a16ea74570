import { applyConflict, type Cause } from "./errors.ts";
import {
  compare,
  decodeFields,
  difference,
  encodeFields,
  fieldsOf,
  intersection,
  isSame,
  showPath,
  touches,
  union,
  type FieldSet,
} from "./fields.ts";
import { mergeApplied, removePaths } from "./merge.ts";
import { shapeOf } from "./shape.ts";
import type { ResourceType } from "./resources.ts";
import { timestamp } from "./store.ts";
import type { KubeObject } from "./types.ts";

/** Who owns which fields: an entry of metadata.managedFields. */
interface Manager {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  subresource?: string;
  time: string;
  fields: FieldSet;
}

/** Who writes, and through which door. */
export interface Writer {
  manager: string;
  apiVersion: string;
  subresource?: string | undefined;
}

type ManagedFields = (Omit<Manager, "fields"> & { fieldsType: string; fieldsV1: object })[];

const NUL = "\u0000";
/** Never owned: they identify the object, or the server sets them. */
const SERVER_FIELDS = new Set([
  "f:apiVersion",
  "f:kind",
  "f:metadata",
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((field) => `f:metadata${NUL}f:${field}`),
]);

const isStatus = (path: string): boolean => path.split(NUL, 1)[0] === "f:status";

/** Leaves out what that door cannot change. */
function ownable(set: FieldSet, type: ResourceType, { subresource }: Writer): FieldSet {
  return new Set(
    [...set].filter(
      (path) =>
        !SERVER_FIELDS.has(path.split(NUL, 2).join(NUL)) &&
        !SERVER_FIELDS.has(path) &&
        (!type.hasStatus || isStatus(path) === (subresource === "status")),
    ),
  );
}

function decode(object: KubeObject): Manager[] {
  const entries = (object.metadata["managedFields"] ?? []) as ManagedFields;
  return entries
    .filter(({ manager }) => manager !== undefined)
    .map(({ fieldsType: _type, fieldsV1, ...entry }) => ({
      ...entry,
      fields: decodeFields((fieldsV1 ?? {}) as Parameters<typeof decodeFields>[0]),
    }));
}

function encode(managers: readonly Manager[]): ManagedFields {
  const order = (a: Manager, b: Manager): number =>
    a.operation.localeCompare(b.operation) ||
    a.time.localeCompare(b.time) ||
    a.manager.localeCompare(b.manager);
  return managers
    .filter(({ fields }) => fields.size > 0)
    .toSorted(order)
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: encodeFields(fields),
      ...(subresource !== undefined && { subresource }),
    }));
}

function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const { managedFields: _old, ...metadata } = object.metadata;
  const managedFields = encode(managers);
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(managedFields.length > 0 && { managedFields }),
    },
  };
}

const now = (): string => timestamp(new Date());

/** Ownership after a create, an update or a patch: who changed a field owns it alone. */
export function ownedByUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  type: ResourceType,
  writer: Writer,
): KubeObject {
  const managers = decode(after);
  // An object that nobody tracks stays untracked until somebody applies.
  if (before && managers.length === 0) return after;
  const { added, modified, removed } = compare(before ?? {}, after, shapeOf(type));
  const changed = ownable(union(added, modified), type, writer);
  const mine = managers.find(
    (entry) =>
      entry.operation === "Update" &&
      entry.manager === writer.manager &&
      entry.apiVersion === writer.apiVersion &&
      entry.subresource === writer.subresource,
  );
  const others = managers
    .filter((entry) => entry !== mine)
    .map((entry) => ({ ...entry, fields: difference(difference(entry.fields, changed), removed) }));
  const kept = mine ? difference(mine.fields, removed) : new Set<string>();
  const fields = union(kept, changed);
  if (mine && changed.size === 0) return withManagers(after, [...others, { ...mine, fields }]);
  const time = now();
  return withManagers(after, [
    ...others,
    { ...identity(writer), operation: "Update", time, fields },
  ]);
}

function identity({ manager, apiVersion, subresource }: Writer) {
  return { manager, apiVersion, ...(subresource !== undefined && { subresource }) };
}

/**
 * Server-side apply: what the configuration says is merged in, what its manager said before and no
 * longer says is removed unless another one owns it too.
 *
 * @param complete what the server itself adds to an object: defaults
 * @returns undefined when nothing changes
 */
export function applied(
  before: KubeObject | undefined,
  configuration: KubeObject,
  type: ResourceType,
  writer: Writer,
  options: { force: boolean; complete: (object: KubeObject) => KubeObject },
): KubeObject | undefined {
  const shape = shapeOf(type);
  const managers = before ? trackedManagers(before, type, writer) : [];
  const mine = managers.find(
    (entry) =>
      entry.operation === "Apply" &&
      entry.manager === writer.manager &&
      entry.subresource === writer.subresource,
  );
  const others = managers.filter((entry) => entry !== mine);
  const fields = ownable(fieldsOf(configuration, shape), type, writer);
  const merged = mergeApplied(before ?? {}, configuration, shape) as KubeObject;
  const dropped = [...difference(mine?.fields ?? new Set(), fields)].filter(
    (path) => !touches(fields, path) && !others.some((entry) => touches(entry.fields, path)),
  );
  const after = options.complete(removePaths(merged, dropped, shape) as KubeObject);
  const { added, modified, removed } = compare(before ?? {}, after, shape);
  const taken = intersection(ownable(union(added, modified), type, writer), fields);
  if (!options.force) refuseConflicts(others, taken);
  const rest = others.map((entry) => ({
    ...entry,
    fields: difference(difference(entry.fields, taken), removed),
  }));
  const changed = ownable(union(union(added, modified), removed), type, writer);
  const isNoop =
    before && mine && changed.size === 0 && isSame(mine.fields, fields) && rest.every(isUntouched);
  if (isNoop) return undefined;
  const time = now();
  return withManagers(after, [...rest, { ...identity(writer), operation: "Apply", time, fields }]);

  function isUntouched(entry: Manager, index: number): boolean {
    return isSame(entry.fields, (others[index] as Manager).fields);
  }
}

/** Completes what a fixture says of owners: it names them, the server knows what they own. */
export function withOwnedFields(object: KubeObject, type: ResourceType): KubeObject {
  const entries = object.metadata["managedFields"] as Partial<ManagedFields[number]>[] | undefined;
  if (!Array.isArray(entries)) return object;
  const all = fieldsOf(object, shapeOf(type));
  const managedFields = entries.map((entry) => {
    const writer: Writer = {
      manager: entry.manager ?? "unknown",
      apiVersion: entry.apiVersion ?? object.apiVersion,
      subresource: entry.subresource,
    };
    return {
      ...identity(writer),
      operation: entry.operation ?? "Update",
      time: entry.time ?? object.metadata.creationTimestamp ?? now(),
      fieldsType: "FieldsV1",
      fieldsV1: entry.fieldsV1 ?? encodeFields(ownable(all, type, writer)),
    };
  });
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** What exists without a known owner belongs to whoever came before the first apply. */
function trackedManagers(object: KubeObject, type: ResourceType, writer: Writer): Manager[] {
  const managers = decode(object);
  if (managers.length > 0) return managers;
  const { apiVersion } = writer;
  const all = fieldsOf(object, shapeOf(type));
  const parts = [undefined, ...(type.hasStatus ? ["status"] : [])];
  return parts.map((subresource) => ({
    ...identity({ manager: "before-first-apply", apiVersion, subresource }),
    operation: "Update" as const,
    time: now(),
    fields: ownable(all, type, { ...writer, subresource }),
  }));
}

function refuseConflicts(others: readonly Manager[], taken: FieldSet): void {
  const found = others.flatMap((entry) =>
    [...intersection(entry.fields, taken)].toSorted().map((path) => ({
      owner: showManager(entry),
      field: showPath(path),
    })),
  );
  if (found.length === 0) return;
  const causes: Cause[] = found.map(({ owner, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${owner}`,
    field,
  }));
  const [only] = found;
  if (found.length === 1 && only) {
    const what = `conflict with ${only.owner}: ${only.field}`;
    throw applyConflict(`Apply failed with 1 conflict: ${what}`, causes);
  }
  const lines = [...Map.groupBy(found, ({ owner }) => owner)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([owner, list]) => [
      `conflicts with ${owner}:`,
      ...list.map(({ field }) => `- ${field}`),
    ]);
  const message = `Apply failed with ${found.length} conflicts: ${lines.join("\n")}`;
  throw applyConflict(message, causes);
}

function showManager({ manager, operation, apiVersion, subresource, time }: Manager): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource "${subresource}"` : "");
  return operation === "Apply" ? name : `${name} using ${apiVersion} at ${time}`;
}
