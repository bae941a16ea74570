import { unreadableSync } from "../../mesh/syncs.ts";
import { meshCheck } from "../../model/check.ts";
import { summarize } from "../../model/finding.ts";
import type { LinksData } from "./data.ts";
import type { Finding } from "../../model/report.ts";
import { duplicateFindings } from "./duplicates.ts";
import { edgeFindings } from "./edge-findings.ts";
import { distinctPairs, edgesOf, type Edge, type LinkMember } from "./edges.ts";
import { isolatedFindings, isolatedOf, linkedFromOutside, unlinkedOf } from "./isolated.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { servicesNotChecked } from "../_shared/not-checked-services.ts";
import { readersVerdict } from "./readers.ts";
import { view } from "./view.ts";
import { linksAmong } from "../_shared/links-among.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    links: LinksData;
  }
}

/** Where there are links that it would have told more about. */
function syncsNotChecked(members: readonly LinkMember[], edges: readonly Edge[]): Finding[] {
  const targets = new Set(edges.map(({ link }) => link.target?.member));
  return members.flatMap((member) => {
    const { context } = member.cluster;
    const cause = targets.has(member) ? unreadableSync(member.facts.syncs) : undefined;
    return cause ? [notChecked(`/debug/syncz of ${context}`, cause, { cluster: context })] : [];
  });
}

function fine(edges: readonly Edge[], clusters: number, outside: readonly Finding[]): string {
  const pairs = distinctPairs(edges);
  const oneWay = pairs.filter(({ data }) => data.oneWay).length;
  if (pairs.length === 0) return outside[0]?.message ?? "not linked yet";
  const links = `${pairs.length} ${pairs.length === 1 ? "link" : "links"}`;
  const among = clusters === 1 ? "from 1 cluster" : `among ${clusters} clusters`;
  return `${links} ${among}${oneWay > 0 ? `, ${oneWay} one-way` : ""}`;
}

export const links = meshCheck({
  id: "links",
  title: "Link Topology",
  view,
  linksOf: ({ data }) => data?.edges ?? [],
  why: "With peering, a cluster reaches services of another only over a remote Gateway for it that is connected.",
  reads:
    "Gateways of class istio-remote with their conditions; /debug/syncz of the istiod that they lead to, where it can be read. With remote secrets: these, and what istiod says at /debug/clusterz, endpointShardz and networkz.",
  faults: [
    "A cluster has no link in either direction.",
    "A link is broken: a condition of its remote Gateway is not True.",
    "A cluster has two remote Gateways for one peer with different addresses (a warning).",
  ],
  fixes: [
    "Link clusters with mc link --contexts A,B.",
    "Mend broken links by what the Peers Check of their cluster says.",
  ],
  needs: ["gateways"],
  uses: [
    "services",
    "syncs",
    "istiods",
    "istiodPods",
    "remoteSecrets",
    "remoteClusters",
    "credentialTarget",
    "endpoints",
  ],
  artifacts: ["links"],
  run(members, { clusters, absent, precheck, artifacts, kinds }) {
    if (!kinds.has("peering")) return readersVerdict(members, clusters, absent);
    const among = linksAmong(artifacts.links, members);
    const edges = edgesOf(among, absent);
    const isolated = isolatedOf(members, edges);
    const outside = linkedFromOutside(members, edges);
    const findings = [
      ...edgeFindings(edges, precheck),
      ...isolatedFindings(isolated, members, { precheck, absent }),
      ...outside,
      ...duplicateFindings(among),
      ...servicesNotChecked(members),
      ...syncsNotChecked(members, edges),
    ];
    const data: LinksData = {
      clusters: clusters.map(({ context }) => context),
      unread: absent.map(({ context }) => context),
      unlinked: unlinkedOf(isolated, members).map(({ cluster }) => cluster.context),
      edges: edges.map((edge) => edge.data),
    };
    return { findings, data, summary: summarize(findings, fine(edges, clusters.length, outside)) };
  },
});
