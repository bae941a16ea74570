import type { NamespaceFact, SegmentFact } from "../model/facts.ts";
import { DEFAULT_MESH_DOMAIN, SEGMENT } from "./names.ts";

/**
 * The Segment that a cluster is in: the label of its istio namespace. Clusters without one are
 * together in what Solo's documentation calls the default segment.
 */
export function segmentName(
  namespaces: readonly NamespaceFact[],
  istioNamespace: string,
): string | undefined {
  return namespaces.find(({ name }) => name === istioNamespace)?.labels.get(SEGMENT) || undefined;
}

/** Under which domain other clusters know the shared services of a cluster. */
export type MeshDomain =
  | { kind: "known"; domain: string }
  /** It is that of a Segment which says none, or is not there, or was not read. */
  | { kind: "unknown"; segment: string };

/** `mesh.internal`, or in a Segment its domain: the names under mesh.internal vanish there. */
export function meshDomain(
  segment: string | undefined,
  segments: readonly SegmentFact[],
): MeshDomain {
  if (segment === undefined) return { kind: "known", domain: DEFAULT_MESH_DOMAIN };
  const domain = segments.find(({ name }) => name === segment)?.domain;
  return domain ? { kind: "known", domain } : { kind: "unknown", segment };
}
