import { normalizeAddress } from "../lib/ip-address.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatewayFact, ServiceFact } from "../model/facts.ts";
import { reachableAddresses } from "./addresses.ts";
import { CLUSTER, NETWORK } from "./names.ts";

/** A cluster that a remote Gateway may stand for. */
export interface Peer {
  cluster: Pick<ClusterRef, "context" | "id" | "network">;
  /** From `reachableAddresses`; empty when not known. */
  addresses: ReadonlySet<string>;
  /** What its east-west gateways call it: link copies these labels. Absent when not known. */
  names?: PeerNames;
}

interface PeerNames {
  /** Labels topology.istio.io/cluster. */
  ids: readonly string[];
  /** Labels topology.istio.io/network. */
  networks: readonly string[];
}

/** What a cluster's east-west gateways call it, which remains when CLUSTER_ID or network change. */
function namesOf(eastWest: readonly GatewayFact[]): PeerNames {
  const values = (key: string): string[] => [
    ...new Set(eastWest.flatMap(({ labels }) => labels.get(key) || [])),
  ];
  return { ids: values(CLUSTER), networks: values(NETWORK) };
}

/** A cluster with all that its east-west gateways tell of it. */
export function peerOf(
  cluster: ClusterRef,
  eastWest: readonly GatewayFact[],
  services: readonly ServiceFact[],
): Peer & { cluster: ClusterRef } {
  const addresses = reachableAddresses(eastWest, services);
  return { cluster, addresses, names: namesOf(eastWest) };
}

/** A cluster of which nothing could be read. */
export function unreadPeer(cluster: ClusterRef): Peer & { cluster: ClusterRef } {
  return { cluster, addresses: new Set<string>() };
}

/** The cluster that a remote Gateway stands for, and what says so. */
export interface PeerMatch<C extends Peer> {
  peer: C;
  by: "cluster label" | "address and network" | "address" | "network";
}

/** Clusters by what a remote Gateway may say of them, so that a large mesh is looked up at once. */
export interface PeerIndex<C extends Peer> {
  readonly byId: ReadonlyMap<string, readonly C[]>;
  readonly byAddress: ReadonlyMap<string, readonly C[]>;
  readonly byNetwork: ReadonlyMap<string, readonly C[]>;
}

export function indexPeers<C extends Peer>(peers: readonly C[]): PeerIndex<C> {
  const byId = new Map<string, C[]>();
  const byAddress = new Map<string, C[]>();
  const byNetwork = new Map<string, C[]>();
  const add = (map: Map<string, C[]>, key: string | undefined, peer: C): void => {
    if (!key) return;
    const list = map.get(key);
    if (list) list.push(peer);
    else map.set(key, [peer]);
  };
  for (const peer of peers) {
    add(byId, peer.cluster.id, peer);
    add(byNetwork, peer.cluster.network, peer);
    for (const address of peer.addresses) add(byAddress, address, peer);
  }
  // What a gateway calls its cluster counts where no cluster really has that name.
  const [ids, networks] = [new Set(byId.keys()), new Set(byNetwork.keys())];
  for (const peer of peers) {
    for (const id of peer.names?.ids ?? []) if (!ids.has(id)) add(byId, id, peer);
    for (const network of peer.names?.networks ?? []) {
      if (!networks.has(network)) add(byNetwork, network, peer);
    }
  }
  return { byId, byAddress, byNetwork };
}

/** The clusters that own an address of the Gateway. */
export function ownersOf<C extends Peer>(gateway: GatewayFact, index: PeerIndex<C>): C[] {
  const owners = gateway.addresses.flatMap(
    ({ value }) => index.byAddress.get(normalizeAddress(value)) ?? [],
  );
  return [...new Set(owners)];
}

/**
 * The cluster that a remote Gateway stands for, by what it says itself (`findPeers` weighs it against
 * the others): by its label topology.istio.io/cluster, then by address, then by network where only
 * one cluster is on it; each narrows down what the one before left open, as when two contexts are
 * one cluster. Names and other labels differ with who made the Gateway. A label that names no
 * cluster does not decide: expose writes the network there when CLUSTER_ID is unset.
 *
 * @param own the cluster that the Gateway is in
 */
