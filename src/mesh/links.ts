import type { ClusterRef } from "../model/check.ts";
import type { GatewayFact, GatewaysFact, ServiceFact } from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";
import { linkFaults } from "./conditions.ts";
import {
  findPeers,
  indexPeers,
  ownersOf,
  peerName,
  peerOf,
  unreadPeer,
  type Peer,
  type PeerMatch,
} from "./peers.ts";
import { enumerate } from "./wording.ts";

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
export interface LinkTarget<M> extends Peer {
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
  by?: PeerMatch<LinkTarget<M>>["by"];
  /** Clusters of the run that own one of its addresses. */
  owners: LinkTarget<M>[];
  /** Stands for the cluster that it is in, as automated peering makes them. */
  self: boolean;
}

/**
 * The cluster that a remote Gateway leads to in truth, where its addresses are those of another than
 * the one that it stands for. No condition tells: the other cluster answers.
 */
export function leadsElsewhere<M>({ target, owners }: Link<M>): LinkTarget<M> | undefined {
  return target && !owners.includes(target) ? owners[0] : undefined;
}

/** What keeps a link from leading where it should. */
export function edgeFaults(link: Link<unknown>): string[] {
  const { addresses } = link.gateway;
  const elsewhere = leadsElsewhere(link);
  const values = enumerate(addresses.map(({ value }) => value));
  return [
    ...(elsewhere ? [`address ${values} is that of ${elsewhere.cluster.context}`] : []),
    ...linkFaults(link.gateway),
  ];
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
    ...peerOf(member.cluster, member.facts.gateways.eastWest, servicesOf(member)),
    member,
  }));
  const index = indexPeers<LinkTarget<M>>([...read, ...absent.map(unreadPeer)]);
  const contexts = new Set(members.map(({ cluster }) => cluster.context));
  return read.flatMap((from) => {
    const { gateways } = from.member.facts;
    const targets = findPeers(gateways.remote, index, from);
    return gateways.remote.map((gateway) => {
      const found = targets.get(gateway);
      return {
        from: from.member,
        gateway,
        ...(found ? { target: found.peer, by: found.by } : {}),
        to: found?.peer.cluster.context ?? outsideName(gateway, contexts),
        owners: ownersOf(gateway, index),
        self: found?.peer === from,
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
