import { NETWORK } from "../../mesh/names.ts";
import { enumerate } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { info, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { flatSwitchFindings } from "./flat-switch.ts";
import type { NetworkMember } from "./member.ts";
import { podRangeFindings } from "./pod-ranges.ts";

/** Clusters that autogenflat entries connect, directly or through others. */
function connected(members: readonly NetworkMember[]): NetworkMember[][] {
  const byId = Map.groupBy(members, ({ cluster }) => cluster.id);
  const leader = new Map<NetworkMember, NetworkMember>();
  const find = (member: NetworkMember): NetworkMember => {
    let top = member;
    for (let up = leader.get(top); up; up = leader.get(top)) top = up;
    if (top !== member) leader.set(member, top);
    return top;
  };
  for (const member of members) {
    const { flatEntries } = member.facts;
    const sources = new Set((flatEntries.ok ? flatEntries.value : []).map((e) => e.sourceCluster));
    for (const source of [...sources].flatMap((id) => byId.get(id) ?? [])) {
      const [one, other] = [find(member), find(source)];
      if (one !== other) leader.set(other, one);
    }
  }
  return [...Map.groupBy(members, find).values()];
}

function names(members: readonly NetworkMember[]): string {
  return enumerate(members.map(({ cluster }) => cluster.context));
}

/** Entries of pods of clusters that no member is known to be; a cluster without a name may be one. */
function unattributed(members: readonly NetworkMember[], absent: readonly ClusterRef[]): Finding[] {
  const ids = new Set(members.map(({ cluster }) => cluster.id));
  const sources = members.flatMap(({ facts: { flatEntries } }) =>
    flatEntries.ok ? flatEntries.value.map(({ sourceCluster }) => sourceCluster) : [],
  );
  if (sources.every((source) => ids.has(source))) return [];
  return [...members.map(({ cluster }) => cluster), ...absent]
    .filter(({ id }) => id === undefined)
    .map(({ context }) =>
      info(`autogenflat entries for ${context} not checked: its CLUSTER_ID is not known`, {
        cluster: context,
      }),
    );
}

/** Whether clusters on the same network are a flat network. */
export function sharedFindings(
  network: string,
  members: readonly NetworkMember[],
  { absent, isPeering }: { absent: readonly ClusterRef[]; isPeering: boolean },
): Finding[] {
  if (members.length < 2) return [];
  if (!isPeering) {
    const ranges = podRangeFindings(network, members);
    const message = `Clusters ${names(members)} share network ${network}: their pods must reach each other directly`;
    return [info(message), ...ranges];
  }
  const groups = connected(members);
  const flat = groups.filter((group) => group.length > 1);
  const findings = flat.map((group) =>
    info(
      `Clusters ${names(group)} share network ${network}, a flat network: autogenflat entries go between them`,
    ),
  );
  const ranges = podRangeFindings(network, members);
  const switched = flatSwitchFindings(network, members);
  findings.push(...ranges, ...switched);
  // Pods whose addresses collide do not reach each other, whatever entries there are.
  const isExplained = switched.length > 0 || ranges.some(({ severity }) => severity === "fail");
  if (groups.length === 1 || isExplained) return findings;
  const unread = members.flatMap(({ cluster, facts: { flatEntries } }) =>
    flatEntries.ok
      ? []
      : [
          notChecked(`autogenflat entries in ${cluster.context}`, flatEntries, {
            cluster: cluster.context,
          }),
        ],
  );
  const unknown = [...unread, ...unattributed(members, absent)];
  if (unknown.length > 0) return [...findings, ...unknown];
  const parts = groups.map((group) => (group.length > 1 ? `[${names(group)}]` : names(group)));
  return [
    ...findings,
    warn(
      `Clusters ${enumerate(parts)} share network ${network}, but no autogenflat entries go between them: right only where their pods reach each other directly`,
      {
        remediation: remedy(
          "Give each cluster a network of its own, unless their pods reach each other directly.",
          ...members
            .slice(1, 4)
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
  ];
}
