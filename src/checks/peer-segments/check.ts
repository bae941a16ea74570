import { peerRejectionOf, rejectionOf } from "../../mesh/segments.ts";
import { showGateway } from "../../mesh/commands/gateways.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { qualified } from "../../mesh/wording.ts";
import { clusterCheck } from "../../model/check.ts";
import type { Condition } from "../../model/facts.ts";
import { objectRef, remedy, summarize, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "peer-segments": undefined;
  }
}

/** `Accepted is False (Duplicate: domain is taken)` */
function said({ type, status, reason, message }: Condition): string {
  const why = [reason, message].filter((text) => text !== "").join(": ");
  return `condition ${type} is ${status}${why === "" ? "" : ` (${why})`}`;
}

const ALIKE =
  "Give the segment the same domain in all clusters that have it, and no other segment that domain.";

export const peerSegments = clusterCheck({
  id: "peer-segments",
  title: "Peer Segments Check",
  meshKind: "peering",
  view: { rank: 440, familiar: true, since: "1.30" },
  why: "What istiod does not take of a peer's segment has no host here: services of that segment are not reached.",
  reads:
    "Conditions of the Segments in the istio namespace, where its label names one, and of remote Gateways.",
  faults: [
    "A condition of a Segment, or one of a remote Gateway that is about segments, says that istiod rejects it (a warning; the vendor's rule is not public, this one takes the conditions at their word).",
  ],
  fixes: ["Give the segment the same domain in all clusters that have it."],
  needs: ["gateways"],
  uses: ["segments", "namespaces"],
  run({ gateways, segments, namespaces }, { cluster }) {
    const unread = [namespaces, segments].find(({ ok }) => !ok);
    const findings = [
      ...valueOr(segments, []).flatMap((segment) => {
        const condition = rejectionOf(segment);
        if (!condition) return [];
        const { namespace, name } = segment;
        return [
          warn(`Segment ${qualified(segment)} is rejected: ${said(condition)}`, {
            object: objectRef("Segment", segment),
            remediation: remedy(
              ALIKE,
              kubectl(
                cluster,
                "-n",
                namespace,
                "get",
                "segments.admin.solo.io",
                name,
                "-o",
                "yaml",
              ),
            ),
          }),
        ];
      }),
      ...gateways.remote.flatMap((gateway) => {
        const condition = peerRejectionOf(gateway);
        if (!condition) return [];
        return [
          warn(`segments of peer ${qualified(gateway)} are rejected: ${said(condition)}`, {
            object: objectRef("Gateway", gateway),
            remediation: remedy(ALIKE, showGateway(cluster, gateway)),
          }),
        ];
      }),
      // Whether the cluster is in one its namespace says.
      ...(unread && !unread.ok ? [notChecked("conditions of the Segments", unread)] : []),
    ];
    return { findings, summary: summarize(findings, "no rejected peer segments found") };
  },
});
