import { defined } from "../../lib/defined.ts";
import { isAbandoned, isTakenUp, linkTrouble } from "../../mesh/conditions.ts";
import { CLUSTER, NETWORK } from "../../mesh/names.ts";
import { edgeFaults, notInRun, servicesOf, type Link } from "../../mesh/links.ts";
import type { Linkable } from "../../mesh/commands/link.ts";
import { listsIstiodOf } from "../../mesh/syncs.ts";
import type { ClusterRef, MeshMember } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";
import type { LinkEdge } from "../../model/links.ts";
import { Entrances } from "./entrances.ts";

export type LinkMember = MeshMember<"gateways", "services" | "syncs" | "istiods" | "istiodPods">;

/** A member as `mc link` is to link it. */
export function linkableOf(member: LinkMember): Linkable {
  const { cluster, facts } = member;
  return { cluster, gateways: facts.gateways, services: servicesOf(member) };
}

/** An edge with what it was made from. */
export interface Edge {
  link: Link<LinkMember>;
  data: LinkEdge;
  /** After the name of a target that is no cluster of the run: ` (not in this run)`. */
  outside: string;
}

function pairKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/** The directed edges of the mesh, without Gateways for the cluster that they are in. */
export function edgesOf(links: readonly Link<LinkMember>[], absent: readonly ClusterRef[]): Edge[] {
  const others = links.filter(({ self }) => !self);
  const pairs = new Set(
    others.flatMap(({ from, target }) =>
      target ? [pairKey(from.cluster.context, target.cluster.context)] : [],
    ),
  );
  const doubtful = others.filter(({ target }) => !target);
  const entrances = new Entrances();
  return others.map((link) => ({
    link,
    data: edgeOf(link, { pairs, doubtful, entrances }),
    outside: link.target ? "" : notInRun(absent),
  }));
}

/** Whether a Gateway whose target is not known may stand for this cluster: nothing speaks against it. */
function mayBeFor({ id, network }: ClusterRef, { gateway }: Link<LinkMember>): boolean {
  const label = gateway.labels.get(CLUSTER);
  const named = gateway.labels.get(NETWORK);
  return label ? id === undefined || label === id : !named || !network || named === network;
}

/** What an edge is judged by beside its own Gateway. */
interface Around {
  /** All pairs of clusters that a link goes between. */
  pairs: ReadonlySet<string>;
  /** Links whose target is not known. */
  doubtful: readonly Link<LinkMember>[];
  entrances: Entrances;
}

function edgeOf(link: Link<LinkMember>, { pairs, doubtful, entrances }: Around): LinkEdge {
  const { from, gateway, target, to } = link;
  const source = from.cluster.context;
  const [address] = gateway.addresses;
  const { id } = from.cluster;
  const synced =
    target?.member && id !== undefined ? listsIstiodOf(target.member.facts.syncs, id) : undefined;
  const isBroken = edgeFaults(link).length > 0;
  return {
    from: source,
    to,
    inRun: target !== undefined,
    gateway: { namespace: gateway.namespace, name: gateway.name },
    ...(address ? { address: address.value } : {}),
    conditions: Object.fromEntries(
      [...gateway.conditions].map(([type, { status }]) => [type, status]),
    ),
    state: isBroken ? "broken" : "connected",
    ...(isAbandoned(gateway) ? { unvouched: true as const } : {}),
    oneWay:
      target?.member !== undefined &&
      !pairs.has(pairKey(to, source)) &&
      !doubtful.some((back) => back.from === target.member && mayBeFor(from.cluster, back)),
    ...(isBroken ? troubleOf(gateway) : {}),
    ...(isBroken && target?.member ? { through: entrances.of(target.member, gateway) } : {}),
    ...defined({ synced }),
  };
}

function troubleOf(gateway: GatewayFact): Pick<LinkEdge, "notTakenUp" | "trouble"> {
  const trouble = linkTrouble(gateway);
  return {
    ...(isTakenUp(gateway) ? {} : { notTakenUp: true }),
    ...defined({ trouble }),
  };
}

/** One edge of each pair of clusters, where several Gateways stand for the same. */
export function distinctPairs(edges: readonly Edge[]): Edge[] {
  const pairs = new Map(edges.map((edge) => [pairKey(edge.data.from, edge.data.to), edge]));
  return [...pairs.values()];
}
