import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { SEGMENT } from "../../mesh/names.ts";
import { segmentName } from "../../mesh/segments.ts";
import { contexts, enumerate } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { meshCheck } from "../../model/check.ts";
import { fail, info, objectRef, pass, remedy, summarize, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { domainFindings } from "./domains.ts";
import type { Definition, Member, Placed } from "./member.ts";
import { sharedApart } from "./shared-apart.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    segments: undefined;
  }
}

function placedOf(member: Member): Placed {
  const segment = segmentName(member.facts.namespaces, member.cluster.istioNamespace);
  return segment === undefined ? { member } : { member, segment };
}

/** Whether the Segment that the label of a cluster names is there, and says a domain. */
function ownFindings({ member, segment }: Placed, all: readonly Definition[]): Finding[] {
  if (segment === undefined) return [];
  const { cluster, facts } = member;
  const { context, istioNamespace } = cluster;
  const about = { cluster: context, object: objectRef("Namespace", { name: istioNamespace }) };
  if (!facts.segments.ok) {
    return [notChecked(`segment ${segment} of ${context}`, facts.segments, { cluster: context })];
  }
  const found = facts.segments.value.find(({ name }) => name === segment);
  const named = `segment ${segment}, which label ${SEGMENT} of namespace ${istioNamespace} in ${context} names,`;
  if (found) {
    if (found.domain) return [];
    return [
      warn(`${named} has no domain`, {
        cluster: context,
        object: objectRef("Segment", found),
        remediation: remedy(
          "Give the segment the domain that it has in other clusters.",
          kubectl(cluster, "-n", istioNamespace, "edit", "segments.admin.solo.io", segment),
        ),
      }),
    ];
  }
  const elsewhere = all.find(({ name }) => name === segment)?.member.cluster;
  const show = elsewhere ?? cluster;
  return [
    fail(`${named} does not exist there`, {
      ...about,
      remediation: remedy(
        elsewhere
          ? `Create the segment as ${elsewhere.context} has it, or correct the label.`
          : "Create the segment in the istio namespace of every cluster that is linked, or correct the label.",
        kubectl(show, "-n", show.istioNamespace, "get", "segments.admin.solo.io", "-o", "yaml"),
      ),
    }),
  ];
}

function apartFinding(groups: ReadonlyMap<string | undefined, readonly Placed[]>): Finding[] {
  if (groups.size < 2) return [];
  const names = [...groups].map(
    ([name, placed]) => `${name ?? "none"}: ${contexts(placed.map(({ member }) => member))}`,
  );
  return [
    info(
      `clusters are in segments of their own, which do not see each other's services; ${enumerate(names)}`,
    ),
  ];
}

export const segments = meshCheck({
  id: "segments",
  title: "Segment Check",
  meshKind: "peering",
  view: { rank: 230, since: "1.30" },
  why: "Clusters of one segment share services under its domain; a segment that is missing or ambiguous leaves them without a host.",
  reads:
    "Label admin.solo.io/segment of the istio namespace; where there is one, name and domain of the Segments in that namespace; Services with label solo.io/service-scope.",
  faults: [
    "The label names a Segment that is not in the istio namespace.",
    "A Segment has one domain in one cluster and another in another.",
    "Two Segments have the same domain.",
    "The Segment that a cluster is in has no domain (a warning).",
  ],
  fixes: [
    "Apply the same Segments to all clusters that are linked.",
    "Label the istio namespace of each cluster with the name of one of them, or with none.",
  ],
  needs: ["namespaces"],
  uses: ["segments", "services"],
  run(members: readonly Member[], { absent }) {
    const placed = members.map(placedOf);
    if (placed.every(({ segment }) => segment === undefined)) {
      const summary = "no cluster is in a segment";
      return { summary, findings: [pass(summary)] };
    }
    const definitions = members.flatMap((member): Definition[] =>
      member.facts.segments.ok
        ? member.facts.segments.value.map((segment) => ({ ...segment, member }))
        : [],
    );
    const groups = Map.groupBy(placed, ({ segment }) => segment);
    const findings = [
      ...placed.flatMap((one) => ownFindings(one, definitions)),
      ...domainFindings(definitions),
      ...apartFinding(groups),
      ...sharedApart(placed),
      ...(members.length < 2 ? [pairsSkipped("segments are not compared", absent)] : []),
    ];
    const names = [...groups.keys()].filter((name) => name !== undefined);
    const fine = `${names.length === 1 ? "segment" : "segments"} ${enumerate(names)} ${names.length === 1 ? "is" : "are"} known by one domain`;
    return { findings, summary: summarize(findings, fine) };
  },
});
