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
