import { contexts, enumerate } from "../../mesh/wording.ts";
import { linkAdvice } from "../_shared/link-advice.ts";
import { connectedIstiods, unansweredSync } from "../../mesh/syncs.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, pass, skip, warn } from "../../model/finding.ts";
import type { Missing } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { linkableOf, type Edge, type LinkMember } from "./edges.ts";

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
  if (precheck) {
    const others = (isolated.length > 1 ? isolated : members).filter((one) => one !== first);
    const { remediation } = linkAdvice("Link the clusters.", [
      linkableOf(first),
      ...others.map(linkableOf),
    ]);
    const next = remediation.step ? {} : { remediation };
    return [skip(`not linked yet: ${contexts(isolated)}`, { ...about, ...next })];
  }
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
        ...linkAdvice("Link the clusters.", [
          linkableOf(first),
          ...isolated.slice(1).map(linkableOf),
        ]),
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
    ...adviceFor("Link the cluster with those whose services it shares.", member, members),
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
    remediation: adviceFor(
      "Let mc read /debug/syncz, or name the clusters that may be linked to this one in the same run; link it if none is.",
      member,
      members,
    ).remediation,
  });
}

/** To link a cluster with the first of the others. */
function adviceFor(
  summary: string,
  member: LinkMember,
  members: readonly LinkMember[],
): ReturnType<typeof linkAdvice> {
  const others = members.filter((one) => one !== member).slice(0, 1);
  return linkAdvice(summary, [linkableOf(member), ...others.map(linkableOf)]);
}

function hasGatewayApi({ facts }: LinkMember): boolean {
  return facts.gateways.served;
}
