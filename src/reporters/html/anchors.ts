import type { ClusterReport } from "../../model/report.ts";

/** Id of the part of the page with the checks across clusters. */
export const MESH_ANCHOR = "mesh";

/** Ids of the clusters' parts: numbers, as an id must not hold what a context may. */
export function anchorsOf(clusters: readonly ClusterReport[]): string[] {
  return clusters.map((_cluster, index) => `cluster-${index + 1}`);
}

/** Id of a result in a part of the page. */
export function resultAnchor(part: string, check: string): string {
  return `${part}-${check}`;
}
