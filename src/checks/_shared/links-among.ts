import type { Link, LinkMember, LinkTarget } from "../../mesh/links.ts";
import type { ClusterRef } from "../../model/check.ts";

/**
 * The links of the run that start in clusters that a check sees, with the clusters as it sees them:
 * a target whose facts the check lacks has no member.
 */
export function linksAmong<M extends { cluster: ClusterRef }>(
  links: readonly Link<LinkMember>[],
  members: readonly M[],
): Link<M>[] {
  const byContext = new Map(members.map((member) => [member.cluster.context, member]));
  const targets = new Map<LinkTarget<LinkMember>, LinkTarget<M>>();
  const targetOf = (target: LinkTarget<LinkMember>): LinkTarget<M> => {
    const known = targets.get(target);
    if (known) return known;
    const { member: _, ...rest } = target;
    const member = byContext.get(target.cluster.context);
    const seen = member ? { ...rest, member } : rest;
    targets.set(target, seen);
    return seen;
  };
  return links.flatMap(({ from: source, target, owners, ...rest }) => {
    const from = byContext.get(source.cluster.context);
    if (!from) return [];
    return [
      {
        ...rest,
        from,
        ...(target ? { target: targetOf(target) } : {}),
        owners: owners.map(targetOf),
      },
    ];
  });
}
