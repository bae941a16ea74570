import ipaddr from "ipaddr.js";
import type { ClusterRef } from "../model/check.ts";
import type { GatewayFact, ServiceFact } from "../model/facts.ts";
import { CLUSTER, GATEWAY_NAME, NETWORK } from "./labels.ts";

/** An address as it compares: IPv6 in its short form, host names in lower case without a final dot. */
export function normalizeAddress(address: string): string {
  const text = address.trim().toLowerCase().replace(/\.$/, "");
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : text;
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

/**
 * Addresses at which a cluster's east-west gateways can be reached from outside now, normalised:
 * those of the Services, and of the Gateway statuses but for the Services' clusterIPs.
 */
export function reachableAddresses(
  eastWest: readonly GatewayFact[],
  services: readonly ServiceFact[],
): Set<string> {
  const found = new Set<string>();
  for (const gateway of eastWest) {
    const service = serviceOf(gateway, services);
    const internal = new Set((service?.clusterIPs ?? []).map(normalizeAddress));
    for (const address of service?.addresses ?? []) found.add(normalizeAddress(address));
    for (const { value } of gateway.statusAddresses) {
      const address = normalizeAddress(value);
      if (!internal.has(address)) found.add(address);
    }
  }
  return found;
}

/** A cluster that a remote Gateway may stand for. */
export interface PeerCandidate {
  cluster: Pick<ClusterRef, "context" | "id" | "network">;
  /** From `reachableAddresses`; empty when not known. */
  addresses: ReadonlySet<string>;
}

export interface PeerTarget<C extends PeerCandidate> {
  candidate: C;
  by: "cluster label" | "address" | "network";
}

/**
 * The cluster that a remote Gateway stands for: by its label topology.istio.io/cluster, then by
 * address, then by network where only one candidate is on it. Names and other labels differ with
 * who made the Gateway. A label that names no candidate does not decide: expose writes the network
 * there when CLUSTER_ID is unset.
 */
export function peerOf<C extends PeerCandidate>(
  gateway: GatewayFact,
  candidates: readonly C[],
): PeerTarget<C> | undefined {
  const label = gateway.labels.get(CLUSTER);
  if (label) {
    const named = candidates.filter(({ cluster }) => cluster.id === label);
    if (named.length === 1 && named[0]) return { candidate: named[0], by: "cluster label" };
  }
  const addresses = gateway.addresses.map(({ value }) => normalizeAddress(value));
  const reached = candidates.filter((candidate) =>
    addresses.some((address) => candidate.addresses.has(address)),
  );
  if (reached.length === 1 && reached[0]) return { candidate: reached[0], by: "address" };
  // A label for a cluster outside the run must not be overruled by a network that happens to match.
  const network = gateway.labels.get(NETWORK);
  if (!network || (label && label !== network)) return undefined;
  const neighbours = candidates.filter(({ cluster }) => cluster.network === network);
  return neighbours.length === 1 && neighbours[0]
    ? { candidate: neighbours[0], by: "network" }
    : undefined;
}

/** What a remote Gateway calls its target, for messages when no checked cluster is it. */
export function peerName(gateway: GatewayFact): string {
  return gateway.labels.get(CLUSTER) ?? gateway.labels.get(NETWORK) ?? gateway.name;
}
