import { FACT_ACCESS } from "../facts/access.ts";
import { enumerate } from "../lib/mesh.ts";
import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster, NarrowedList } from "../model/cluster.ts";
import { info } from "../model/finding.ts";
import type { Finding } from "../model/report.ts";

function concerns(check: AnyCheck, { group, resource }: NarrowedList): boolean {
  return [...check.needs, ...check.uses]
    .flatMap((key) => FACT_ACCESS[key])
    .some(
      (access) =>
        access.scope === "cluster" && access.group === group && access.resource === resource,
    );
}

function nameOf({ group, resource }: NarrowedList): string {
  return group ? `${resource}.${group}` : resource;
}

/**
 * What a check saw of some namespaces only, since the whole cluster may not be listed: what it says
 * holds for those. One finding for each set of namespaces.
 */
export function narrowedNotes(check: AnyCheck, { ref, narrowed = [] }: GatheredCluster): Finding[] {
  const byNamespaces = Map.groupBy(
    narrowed.filter((list) => concerns(check, list)),
    ({ namespaces }) =>
      namespaces.length > 0 ? `namespaces ${enumerate(namespaces, 10)}` : "some namespaces",
  );
  return [...byNamespaces].map(([namespaces, lists]) => {
    const names = lists.map(nameOf).join(", ");
    return info(
      `${ref.context}: only ${namespaces} were read for ${names}: listing them in all namespaces is forbidden`,
      { cluster: ref.context },
    );
  });
}
