import { qualified } from "./wording.ts";
import { defined } from "../lib/defined.ts";
import type { ClusterRef } from "../model/check.ts";
import type { NamespaceFact, ServiceFact } from "../model/facts.ts";
import { CLUSTER_DOMAIN, SERVICE_SCOPE, SERVICE_TAKEOVER } from "./names.ts";
import { type MeshDomain, segmentName } from "./segments.ts";

const SHARED_SCOPES: ReadonlySet<string> = new Set(["global", "global-only", "segment"]);

/** That a Service is shared, and by what. */
interface Sharing {
  /** global, global-only or segment. */
  scope: string;
  /** The label is the namespace's. */
  inherited: boolean;
}

/** A Service that other clusters see. */
export interface SharedService extends Sharing {
  service: ServiceFact;
  /**
   * By which other clusters reach it: `name.namespace.mesh.internal`, in a Segment its domain, with
   * scope global-only the name that it has in its cluster. Absent where the domain is not known.
   */
  host?: string;
}

/** Whether the local name of a Service is answered by that of all clusters. */
export function isTakenOver(
  { labels }: Pick<ServiceFact, "labels">,
  namespace: Pick<NamespaceFact, "labels"> | undefined,
): boolean {
  return (labels.get(SERVICE_TAKEOVER) ?? namespace?.labels.get(SERVICE_TAKEOVER)) === "true";
}

/** Shared by the name that the Service has in its cluster, with the endpoints of all clusters. */
export function isByLocalName({ scope }: Pick<Sharing, "scope">): boolean {
  return scope === "global-only";
}

/** By which other clusters reach a shared Service, in a domain; nothing where that is not known. */
export function hostIn(
  domain: MeshDomain,
  { service: { name, namespace }, scope }: Pick<SharedService, "service" | "scope">,
): string | undefined {
  if (isByLocalName({ scope })) return `${name}.${namespace}.${CLUSTER_DOMAIN}`;
  return domain.kind === "known" ? `${name}.${namespace}.${domain.domain}` : undefined;
}

/** Sorts as the hosts do. */
function orderOf({ service: { name, namespace } }: SharedService): string {
  return `${name}.${namespace}.`;
}

/** The Services shared with other clusters, by name and namespace. */
export function sharedServices(
  services: readonly ServiceFact[],
  namespaces: readonly NamespaceFact[],
  domain: MeshDomain,
): SharedService[] {
  return [...sharings(services, namespaces)]
    .map(([service, sharing]) => ({
      service,
      ...sharing,
      ...defined({ host: hostIn(domain, { service, scope: sharing.scope }) }),
    }))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** Whether a cluster shares any service. */
export function sharesServices(
  services: readonly ServiceFact[],
  namespaces: readonly NamespaceFact[],
): boolean {
  return sharings(services, namespaces).size > 0;
}

/** A Service's own label wins over its namespace's, also when it says not to share. */
export function sharings(
  services: readonly ServiceFact[],
  namespaces: readonly NamespaceFact[],
): Map<ServiceFact, Sharing> {
  const defaults = new Map(namespaces.map(({ name, labels }) => [name, labels.get(SERVICE_SCOPE)]));
  return new Map(
    services.flatMap((service): [ServiceFact, Sharing][] => {
      const own = service.labels.get(SERVICE_SCOPE);
      const scope = own ?? defaults.get(service.namespace);
      if (scope === undefined || !SHARED_SCOPES.has(scope)) return [];
      return [[service, { scope, inherited: own === undefined }]];
    }),
  );
}

export interface ServicesMember {
  cluster: ClusterRef;
  facts: {
    readonly services: readonly ServiceFact[];
    readonly namespaces: readonly NamespaceFact[];
  };
}

/** A Service in one cluster, of those that are shared in some. */
export interface ServiceCopy {
  cluster: ClusterRef;
  service: ServiceFact;
  /** global, global-only or segment; absent where it is not shared. */
  scope?: string;
  /** The scope is its namespace's. */
  inherited: boolean;
}

/**
 * The clusters by the Segment that they are in, undefined for those in none. Services of two Segments
 * are two services, whatever they are called: their hosts differ, and no Segment sees another's.
 */
export function bySegment(
  members: readonly ServicesMember[],
): Map<string | undefined, ServicesMember[]> {
  return Map.groupBy(members, ({ cluster, facts }) =>
    segmentName(facts.namespaces, cluster.istioNamespace),
  );
}

/**
 * All copies of each Service that is shared in at least one of some clusters of one Segment, by
 * `namespace/name`, sorted.
 */
export function sharedCopies(members: readonly ServicesMember[]): Map<string, ServiceCopy[]> {
  const shared = members.map(({ cluster, facts }) => ({
    cluster,
    facts,
    own: sharings(facts.services, facts.namespaces),
  }));
  const keys = [...new Set(shared.flatMap(({ own }) => [...own.keys()].map(qualified)))].toSorted();
  const copies = new Map(keys.map((key): [string, ServiceCopy[]] => [key, []]));
  for (const { cluster, facts, own } of shared) {
    for (const service of facts.services) {
      const key = qualified(service);
      const found = own.get(service);
      copies.get(key)?.push({
        cluster,
        service,
        inherited: found?.inherited === true,
        ...(found ? { scope: found.scope } : {}),
      });
    }
  }
  return copies;
}

/** Clusters where a namespace exists without the label. */
export function unlabelled(
  namespace: string,
  members: readonly ServicesMember[],
): ServicesMember[] {
  return members.filter(({ facts }) =>
    facts.namespaces.some(({ name, labels }) => name === namespace && !labels.has(SERVICE_SCOPE)),
  );
}

/** `80/TCP, 443/TCP`, the same for the same ports in any order. */
export function portsOf({ service }: Pick<ServiceCopy, "service">): string {
  const ports = service.ports
    .toSorted((a, b) => (a.port ?? 0) - (b.port ?? 0) || (a.protocol < b.protocol ? -1 : 1))
    .map(({ port, protocol }) => `${port ?? "?"}/${protocol}`);
  return [...new Set(ports)].join(", ") || "no ports";
}
