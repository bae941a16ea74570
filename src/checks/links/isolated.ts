import { contexts, enumerate } from "../../mesh/wording.ts";
import { contextWord, mc, quote, UNKNOWN_CONTEXT } from "../../mesh/commands/shell.ts";
import { connectedIstiods, unansweredSync } from "../../mesh/syncs.ts";
import type { ClusterRef } from "../../model/check.ts";
import { checkOf, fail, pass, remedy, skip, warn } from "../../model/finding.ts";
import type { Missing } from "../../model/gathered.ts";
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

/**
 * Why it is not known whether a link leads to a cluster without one of its own: only its istiods tell
 * of clusters outside the run. Without the Gateway API it has nothing that a link could lead to.
 */
function doubtOf(member: LinkMember): Missing | undefined {
  return hasGatewayApi(member) ? unansweredSync(member.facts.syncs) : undefined;
}

/** None is linked to another, whoever may be linked to them from outside. */
function areApart(isolated: readonly LinkMember[], members: readonly LinkMember[]): boolean {
  return members.length > 1 && isolated.length === members.length && isolated.every(hasGatewayApi);
}

/** Of the isolated clusters those of which that is certain. */
export function unlinkedOf(
  isolated: readonly LinkMember[],
  members: readonly LinkMember[],
): readonly LinkMember[] {
  return areApart(isolated, members) ? isolated : isolated.filter((member) => !doubtOf(member));
}

export function isolatedFindings(
  isolated: readonly LinkMember[],
  members: readonly LinkMember[],
  { precheck, absent }: { precheck: boolean; absent: readonly ClusterRef[] },
): Finding[] {
  const [first] = isolated;
  if (!first) return [];
  const about = isolated.length === 1 ? { cluster: first.cluster.context } : {};
  if (precheck) return [skip(`not linked yet: ${contexts(isolated)}`, about)];
  if (absent.length > 0) {
    const others = contexts(absent.map((cluster) => ({ cluster })));
    return [
      skip(
        `no link of ${contexts(isolated)} was found; whether one leads there from ${others} is not known`,
        about,
      ),
    ];
  }
  if (areApart(isolated, members)) {
    return [
      fail(`no cluster is linked to another: ${contexts(isolated)}`, {
        remediation: remedy(
          "Link the clusters.",
          mc(
            first.cluster,
            `link --contexts ${isolated.map(({ cluster }) => contextWord(cluster)).join(",")}${namespaceOf(isolated)}`,
          ),
        ),
      }),
    ];
  }
  return isolated.map((member) => {
    const doubt = doubtOf(member);
    return doubt ? doubtfulFinding(member, members, doubt) : isolatedFinding(member, members);
  });
}

function isolatedFinding(member: LinkMember, members: readonly LinkMember[]): Finding {
  const { context } = member.cluster;
  return fail(`${context} has no link in either direction`, {
    cluster: context,
    ...(hasGatewayApi(member) ? {} : { blockedBy: checkOf(context, "gateways") }),
    remediation: remedy(
      "Link the cluster with those whose services it shares.",
      linkCommand(member, members),
    ),
  });
}

function doubtfulFinding(
  member: LinkMember,
  members: readonly LinkMember[],
  { detail }: Missing,
): Finding {
  const { context } = member.cluster;
  const message = `${context} has no remote Gateway for another cluster; whether a link leads to it is not known, as its /debug/syncz could not be read: ${detail}`;
  return warn(message, {
    cluster: context,
    remediation: remedy(
      "Let mc read /debug/syncz, or name the clusters that may be linked to this one in the same run; link it if none is.",
      linkCommand(member, members),
    ),
  });
}

function linkCommand(member: LinkMember, members: readonly LinkMember[]): string {
  const other = members.find((one) => one !== member);
  const peer = other ? contextWord(other.cluster) : UNKNOWN_CONTEXT;
  const both = `${contextWord(member.cluster)},${peer}`;
  return mc(member.cluster, `link --contexts ${both}${namespaceOf([member])}`);
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
