import type { ClusterRef } from "../model/check.ts";

/** `a, b, c and 4 more`: a mesh of a hundred clusters must not fill a line. */
export function enumerate(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

export function contexts(clusters: readonly { cluster: ClusterRef }[], most?: number): string {
  return enumerate(
    clusters.map(({ cluster }) => cluster.context),
    most,
  );
}

export function qualified({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}
