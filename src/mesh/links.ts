import type { ClusterRef } from "../model/check.ts";
import type { GatewayFact, GatewaysFact, ServiceFact } from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";
import {
  type PeerCandidate,
  type PeerTarget,
  findPeers,
  indexPeers,
  namesOf,
  ownersOf,
  peerName,
} from "./peers.ts";
import { reachableAddresses } from "./addresses.ts";

/** What of a cluster tells which remote Gateways stand for it. */
export interface LinkMember {
  cluster: ClusterRef;
  facts: {
    readonly gateways: GatewaysFact;
    /** Without Services the addresses are those of the Gateway statuses. */
    readonly services: readonly ServiceFact[] | Gathered<ServiceFact[]>;
  };
}

/** A cluster of the run as the target of links. */
export interface LinkTarget<M> extends PeerCandidate {
  cluster: ClusterRef;
  /** Absent when the cluster could not be read. */
  member?: M;
}

/** A remote Gateway and the cluster that it stands for. */
export interface Link<M> {
  from: M;
  gateway: GatewayFact;
  /** Absent when no cluster of the run is known to be it. */
  target?: LinkTarget<M>;
  /** What the target is called: its context, else as the Gateway calls it. */
  to: string;
  by?: PeerTarget<LinkTarget<M>>["by"];
  /** Clusters of the run that own one of its addresses. */
  owners: LinkTarget<M>[];
  /** Stands for the cluster that it is in, as automated peering makes them. */
  self: boolean;
}

/** The Services of a member, none where they could not be read. */
export function servicesOf({ facts: { services } }: LinkMember): readonly ServiceFact[] {
  if (!("ok" in services)) return services;
  return services.ok ? services.value : [];
}

/** Every remote Gateway of the members with its target, cluster by cluster in their order. */
export function linksOf<M extends LinkMember>(
  members: readonly M[],
  absent: readonly ClusterRef[],
): Link<M>[] {
  const read = members.map((member) => ({
    cluster: member.cluster,
    addresses: reachableAddresses(member.facts.gateways.eastWest, servicesOf(member)),
    names: namesOf(member.facts.gateways.eastWest),
    member,
  }));
  const index = indexPeers<LinkTarget<M>>([
    ...read,
    ...absent.map((cluster) => ({ cluster, addresses: new Set<string>() })),
  ]);
  const contexts = new Set(members.map(({ cluster }) => cluster.context));
  return read.flatMap((own) => {
    const { gateways } = own.member.facts;
    const targets = findPeers(gateways.remote, index, own);
    return gateways.remote.map((gateway) => {
      const found = targets.get(gateway);
      return {
        from: own.member,
        gateway,
        ...(found ? { target: found.candidate, by: found.by } : {}),
        to: found?.candidate.cluster.context ?? outsideName(gateway, contexts),
        owners: ownersOf(gateway, index),
        self: found?.candidate === own,
      };
    });
  });
}

/** Networks are often called as contexts are: a name that would pass for a cluster of the run is none. */
function outsideName(gateway: GatewayFact, contexts: ReadonlySet<string>): string {
  const name = peerName(gateway);
  return contexts.has(name) ? gateway.name : name;
}

/** After the name of a link's target that no cluster of the run is known to be. */
export function notInRun(absent: readonly ClusterRef[]): string {
  return absent.some(({ id }) => id === undefined)
    ? " (not in this run, or not read)"
    : " (not in this run)";
}

/** Conditions that must be there and True: one that is absent was written by nobody. */
const REQUIRED = [
  "Accepted",
  "Programmed",
  "gloo.solo.io/PeerConnected",
  "gloo.solo.io/PeeringSucceeded",
];
/** Older versions don't write it. */
const OPTIONAL = "gloo.solo.io/PeerDataPlaneProgrammed";

/** What keeps a remote Gateway from being a working link: `PeerConnected is False`. */
export function linkFaults(gateway: GatewayFact): string[] {
  const faults = REQUIRED.flatMap((type) => {
    const status = gateway.conditions.get(type)?.status;
    if (status === "True") return [];
    return [`${shortType(type)} is ${status ?? "absent"}`];
  });
  const optional = gateway.conditions.get(OPTIONAL)?.status;
  return optional === undefined || optional === "True"
    ? faults
    : [...faults, `${shortType(OPTIONAL)} is ${optional}`];
}

function shortType(type: string): string {
  return type.slice(type.lastIndexOf("/") + 1);
}

/** The peer answers at the address that the Gateway has. */
export function isConnected(gateway: GatewayFact): boolean {
  return gateway.conditions.get("gloo.solo.io/PeerConnected")?.status === "True";
}
