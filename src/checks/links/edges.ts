import { linkFaults, type Link } from "../../lib/links.ts";
import { peerName } from "../../lib/peering.ts";
import { contextWord } from "../../lib/shell.ts";
import { listsIstiodOf } from "../../lib/syncs.ts";
import type { MeshMember } from "../../model/check.ts";
import type { LinkEdge } from "../../model/links.ts";

export type LinkMember = MeshMember<"gateways", "services" | "syncs">;

/** An edge with what it was made from. */
export interface Edge {
  link: Link<LinkMember>;
  data: LinkEdge;
  /** Its ends as commands take them. */
  words: { from: string; to: string };
}

function pairKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/** The directed edges of the mesh, without Gateways for the cluster that they are in. */
export function edgesOf(links: readonly Link<LinkMember>[]): Edge[] {
  const others = links.filter(({ self }) => !self);
  const pairs = new Set(
    others.flatMap(({ from, target }) =>
      target ? [pairKey(from.cluster.context, target.cluster.context)] : [],
    ),
  );
  return others.map((link) => ({
    link,
    data: edgeOf(link, pairs),
    words: {
      from: contextWord(link.from.cluster),
      to: link.target ? contextWord(link.target.cluster) : "<context>",
    },
  }));
}

function edgeOf(link: Link<LinkMember>, pairs: ReadonlySet<string>): LinkEdge {
  const { from, gateway, target } = link;
  const source = from.cluster.context;
  const to = target?.cluster.context ?? peerName(gateway);
  const [address] = gateway.addresses;
  const { id } = from.cluster;
  const synced =
    target?.member && id !== undefined ? listsIstiodOf(target.member.facts.syncs, id) : undefined;
  return {
    from: source,
    to,
    inRun: target !== undefined,
    gateway: { namespace: gateway.namespace, name: gateway.name },
    ...(address ? { address: address.value } : {}),
    conditions: Object.fromEntries(
      [...gateway.conditions].map(([type, { status }]) => [type, status]),
    ),
    state: linkFaults(gateway).length === 0 ? "connected" : "broken",
    oneWay: target?.member !== undefined && !pairs.has(pairKey(to, source)),
    ...(synced === undefined ? {} : { synced }),
  };
}

/** One edge of each pair of clusters, where several Gateways stand for the same. */
export function distinctPairs(edges: readonly Edge[]): Edge[] {
  const pairs = new Map(edges.map((edge) => [pairKey(edge.data.from, edge.data.to), edge]));
  return [...pairs.values()];
}
