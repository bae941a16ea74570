import { contexts } from "../../lib/mesh.ts";
import { contextWord, quote } from "../../lib/shell.ts";
import { connectedIstiods } from "../../lib/syncs.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, remedy, skip } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { Edge, LinkMember } from "./edges.ts";

/** Clusters with no link in either direction, also none that their istiod knows of. */
export function isolatedOf(members: readonly LinkMember[], edges: readonly Edge[]): LinkMember[] {
  const linked = new Set(
    edges.flatMap(({ data }) => (data.inRun ? [data.from, data.to] : data.from)),
  );
  return members.filter(({ cluster, facts }) => {
    if (linked.has(cluster.context)) return false;
    const peers = connectedIstiods(facts.syncs);
    if (cluster.id !== undefined) peers.delete(cluster.id);
    return peers.size === 0;
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
          `mc link --contexts ${isolated.map(({ cluster }) => contextWord(cluster)).join(",")}${namespaceOf(isolated)}`,
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
      `mc link --contexts ${contextWord(cluster)},${peer}${namespaceOf([member])}`,
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
