import { isFailing } from "../../lib/fail-on.ts";
import type { Report, Result } from "../../model/report.ts";

/** More are counted only. */
const MOST_NAMED = 4;

/** The checks that keep a run from passing: `peers (cluster1, cluster2), links`. */
export function awaitedResults({ clusters, mesh, failOn }: Report): string {
  const isAwaited = (result: Result): boolean => isFailing(result, failOn);
  const contexts = new Map<string, string[]>();
  for (const { context, checks } of clusters) {
    for (const { id } of checks.filter(isAwaited)) {
      contexts.set(id, [...(contexts.get(id) ?? []), context]);
    }
  }
  const names = [
    ...[...contexts].map(([id, where]) => `${id} (${counted(where)})`),
    ...mesh.filter(isAwaited).map(({ id }) => id),
  ];
  return counted(names);
}

function counted(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const named = names.slice(0, MOST_NAMED).join(", ");
  return more > 0 ? `${named} and ${more} more` : named;
}
