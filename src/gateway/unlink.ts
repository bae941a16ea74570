import * as label from "../lib/labels.ts";
import { peerOf, reachableAddresses } from "../lib/peering.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewayFact } from "../model/facts.ts";

/** What links are to be undone towards: a cluster that was read, or a name that Gateways carry. */
export type UnlinkTarget = { name: string; cluster?: GatheredCluster };

function carries(gateway: GatewayFact, name: string): boolean {
  return gateway.labels.get(label.CLUSTER) === name || gateway.labels.get(label.NETWORK) === name;
}

/**
 * The remote Gateways in a namespace of the source that stand for the target. A peer that is dead
 * or gone is known by the CLUSTER_ID or network that the Gateways carry.
 */
export function gatewaysFor(
  source: GatheredCluster,
  namespace: string,
  target: UnlinkTarget,
): GatewayFact[] {
  const gateways = source.facts.gateways;
  if (!gateways?.ok) return [];
  const candidates = gateways.value.remote.filter((gateway) => gateway.namespace === namespace);
  const { cluster, name } = target;
  if (!cluster) return candidates.filter((gateway) => carries(gateway, name));
  const { facts } = cluster;
  const addresses =
    facts.gateways?.ok && facts.services?.ok
      ? reachableAddresses(facts.gateways.value.eastWest, facts.services.value)
      : new Set<string>();
  // The source is a candidate too: a Gateway for the cluster itself is not one for the target.
  const peers = [
    { cluster: cluster.ref, addresses, wanted: true },
    { cluster: source.ref, addresses: new Set<string>(), wanted: false },
  ];
  return candidates.filter((gateway) => peerOf(gateway, peers)?.candidate.wanted);
}

/** `mc` wrote it, so that taking it away takes nothing from anybody else. */
export function isOurs({ managers }: GatewayFact): boolean {
  return managers.includes("mc");
}