export function findPeer<C extends Peer>(
  gateway: GatewayFact,
  index: PeerIndex<C>,
  own?: C,
): PeerMatch<C> | undefined {
  const label = gateway.labels.get(CLUSTER);
  const named = label ? index.byId.get(label) : undefined;
  const owners = ownersOf(gateway, index);
  const [owner, ...more] = owners;
  const isElsewhere = owner && more.length === 0 && named?.includes(owner) === false;
  // Address and network outvote a label, but not for the cluster that the Gateway is in: that would
  // be a link no more.
  if (isElsewhere && owner !== own && isOnlyOn(gateway, owner, index)) {
    return { peer: owner, by: "address and network" };
  }
  if (named?.length === 1 && named[0]) return { peer: named[0], by: "cluster label" };
  const reached = named ? owners.filter((one) => named.includes(one)) : owners;
  if (reached.length === 1 && reached[0]) {
    // Labelled for a cluster outside the run it is not for the one that it is in.
    if (reached[0] === own && label && own.cluster.id && !isCalled(own, label)) return undefined;
    return { peer: reached[0], by: "address" };
  }
  const network = gateway.labels.get(NETWORK);
  if (!network) return undefined;
  const open = reached.length > 0 ? reached : named;
  // A label for a cluster outside the run must not be overruled by a network that happens to match.
  const foreign = Boolean(label) && !named && label !== network;
  const near = (index.byNetwork.get(network) ?? []).filter(
    (one) => (open?.includes(one) ?? true) && !(foreign && isNamed(one)),
  );
  return near.length === 1 && near[0] ? { peer: near[0], by: "network" } : undefined;
}

/** The network that the Gateway names is this cluster's, and no other's. */
function isOnlyOn<C extends Peer>(
  { labels }: GatewayFact,
  peer: C,
  { byNetwork }: PeerIndex<C>,
): boolean {
  const on = byNetwork.get(labels.get(NETWORK) ?? "");
  return on?.length === 1 && on[0] === peer;
}

/**
 * Whether a cluster is called so: by CLUSTER_ID, by its gateways, or by its network, which expose writes while CLUSTER_ID is unset.
 */
export function isCalled({ cluster, names }: Peer, label: string): boolean {
  return cluster.id === label || cluster.network === label || names?.ids.includes(label) === true;
}

/** Whether something calls the cluster otherwise, or may do so. */
function isNamed({ cluster, names }: Peer): boolean {
  return cluster.id !== undefined || names?.ids.length !== 0;
}

/** What a remote Gateway calls its target, for messages when no checked cluster is it. */
export function peerName(gateway: GatewayFact): string {
  return gateway.labels.get(CLUSTER) || gateway.labels.get(NETWORK) || gateway.name;
}

/**
 * The clusters that the remote Gateways of one cluster stand for, where they are known. A network is
 * but a guess, as a cluster outside the run may be on it too: it counts neither for a cluster that
 * another of the Gateways is known to stand for, nor for the cluster itself while the Gateway has
 * addresses, none of them its own.
 *
 * @param own the cluster that the Gateways are in
 */
export function findPeers<C extends Peer>(
  gateways: readonly GatewayFact[],
  index: PeerIndex<C>,
  own: C | undefined,
): ReadonlyMap<GatewayFact, PeerMatch<C>> {
  const known = new Map<GatewayFact, PeerMatch<C>>();
  const guessed = new Map<GatewayFact, PeerMatch<C>>();
  for (const gateway of gateways) {
    const target = findPeer(gateway, index, own);
    if (!target) continue;
    // An address that two clusters have in common is no guess: the network only says which.
    const guess = target.by === "network" && !ownersOf(gateway, index).includes(target.peer);
    (guess ? guessed : known).set(gateway, target);
  }
  const taken = new Set([...known.values()].map(({ peer }) => peer));
  const plausible = [...guessed].filter(
    ([{ addresses }, { peer }]) => !taken.has(peer) && (peer !== own || addresses.length === 0),
  );
  return new Map([...known, ...plausible]);
}
