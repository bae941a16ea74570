import type { ClusterRef } from "../model/check.ts";
import type { NamespaceFact, ProxyPodFact } from "../model/facts.ts";
import { valueOr, type Gathered } from "../model/gathered.ts";
import { SYSTEM_NAMESPACE } from "./names.ts";

/** What tells a cluster from others. */
export interface ClusterIdentity {
  ref: Pick<ClusterRef, "id" | "network">;
  namespaces: Gathered<readonly NamespaceFact[]> | undefined;
}

/** The UID of namespace kube-system; nothing where it could not be read. */
function uidOf({ namespaces }: ClusterIdentity): string | undefined {
  if (!namespaces?.ok) return undefined;
  return namespaces.value.find(({ name }) => name === SYSTEM_NAMESPACE)?.uid || undefined;
}

type Names = ClusterIdentity["ref"];

/** What both may read of CLUSTER_ID and network agrees. */
function agree(one: Names, other: Names): boolean {
  const same = (key: keyof Names): boolean =>
    one[key] === undefined || other[key] === undefined || one[key] === other[key];
  return same("id") && same("network");
}

/**
 * Of contexts in their order, those that lead to the cluster of an earlier one, with that one. Two
 * contexts lead to one cluster where its namespace kube-system has the same UID, and what both may
 * read of CLUSTER_ID and network agrees: clusters that were restored from one backup have that UID in
 * common, and their own names tell them apart. A context that may read less says nothing against it.
 */
export function repeatedClusters<T>(
  items: readonly T[],
  identityOf: (item: T) => ClusterIdentity,
): ReadonlyMap<T, T> {
  const distinct = new Map<string, { item: T; names: Names }[]>();
  const repeated = new Map<T, T>();
  for (const item of items) {
    const identity = identityOf(item);
    const names = identity.ref;
    const uid = uidOf(identity);
    if (uid === undefined) continue;
    const alike = distinct.get(uid) ?? [];
    const first = alike.find((one) => agree(one.names, names));
    if (first) repeated.set(item, first.item);
    else distinct.set(uid, [...alike, { item, names }]);
  }
  return repeated;
}

/** The CLUSTER_ID that the proxies of a cluster were given: nothing where they differ, or say none. */
export function idOfProxies(pods: Gathered<readonly ProxyPodFact[]>): string | undefined {
  const ids = new Set(valueOr(pods, []).map(({ clusterId }) => clusterId));
  const [only] = ids;
  return ids.size === 1 ? only : undefined;
}
