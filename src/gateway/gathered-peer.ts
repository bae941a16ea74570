import { type Peer, peerOf } from "../mesh/peers.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewayFact } from "../model/facts.ts";
import { valueOr } from "../model/gathered.ts";

/** A cluster as what remote Gateways may stand for, as far as it could be read. */
export function gatheredPeer({ ref, facts }: GatheredCluster): Peer {
  const eastWest = facts.gateways?.ok ? facts.gateways.value.eastWest : [];
  return peerOf(ref, eastWest, valueOr(facts.services, []));
}

/** The remote Gateways of a cluster in all namespaces, none where they could not be read. */
export function remoteGateways({ facts }: GatheredCluster): readonly GatewayFact[] {
  return facts.gateways?.ok ? facts.gateways.value.remote : [];
}
