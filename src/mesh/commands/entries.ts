import type { ClusterRef } from "../../model/check.ts";
import { deleteCommand } from "./delete.ts";
import { kubectl } from "./shell.ts";

/** As kubectl takes them: the short names may be those of other types. */
const RESOURCES = {
  ServiceEntry: "serviceentries.networking.istio.io",
  WorkloadEntry: "workloadentries.networking.istio.io",
} as const;

interface Entry {
  namespace: string;
  name: string;
}

/** Shows a ServiceEntry or WorkloadEntry. */
export function showEntry(
  cluster: ClusterRef,
  kind: keyof typeof RESOURCES,
  { namespace, name }: Entry,
): string {
  return kubectl(cluster, "-n", namespace, "get", RESOURCES[kind], name, "-o", "yaml");
}

/** Lists those that peering wrote. */
export function listEntries(cluster: ClusterRef, kind: keyof typeof RESOURCES): string {
  return kubectl(cluster, "-n", cluster.istioNamespace, "get", RESOURCES[kind]);
}

/** Deletes some, one command a namespace. */
export function deleteEntries(
  cluster: ClusterRef,
  kind: keyof typeof RESOURCES,
  entries: readonly Entry[],
): string[] {
  return [...Map.groupBy(entries, ({ namespace }) => namespace)].map(([namespace, group]) =>
    deleteCommand(
      cluster,
      RESOURCES[kind],
      namespace,
      group.map(({ name }) => name),
    ),
  );
}
