import type { GatheredCluster, NarrowedList } from "../model/cluster.ts";
import type { Resource } from "../model/resource.ts";

/** What was read of a type in place of the whole cluster; undefined where all of it was. */
export function narrowedList(
  { narrowed = [] }: GatheredCluster,
  { group, plural }: Resource,
): NarrowedList | undefined {
  return narrowed.find((list) => list.group === group && list.resource === plural);
}

/**
 * Whether it is known what a namespace has of a type (of namespaces: whether the one of that name
 * exists). What is missing where that is not known is no evidence of anything.
 */
export function isKnownIn(list: NarrowedList | undefined, namespace: string): boolean {
  return list === undefined || list.namespaces.includes(namespace);
}
