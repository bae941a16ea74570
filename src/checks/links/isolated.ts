import { contexts, enumerate } from "../../lib/mesh.ts";
import { contextWord, mc, quote } from "../../lib/shell.ts";
import { connectedIstiods } from "../../lib/syncs.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, pass, remedy, skip } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { Edge, LinkMember } from "./edges.ts";

/**
 * CLUSTER_IDs of clusters that are linked to a member by what its istiod says. Of clusters whose
 * Gateways were read these tell the truth: a connection may outlive its Gateway for a while.
 */
function linkedFrom(member: LinkMember, members: readonly LinkMember[]): string[] {
  const peers = connectedIstiods(member.facts.syncs);
  for (const { cluster } of members) if (cluster.id !== undefined) peers.delete(cluster.id);
  return [...peers].toSorted();
}

/** Clusters that none of the edges leads from or to. */
function withoutEdge(members: readonly LinkMember[], edges: readonly Edge[]): LinkMember[] {
  const linked = new Set(
    edges.flatMap(({ data }) => (data.inRun ? [data.from, data.to] : data.from)),
  );
  return members.filter(({ cluster }) => !linked.has(cluster.context));
}

/** Clusters with no link in either direction, also none that their istiod knows of. */
export function isolatedOf(members: readonly LinkMember[], edges: readonly Edge[]): LinkMember[] {
  return withoutEdge(members, edges).filter((member) => linkedFrom(member, members).length === 0);
}

/** Clusters whose only links are those that their istiod knows of. */
export function linkedFromOutside(
  members: readonly LinkMember[],
  edges: readonly Edge[],
): Finding[] {
  return withoutEdge(members, edges).flatMap((member) => {
    const from = linkedFrom(member, members);
    if (from.length === 0) return [];
    const { context } = member.cluster;
    const message = `${context} is linked from ${enumerate(from)}: its /debug/syncz lists an istiod there`;
    return [pass(message, { cluster: context })];
  });
}

export function isolatedFindings(
  isolated: readonly LinkMember[],
  members: readonly LinkMember[],
  { precheck, absent }: { precheck: boolean; absent: readonly ClusterRef[] },
): Finding[] {
  if (isolated.length === 0) return [];
  if (precheck) return [skip(`not linked yet: ${contexts(isolated)}`)];
  if (absent.length > 0) {
    const others = contexts(absent.map((cluster) => ({ cluster })));
    return [
      skip(
        `no link of ${contexts(isolated)} was found; whether one leads there from ${others} is not known`,
      ),
    ];
  }
  const [, second] = isolated;
  if (second && isolated.length === members.length && isolated.every(hasGatewayApi)) {
    return [
      fail(`no cluster is linked to another: ${contexts(isolated)}`, {
        remediation: remedy(
          "Link the clusters.",
          mc(
            second.cluster,
            `link --contexts ${isolated.map(({ cluster }) => contextWord(cluster)).join(",")}${namespaceOf(isolated)}`,
          ),
        ),
      }),
    ];
  }
  return isolated.map((member) => isolatedFinding(member, members));
}

function isolatedFinding(member: LinkMember, members: readonly LinkMember[]): Finding {
  const { cluster } = member;
  const { context } = cluster;
  const other = members.find((one) => one !== member);
  const peer = other ? contextWord(other.cluster) : "<context>";
  return fail(`${context} has no link in either direction`, {
    cluster: context,
    ...(hasGatewayApi(member) ? {} : { blockedBy: `${context}/gateways` }),
    remediation: remedy(
      "Link the cluster with those whose services it shares.",
      mc(cluster, `link --contexts ${contextWord(cluster)},${peer}${namespaceOf([member])}`),
    ),
  });
}

function hasGatewayApi({ facts }: LinkMember): boolean {
  return facts.gateways.served;
}

/** Remote Gateways belong beside the east-west ones. */
function namespaceOf(members: readonly LinkMember[]): string {
  const namespaces = new Set(
    members.flatMap(({ facts }) => facts.gateways.eastWest.map(({ namespace }) => namespace)),
  );
  const [only] = namespaces;
  return only !== undefined && namespaces.size === 1 ? ` -n ${quote(only)}` : "";
}
