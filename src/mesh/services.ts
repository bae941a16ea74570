import type { ClusterRef } from "../model/check.ts";
import type { NamespaceFact, ServiceFact } from "../model/facts.ts";
import { SERVICE_SCOPE } from "./names.ts";

const SHARED_SCOPES: ReadonlySet<string> = new Set(["global", "global-only", "segment"]);

/** A Service that other clusters see. */
export interface SharedService {
  service: ServiceFact;
  /** global, global-only or segment. */
  scope: string;
  /** The label is the namespace's. */
  inherited: boolean;
  /** `name.namespace.mesh.internal`. */
  host: string;
}

/**
 * The Services shared with other clusters, by host. A Service's own label wins over its
 * namespace's, also when it says not to share.
 */
export function sharedServices(
  services: readonly ServiceFact[],
  namespaces: readonly NamespaceFact[],
): SharedService[] {
  const defaults = new Map(namespaces.map(({ name, labels }) => [name, labels.get(SERVICE_SCOPE)]));
  return services
    .flatMap((service) => {
      const own = service.labels.get(SERVICE_SCOPE);
      const scope = own ?? defaults.get(service.namespace);
      if (scope === undefined || !SHARED_SCOPES.has(scope)) return [];
      const host = `${service.name}.${service.namespace}.mesh.internal`;
      return [{ service, scope, inherited: own === undefined, host }];
    })
    .toSorted((a, b) => (a.host < b.host ? -1 : 1));
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

function keyOf({ namespace, name }: ServiceFact): string {
  return `${namespace}/${name}`;
}

/** All copies of each Service that is shared in at least one cluster, by `namespace/name`, sorted. */
export function sharedCopies(members: readonly ServicesMember[]): Map<string, ServiceCopy[]> {
  const shared = members.map(({ cluster, facts }) => ({
    cluster,
    facts,
    own: new Map(
      sharedServices(facts.services, facts.namespaces).map((one) => [keyOf(one.service), one]),
    ),
  }));
  const keys = [...new Set(shared.flatMap(({ own }) => [...own.keys()]))].toSorted();
  const copies = new Map(keys.map((key): [string, ServiceCopy[]] => [key, []]));
  for (const { cluster, facts, own } of shared) {
    for (const service of facts.services) {
      const key = keyOf(service);
      const found = own.get(key);
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
export function portsOf({ service }: ServiceCopy): string {
  const ports = service.ports
    .toSorted((a, b) => (a.port ?? 0) - (b.port ?? 0) || (a.protocol < b.protocol ? -1 : 1))
    .map(({ port, protocol }) => `${port ?? "?"}/${protocol}`);
  return [...new Set(ports)].join(", ") || "no ports";
}
