import type { CheckId } from "../model/check-data.ts";
import type { Finding } from "../model/report.ts";

/**
 * The check whether a cluster was reached, on which all others of the cluster stand: the only one
 * that is known by its name outside of its folder.
 */
export const CONNECTION: Extract<CheckId, "connection"> = "connection";

/** The cluster is down: its check of the connection says so, once for all. */
export function isUnreached({ severity, blockedBy }: Finding): boolean {
  return severity === "skip" && blockedBy?.split("/").at(-1) === CONNECTION;
}
