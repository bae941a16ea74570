import type {
  Condition,
  GatewayFact,
  NamespaceFact,
  SegmentAlias,
  SegmentFact,
  ServiceFact,
} from "../model/facts.ts";
import { ACCEPTED, DEFAULT_MESH_DOMAIN, REJECTED, SEGMENT } from "./names.ts";

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

/** A part of an alias pattern that stands for something of the Service. */
const VARIABLE = /\{([^{}]*)\}/g;
const LABEL = /^labels\[['"]([^'"]*)['"]\]$/;

function valueOf(variable: string, { name, namespace, labels }: ServiceFact): string | undefined {
  if (variable === "service") return name;
  if (variable === "namespace") return namespace;
  const [, key] = LABEL.exec(variable) ?? [];
  return key === undefined ? undefined : labels.get(key);
}

/**
 * The host that an alias of a Segment gives a Service; nothing where its selector leaves the Service
 * out or the Service lacks what the pattern names, which peering passes over in silence. Annotations
 * of Services are not read: an alias by them is not known.
 */
export function aliasHost(
  { pattern, matchLabels }: SegmentAlias,
  service: ServiceFact,
): string | undefined {
  if ([...matchLabels].some(([key, value]) => service.labels.get(key) !== value)) return undefined;
  let isWhole = true;
  const host = pattern.replaceAll(VARIABLE, (_, variable: string) => {
    const value = valueOf(variable, service);
    if (value === undefined) isWhole = false;
    return value ?? "";
  });
  return isWhole ? host.toLowerCase() : undefined;
}

/** An alias is made from annotations of Services, which are not read. */
export function usesAnnotations({ pattern }: SegmentAlias): boolean {
  return /\{\s*annotations\b/.test(pattern);
}

/** The condition by which istiod says that it does not take a Segment up. */
export function rejectionOf({ conditions = [] }: SegmentFact): Condition | undefined {
  return conditions.find(
    ({ type, status, reason }) =>
      (type === ACCEPTED && status === "False") ||
      (type === REJECTED && status !== "False") ||
      (status === "False" && /reject/i.test(reason)),
  );
}

/** The condition of a remote Gateway by which istiod says that it does not take the peer's Segments. */
export function peerRejectionOf({
  conditions,
}: Pick<GatewayFact, "conditions">): Condition | undefined {
  return [...conditions.values()].find(
    ({ type, status, reason }) =>
      status === "False" && (/segment/i.test(type) || /segment/i.test(reason)),
  );
}
