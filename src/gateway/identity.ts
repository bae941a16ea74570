import { repeatedClusters } from "../mesh/identity.ts";
import { SYSTEM_NAMESPACE } from "../mesh/names.ts";
import { kubectl } from "../mesh/commands/shell.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { PeerTarget } from "./peer.ts";
import type { PeerGateway } from "./remote-peer.ts";
import { type Problem, problem } from "./problem.ts";

/** Contexts that lead to a cluster that an earlier one names already. */
export function sameClusters(clusters: readonly GatheredCluster[]): Problem[] {
  const repeated = repeatedClusters(clusters, ({ ref, facts: { namespaces } }) => ({
    ref,
    namespaces,
  }));
  return [...repeated].map(([{ ref }, first]) => {
    const message = `is the same cluster as ${first.ref.context}: namespace ${SYSTEM_NAMESPACE} has the same UID; name each cluster by one context`;
    return problem(ref, message, kubectl(ref, "cluster-info"));
  });
}

/**
 * A target that is called like another cluster of its links: peers tell clusters apart by their IDs,
 * and two Gateways would have one name.
 *
 * @param ids what the sources are called, by context; absent where that is not known
 */
export function sameIds(
  targets: readonly { target: PeerTarget; cluster: GatheredCluster }[],
  ids: ReadonlyMap<string, string>,
): Problem[] {
  const seen = new Map([...ids].map(([context, id]) => [id, context] as const).toReversed());
  return targets.flatMap(({ target, cluster }) => {
    const { clusterId, context } = target;
    const first = seen.get(clusterId);
    if (first === undefined) seen.set(clusterId, context);
    if (first === undefined || first === context) return [];
    const check = kubectl(
      cluster.ref,
      "-n",
      cluster.ref.istioNamespace,
      "set",
      "env",
      "deployment/istiod",
      "--list",
    );
    const message = `has the same CLUSTER_ID as ${first} (${clusterId}): give each cluster its own (global.multiCluster.clusterName)`;
    return [problem(cluster.ref, message, check)];
  });
}

/** Two targets that would get the same name on a source: one would overwrite the other. */
export function sameNames(source: GatheredCluster, gateways: readonly PeerGateway[]): Problem[] {
  const seen = new Map<string, string>();
  return gateways.flatMap(({ target, manifest }) => {
    const { name } = manifest.metadata;
    const first = seen.get(name);
    seen.set(name, target.context);
    if (first === undefined) return [];
    const message = `${first} and ${target.context} would both be Gateway ${name}: give them CLUSTER_IDs that differ in more than case and signs`;
    return [problem(source.ref, message)];
  });
}
