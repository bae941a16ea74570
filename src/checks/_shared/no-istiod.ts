import { findIstiod } from "../../mesh/commands/istiod.ts";
import type { ClusterRef } from "../../model/check.ts";
import { checkOf, type FaultDetails, remedy } from "../../model/finding.ts";

/** Why what a Gateway says of itself is not known to hold, in words. */
export const NOBODY_VOUCHES = "no istiod of its cluster runs, so nobody has reconciled it since";

/** What to do about it, and the check that reports it. */
export function noIstiodRuns(cluster: ClusterRef): FaultDetails {
  return {
    blockedBy: checkOf(cluster.context, "pods-istiod"),
    remediation: remedy(
      "Get istiod running; then the gateway says how it stands.",
      findIstiod(cluster, "deployments,pods", "-o", "wide"),
    ),
  };
}
