import ipaddr from "ipaddr.js";
import type { ClusterRef } from "../model/check.ts";
import type { GatewayFact, ServiceFact } from "../model/facts.ts";
import { CLUSTER, GATEWAY_NAME, NETWORK } from "./names.ts";

/** Whether it is an IP address as Kubernetes writes one: `10.1` and `010.0.0.1` are host names. */
export function isIpAddress(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
}

/** An address as it compares: IPv6 in its short form, host names in lower case without a final dot. */
export function normalizeAddress(address: string): string {
  const text = address.trim().toLowerCase().replace(/\.$/, "");
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  // There is one way only to write these, and a mesh may have thousands.
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare;
  return ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare).toString() : text;
}

/** The Service that exposes a Gateway: by the label that its controller sets, else by name. */
export function serviceOf(
  gateway: GatewayFact,
  services: readonly ServiceFact[],
): ServiceFact | undefined {
  const near = services.filter((service) => service.namespace === gateway.namespace);
  return (
    near.find((service) => service.labels.get(GATEWAY_NAME) === gateway.name) ??
    near.find((service) => service.name === gateway.name)
  );
}

/** Whether an annotation on the type of the data plane asks for node ports. */
export function isNodePort(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === "nodeport";
}

/**
 * Whether an address of a Gateway's status can be reached within the cluster only: a clusterIP of its
 * Service, unless that is its address outside as well, or the Service's name.
 */
export function isInternalAddress(
  value: string,
  gateway: GatewayFact,
  service: ServiceFact | undefined,
): boolean {
  const address = normalizeAddress(value);
  const has = (list: readonly string[] | undefined): boolean =>
    list?.some((one) => normalizeAddress(one) === address) ?? false;
  if (has(service?.addresses)) return false;
  const host = `${service?.name ?? gateway.name}.${gateway.namespace}.svc`;
  return has(service?.clusterIPs) || address === host || address.startsWith(`${host}.`);
}

/**
 * Addresses at which a cluster's east-west gateways can be reached from outside now, normalised:
 * those of the Services, and of the Gateway statuses but for internal ones.
 */
export function reachableAddresses(
  eastWest: readonly GatewayFact[],
  services: readonly ServiceFact[],
): Set<string> {
  const found = new Set<string>();
  for (const gateway of eastWest) {
    const service = serviceOf(gateway, services);
    for (const address of service?.addresses ?? []) found.add(normalizeAddress(address));
    for (const { value } of gateway.statusAddresses) {
      if (!isInternalAddress(value, gateway, service)) found.add(normalizeAddress(value));
    }
  }
  return found;
}

/** A cluster that a remote Gateway may stand for. */
export interface PeerCandidate {
  cluster: Pick<ClusterRef, "context" | "id" | "network">;
  /** From `reachableAddresses`; empty when not known. */
  addresses: ReadonlySet<string>;
  /** What its east-west gateways call it, from `namesOf`: link copies these labels. */
  names?: PeerNames;
}

export interface PeerNames {
  /** Labels topology.istio.io/cluster. */
  ids: readonly string[];
  /** Labels topology.istio.io/network. */
  networks: readonly string[];
}

/** What a cluster's east-west gateways call it, which remains when CLUSTER_ID or network change. */
export function namesOf(eastWest: readonly GatewayFact[]): PeerNames {
  const values = (key: string): string[] => [
    ...new Set(eastWest.flatMap(({ labels }) => labels.get(key) || [])),
  ];
  return { ids: values(CLUSTER), networks: values(NETWORK) };
}

export interface PeerTarget<C extends PeerCandidate> {
  candidate: C;
  by: "cluster label" | "address" | "network";
}

/** Candidates by what a remote Gateway may say of them, so that a large mesh is looked up at once. */
export interface PeerIndex<C extends PeerCandidate> {
  readonly byId: ReadonlyMap<string, readonly C[]>;
  readonly byAddress: ReadonlyMap<string, readonly C[]>;
  readonly byNetwork: ReadonlyMap<string, readonly C[]>;
}

export function indexPeers<C extends PeerCandidate>(candidates: readonly C[]): PeerIndex<C> {
  const byId = new Map<string, C[]>();
  const byAddress = new Map<string, C[]>();
  const byNetwork = new Map<string, C[]>();
  const add = (map: Map<string, C[]>, key: string | undefined, candidate: C): void => {
    if (!key) return;
    const list = map.get(key);
    if (list) list.push(candidate);
    else map.set(key, [candidate]);
  };
  for (const candidate of candidates) {
    add(byId, candidate.cluster.id, candidate);
    add(byNetwork, candidate.cluster.network, candidate);
    for (const address of candidate.addresses) add(byAddress, address, candidate);
  }
  // What a gateway calls its cluster counts where no cluster really has that name.
  const [ids, networks] = [new Set(byId.keys()), new Set(byNetwork.keys())];
  for (const candidate of candidates) {
    for (const id of candidate.names?.ids ?? []) if (!ids.has(id)) add(byId, id, candidate);
    for (const network of candidate.names?.networks ?? []) {
      if (!networks.has(network)) add(byNetwork, network, candidate);
    }
  }
  return { byId, byAddress, byNetwork };
}

/** The candidates that own an address of the Gateway. */
export function ownersOf<C extends PeerCandidate>(gateway: GatewayFact, index: PeerIndex<C>): C[] {
  const owners = gateway.addresses.flatMap(
    ({ value }) => index.byAddress.get(normalizeAddress(value)) ?? [],
  );
  return [...new Set(owners)];
}

/**
 * The cluster that a remote Gateway stands for, by what it says itself (`findPeers` weighs it against
 * the others): by its label topology.istio.io/cluster, then by address, then by network where only
 * one candidate is on it; each narrows down what the one before left open, as when two contexts are
 * one cluster. Names and other labels differ with who made the Gateway. A label that names no
 * candidate does not decide: expose writes the network there when CLUSTER_ID is unset.
 */
export function findPeer<C extends PeerCandidate>(
  gateway: GatewayFact,
  index: PeerIndex<C>,
): PeerTarget<C> | undefined {
  const label = gateway.labels.get(CLUSTER);
  const named = label ? index.byId.get(label) : undefined;
  if (named?.length === 1 && named[0]) return { candidate: named[0], by: "cluster label" };
  const owners = ownersOf(gateway, index);
  const reached = named ? owners.filter((owner) => named.includes(owner)) : owners;
  if (reached.length === 1 && reached[0]) return { candidate: reached[0], by: "address" };
  const network = gateway.labels.get(NETWORK);
  if (!network) return undefined;
  const open = reached.length > 0 ? reached : named;
  // A label for a cluster outside the run must not be overruled by a network that happens to match.
  const foreign = Boolean(label) && !named && label !== network;
  const near = (index.byNetwork.get(network) ?? []).filter(
    (one) => (open?.includes(one) ?? true) && !(foreign && isNamed(one)),
  );
  return near.length === 1 && near[0] ? { candidate: near[0], by: "network" } : undefined;
}

/** Whether something calls the cluster otherwise, or may do so. */
function isNamed({ cluster, names }: PeerCandidate): boolean {
  return cluster.id !== undefined || names?.ids.length !== 0;
}

/** What a remote Gateway calls its target, for messages when no checked cluster is it. */
export function peerName(gateway: GatewayFact): string {
  return gateway.labels.get(CLUSTER) || gateway.labels.get(NETWORK) || gateway.name;
}
