import { at, string } from "../../src/lib/json.ts";
import { mapGathered, missing, type Gathered } from "../../src/model/gathered.ts";
import type { ClusterReader, ListOptions, RawObject } from "../../src/model/reader.ts";
import type { Resource } from "../../src/model/resource.ts";

/** What becomes of each object that a reader gives: the same, another one, or none. */
export type Alter = (object: RawObject, resource: Resource) => RawObject | undefined;

/** The cluster of another reader with objects changed or gone, for faults that no fixture has. */
export function altered(reader: ClusterReader, alter: Alter): ClusterReader {
  const list = async (
    resource: Resource,
    options: ListOptions = {},
  ): Promise<Gathered<RawObject[]>> =>
    mapGathered(await reader.list(resource, options), (objects) =>
      objects.flatMap((object): RawObject[] => {
        const changed = alter(object, resource);
        return changed ? [changed] : [];
      }),
    );
  const get = async (
    resource: Resource,
    namespace: string,
    name: string,
  ): Promise<Gathered<RawObject>> => {
    const found = await reader.get(resource, namespace, name);
    const object = found.ok ? alter(found.value, resource) : undefined;
    if (!found.ok) return found;
    return object ? { ok: true, value: object } : missing("not-found", `${name} not found`);
  };
  return {
    context: reader.context,
    ...(reader.contextArgument === undefined ? {} : { contextArgument: reader.contextArgument }),
    ...(reader.recordedAt === undefined ? {} : { recordedAt: reader.recordedAt }),
    ...(reader.recordedAfter === undefined ? {} : { recordedAfter: reader.recordedAfter }),
    kind: reader.kind,
    now: () => reader.now(),
    connect: () => reader.connect(),
    list,
    get,
    debug: (target, path) => reader.debug(target, path),
    unrecorded: (resource) => reader.unrecorded?.(resource),
    close: () => reader.close(),
  };
}

/** Whether an object is the one of that kind and name. */
export function isCalled(object: RawObject, kind: string, name: RegExp): boolean {
  return object["kind"] === kind && name.test(string(at(object, "metadata", "name")) ?? "");
}
