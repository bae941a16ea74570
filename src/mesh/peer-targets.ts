import type { GatewayFact } from "../model/facts.ts";
import {
  findPeer,
  ownersOf,
  type PeerCandidate,
  type PeerIndex,
  type PeerTarget,
} from "./peering.ts";

/**
 * The clusters that the remote Gateways of one cluster stand for, where they are known. A network is
 * but a guess, as a cluster outside the run may be on it too: it counts neither for a cluster that
 * another of the Gateways is known to stand for, nor for the cluster itself while the Gateway has
 * addresses, none of them its own.
 *
 * @param own the cluster that the Gateways are in
 */
export function findPeers<C extends PeerCandidate>(
  gateways: readonly GatewayFact[],
  index: PeerIndex<C>,
  own: C | undefined,
): ReadonlyMap<GatewayFact, PeerTarget<C>> {
  const known = new Map<GatewayFact, PeerTarget<C>>();
  const guessed = new Map<GatewayFact, PeerTarget<C>>();
  for (const gateway of gateways) {
    const target = findPeer(gateway, index);
    if (!target) continue;
    // An address that two clusters have in common is no guess: the network only says which.
    const guess = target.by === "network" && !ownersOf(gateway, index).includes(target.candidate);
    (guess ? guessed : known).set(gateway, target);
  }
  const taken = new Set([...known.values()].map(({ candidate }) => candidate));
  const plausible = [...guessed].filter(
    ([{ addresses }, { candidate }]) =>
      !taken.has(candidate) && (candidate !== own || addresses.length === 0),
  );
  return new Map([...known, ...plausible]);
}
