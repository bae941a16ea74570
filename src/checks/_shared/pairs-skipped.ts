import type { ClusterRef } from "../../model/check.ts";
import { skip } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";

/** In place of the rules on pairs when there is no pair. */
export function pairsSkipped(what: string, absent: readonly ClusterRef[]): Finding {
  const why = absent.length > 0 ? "no other cluster could be read" : "only one cluster is checked";
  return skip(`skipped: ${why}, so ${what}`);
}
