import type { ClusterRef } from "../../model/check.ts";
import { kubectl } from "./shell.ts";

/** Shows a Service. */
export function showService(
  cluster: ClusterRef,
  { namespace, name }: { namespace: string; name: string },
): string {
  return kubectl(cluster, "-n", namespace, "get", "service", name, "-o", "yaml");
}
