import { FACT_ACCESS } from "../facts/access.ts";
import { enumerate } from "../mesh/wording.ts";
import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster, NarrowedList } from "../model/cluster.ts";
import { info } from "../model/finding.ts";
import type { Finding } from "../model/report.ts";

/** The lists that a check saw of some namespaces only. */
export function narrowedFor(
  check: AnyCheck,
  { narrowed = [] }: GatheredCluster,
): readonly NarrowedList[] {
  return narrowed.filter((list) => concerns(check, list));
}

function concerns(check: AnyCheck, { group, resource }: NarrowedList): boolean {
  return [...check.needs, ...check.uses]
    .flatMap((key) => FACT_ACCESS[key])
    .some(
      (access) =>
        access.scope === "cluster" && access.group === group && access.resource === resource,
    );
}

export function nameOf({ group, resource }: NarrowedList): string {
  return group ? `${resource}.${group}` : resource;
}

/** `namespaces a, b`, or that it was some of them. */
export function namespacesInWords(namespaces: readonly string[]): string {
  return namespaces.length > 0 ? `namespaces ${enumerate(namespaces, 10)}` : "some namespaces";
}

function isRecorded({ refused }: NarrowedList): boolean {
  return refused.why === "not-recorded";
}

/** Of each set of namespaces which lists were read of them only, a line each. */
export function narrowedLines(
  { ref, narrowed = [] }: GatheredCluster,
  wanted: (list: NarrowedList) => boolean = () => true,
): string[] {
  const lists = narrowed.filter(wanted);
  const lines = (some: readonly NarrowedList[], verb: string, why: string): string[] =>
    [...Map.groupBy(some, ({ namespaces }) => namespacesInWords(namespaces))].map(
      ([namespaces, group]) =>
        `${ref.context}: only ${namespaces} ${verb} for ${group.map(nameOf).join(", ")}${why}`,
    );
  return [
    ...lines(lists.filter(isRecorded), "are recorded", ""),
    ...lines(
      lists.filter((list) => !isRecorded(list)),
      "were read",
      ": listing them in all namespaces is forbidden",
    ),
  ];
}

/**
 * What a check saw of some namespaces only, since the whole cluster may not be listed: what it says
 * holds for those.
 */
export function narrowedNotes(check: AnyCheck, cluster: GatheredCluster): Finding[] {
  return narrowedLines(cluster, (list) => !list.isBlank && concerns(check, list)).map((line) =>
    info(line, { cluster: cluster.ref.context }),
  );
}
