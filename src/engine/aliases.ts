import { repeatedClusters } from "../mesh/identity.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import { skip } from "../model/finding.ts";
import type { Finding } from "../model/report.ts";

/** A context that leads to a cluster which another context of the run leads to as well. */
export interface Alias {
  cluster: GatheredCluster;
  /** The one that comes first in the run. */
  of: ClusterRef;
}

/**
 * Contexts of one cluster. Only the first takes part in the checks across clusters, as it would not
 * be a pair, have a link or share a network with itself.
 */
export function aliasesOf(clusters: readonly GatheredCluster[]): Alias[] {
  const repeated = repeatedClusters(clusters, ({ ref, facts: { namespaces } }) => ({
    ref,
    namespaces,
  }));
  return [...repeated].map(([cluster, first]) => ({ cluster, of: first.ref }));
}

/** Each cluster once, whatever contexts lead to it. */
export function withoutAliases(clusters: readonly GatheredCluster[]): GatheredCluster[] {
  const aliases = new Set(aliasesOf(clusters).map(({ cluster }) => cluster));
  return clusters.filter((cluster) => !aliases.has(cluster));
}

/** Says so where the check that names such contexts does not run. */
export function aliasNotes(aliases: readonly Alias[]): Finding[] {
  return aliases.map(({ cluster: { ref }, of }) =>
    skip(`${ref.context} not checked: it is the cluster of ${of.context}`, {
      cluster: ref.context,
    }),
  );
}
