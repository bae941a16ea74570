import { NETWORK } from "../../mesh/names.ts";
import { contexts, enumerate } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { overlaps } from "../../lib/ip-ranges.ts";
import { fail, info, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { NetworkMember } from "./member.ts";

/** How many examples a finding names. */
const MOST = 3;

/**
 * Pods on one network are reached at their addresses, so that these must be of one cluster each:
 * nodes get ranges for them. Some CNIs give addresses by other rules, and no node has a range then.
 */
export function podRangeFindings(network: string, members: readonly NetworkMember[]): Finding[] {
  const ranges = members.flatMap((owner) =>
    owner.facts.nodes.ok
      ? owner.facts.nodes.value.flatMap(({ podCIDRs }) => podCIDRs.map((cidr) => ({ cidr, owner })))
      : [],
  );
  const unknown = members.flatMap((member) =>
    ranges.some(({ owner }) => owner === member) ? [] : [unreadFinding(member)],
  );
  const found = overlaps(ranges);
  if (found.length === 0) return unknown;
  const involved = members.filter((member) =>
    found.some((pair) => pair.some(({ owner }) => owner === member)),
  );
  const examples = found.map((pair) =>
    pair.map(({ cidr, owner }) => `${cidr} of ${owner.cluster.context}`).join(" and "),
  );
  return [
    fail(
      `Clusters ${contexts(involved)} share network ${network}, but the pod addresses of their nodes (podCIDRs) overlap: ${enumerate(examples, MOST)}`,
      {
        remediation: remedy(
          "Give each cluster a network of its own; to share one, a cluster needs pod addresses that no other has, which are chosen when it is made.",
          ...involved
            .slice(1, 1 + MOST)
            .map(({ cluster, facts }) =>
              kubectl(
                cluster,
                "label",
                "namespace",
                facts.istioNamespace,
                `${NETWORK}=<network>`,
                "--overwrite",
              ),
            ),
        ),
      },
    ),
    ...unknown,
  ];
}

function unreadFinding({ cluster, facts: { nodes } }: NetworkMember): Finding {
  const { context } = cluster;
  const what = `whether pod addresses of ${context} overlap with those of others on its network`;
  return nodes.ok
    ? info(`${what} not checked: its nodes name no podCIDRs, as with some CNIs`, {
        cluster: context,
      })
    : notChecked(what, nodes, { cluster: context });
}
