import { namesOf, type PeerCandidate } from "../mesh/peers.ts";
import { reachableAddresses } from "../mesh/addresses.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewayFact } from "../model/facts.ts";

/** A cluster as what remote Gateways may stand for, as far as it could be read. */
export function candidateOf({ ref, facts }: GatheredCluster): PeerCandidate {
  const eastWest = facts.gateways?.ok ? facts.gateways.value.eastWest : [];
  const services = facts.services?.ok ? facts.services.value : [];
  return {
    cluster: ref,
    addresses: reachableAddresses(eastWest, services),
    names: namesOf(eastWest),
  };
}

/** The remote Gateways of a cluster in all namespaces, none where they could not be read. */
export function remoteOf({ facts }: GatheredCluster): readonly GatewayFact[] {
  return facts.gateways?.ok ? facts.gateways.value.remote : [];
}
