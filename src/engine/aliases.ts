import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import { skip } from "../model/finding.ts";
import { valueOr } from "../model/gathered.ts";
import type { Finding } from "../model/report.ts";

/** A context that leads to a cluster which another context of the run leads to as well. */
export interface Alias {
  cluster: GatheredCluster;
  /** The one that comes first in the run. */
  of: ClusterRef;
}

/** What tells a cluster from all others; nothing where that could not be read. */
function identityOf({ ref, facts }: GatheredCluster): string | undefined {
  const uid = valueOr(facts.namespaces, []).find(({ name }) => name === "kube-system")?.uid;
  return uid ? JSON.stringify([uid, ref.id, ref.network]) : undefined;
}

/**
 * Contexts of one cluster: its namespace kube-system has the same UID, and it has the same name and
 * network. Only the first takes part in the checks across clusters, as it would not be a pair, have
 * a link or share a network with itself.
 */
export function aliasesOf(clusters: readonly GatheredCluster[]): Alias[] {
  const first = new Map<string, ClusterRef>();
  return clusters.flatMap((cluster) => {
    const identity = identityOf(cluster);
    if (identity === undefined) return [];
    const of = first.get(identity);
    if (of) return [{ cluster, of }];
    first.set(identity, cluster.ref);
    return [];
  });
}

/** Says so where the check that names such contexts does not run. */
export function aliasNotes(aliases: readonly Alias[]): Finding[] {
  return aliases.map(({ cluster: { ref }, of }) =>
    skip(`${ref.context} not checked: it is the cluster of ${of.context}`, {
      cluster: ref.context,
    }),
  );
}
