import type { ClusterRef } from "../model/check.ts";
import type { FlatEntryFact, SourcePodsFact } from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";

/** Whether a label solo.io/source-workload says that an entry stands for a pod of a flat network. */
export function isFlatWorkload(sourceWorkload: string | undefined): boolean {
  return sourceWorkload?.startsWith("autogenflat.") === true;
}

export interface FlatMember {
  cluster: ClusterRef;
  facts: {
    readonly flatEntries: readonly FlatEntryFact[];
    readonly sourcePods: Gathered<SourcePodsFact>;
  };
}

type Pod = NonNullable<FlatEntryFact["pod"]>;

/** An entry whose pod is known to be there or gone. */
export interface JudgedEntry {
  entry: FlatEntryFact & { pod: Pod };
  sources: readonly FlatMember[];
}

/** The entries of one cluster, by what can be said of their pods. */
export interface SortedEntries {
  live: number;
  stale: JudgedEntry[];
  /** Their annotation names no pod. */
  unnamed: FlatEntryFact[];
  /** By CLUSTER_ID: no cluster that was read has it. */
  outside: Map<string, FlatEntryFact[]>;
  /** By CLUSTER_ID: pods of that cluster could not be read, and why. */
  unread: Map<string, { entries: FlatEntryFact[]; why: string }>;
}

/** Clusters by CLUSTER_ID; contexts of one cluster, or two with one ID, stand together. */
export function byId<M extends FlatMember>(members: readonly M[]): Map<string, M[]> {
  const map = new Map<string, M[]>();
  for (const member of members) {
    const { id } = member.cluster;
    if (id !== undefined) map.set(id, [...(map.get(id) ?? []), member]);
  }
  return map;
}

/** Why nothing can be said of a pod of this cluster; undefined when it was looked for. */
function unreadable({ cluster, facts }: FlatMember, namespace: string): string | undefined {
  const { sourcePods } = facts;
  if (!sourcePods.ok) return sourcePods.detail;
  return sourcePods.value.namespaces.has(namespace)
    ? undefined
    : `pods of some namespaces of ${cluster.context} could not be read`;
}

function exists({ facts: { sourcePods } }: FlatMember, { namespace, name }: Pod): boolean {
  return sourcePods.ok && (sourcePods.value.existing.get(namespace)?.has(name) ?? false);
}

export function sortEntries(
  entries: readonly FlatEntryFact[],
  clusters: ReadonlyMap<string, readonly FlatMember[]>,
): SortedEntries {
  const sorted: SortedEntries = {
    live: 0,
    stale: [],
    unnamed: [],
    outside: new Map(),
    unread: new Map(),
  };
  for (const entry of entries) sortEntry(entry, clusters, sorted);
  return sorted;
}

function sortEntry(
  entry: FlatEntryFact,
  clusters: ReadonlyMap<string, readonly FlatMember[]>,
  sorted: SortedEntries,
): void {
  const { pod, sourceCluster } = entry;
  const sources = clusters.get(sourceCluster);
  if (!sources) {
    const others = sorted.outside.get(sourceCluster) ?? [];
    others.push(entry);
    sorted.outside.set(sourceCluster, others);
    return;
  }
  if (!pod) {
    sorted.unnamed.push(entry);
    return;
  }
  if (sources.some((source) => exists(source, pod))) {
    sorted.live += 1;
    return;
  }
  const why = sources.map((source) => unreadable(source, pod.namespace)).find(Boolean);
  if (why === undefined) {
    sorted.stale.push({ entry: { ...entry, pod }, sources });
    return;
  }
  const unread = sorted.unread.get(sourceCluster) ?? { entries: [], why };
  unread.entries.push(entry);
  sorted.unread.set(sourceCluster, unread);
}
