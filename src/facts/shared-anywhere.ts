import { sharesServices } from "../mesh/services.ts";
import type { NamespaceFact, ServiceFact } from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";
import type { FactSource } from "../model/source.ts";

/** The Services of a cluster with their namespaces; none where they could not be read. */
export interface ClusterServices {
  services: readonly ServiceFact[];
  namespaces: readonly NamespaceFact[];
}

function valuesOf(
  services: Gathered<ServiceFact[]> | undefined,
  namespaces: Gathered<NamespaceFact[]> | undefined,
): ClusterServices {
  return {
    services: services?.ok ? services.value : [],
    namespaces: namespaces?.ok ? namespaces.value : [],
  };
}

/** The Services of all clusters of the run, those of this one first. */
export async function servicesEverywhere(
  source: FactSource,
): Promise<[ClusterServices, ...ClusterServices[]]> {
  const [services, namespaces, others, spaces] = await Promise.all([
    source.fact("services"),
    source.fact("namespaces"),
    source.elsewhere("services"),
    source.elsewhere("namespaces"),
  ]);
  return [
    valuesOf(services, namespaces),
    ...others.map((one, index) => valuesOf(one, spaces[index])),
  ];
}

/**
 * Whether some cluster of the run shares a service: where none does nothing is asked about what
 * istiods make of shared services.
 */
export async function isAnythingShared(source: FactSource): Promise<boolean> {
  const everywhere = await servicesEverywhere(source);
  return everywhere.some(({ services, namespaces }) => sharesServices(services, namespaces));
}
