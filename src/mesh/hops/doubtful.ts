import { remembered } from "../../lib/remembered.ts";
import { qualified } from "../wording.ts";
import type {
  FlatEntryFact,
  GatewaysFact,
  NamespaceFact,
  RemoteEntryFact,
  ServiceEntryFact,
  ServiceFact,
} from "../../model/facts.ts";
import { CLUSTER } from "../names.ts";
import { sharings } from "../services.ts";
import { waypointOf } from "../waypoints.ts";
import { importedService } from "./side.ts";

interface OwnServices {
  /** CLUSTER_ID. */
  id: string | undefined;
  services: readonly ServiceFact[];
  namespaces: readonly NamespaceFact[];
}

/** Another cluster; what could not be read of it is empty. */
interface Elsewhere {
  services: readonly ServiceFact[];
  namespaces: readonly NamespaceFact[];
  gateways: Pick<GatewaysFact, "remote">;
  imports: readonly ServiceEntryFact[];
  remoteEntries: readonly RemoteEntryFact[];
  flatEntries: readonly FlatEntryFact[];
}

/** The services that a list of imports stands for. */
const importedKeys = remembered(
  (imports: readonly ServiceEntryFact[]) =>
    new Set(imports.flatMap((one) => importedService(one) ?? [])),
);

/** Of which services there are entries, by the CLUSTER_ID of where they are. */
const keysByCluster = remembered(
  (entries: readonly Pick<FlatEntryFact, "sourceCluster" | "service">[]) =>
    new Map(
      [...Map.groupBy(entries, ({ sourceCluster }) => sourceCluster)].map(([id, some]) => [
        id,
        new Set(some.flatMap(({ service }) => (service ? qualified(service) : []))),
      ]),
    ),
);

/** Whether another cluster knows a service by name, without what would stand for this cluster's pods. */
function lacksEntry(
  id: string,
  { gateways, imports, remoteEntries, flatEntries }: Elsewhere,
): (key: string) => boolean {
  if (!gateways.remote.some(({ labels }) => labels.get(CLUSTER) === id)) return () => false;
  const known = importedKeys(imports);
  // On a flat network pods are reached directly, or not at all.
  const entries = keysByCluster(flatEntries).get(id) ?? keysByCluster(remoteEntries).get(id);
  return (key) => known.has(key) && !entries?.has(key);
}

/**
 * The shared Services of a cluster that traffic reaches through a waypoint, and the others; by its
 * Services, for its namespaces.
 */
const byWaypoint = remembered((services: readonly ServiceFact[]) =>
  remembered((namespaces: readonly NamespaceFact[]) => {
    const spaces = new Map(namespaces.map((one) => [one.name, one]));
    return new Map(
      [...sharings(services, namespaces).keys()].map((service) => [
        qualified(service),
        waypointOf(service, spaces.get(service.namespace)) !== undefined,
      ]),
    );
  }),
);

/**
 * The namespaces of those Services of a cluster of which something would be a fault, unless they
 * have no pods on purpose: there it is worth looking.
 */
export function doubtfulNamespaces(own: OwnServices, others: readonly Elsewhere[]): string[] {
  const { id } = own;
  const ours = byWaypoint(own.services)(own.namespaces);
  const doubtful = new Set<string>();
  for (const other of others) {
    const lacks = id === undefined ? undefined : lacksEntry(id, other);
    const theirs = byWaypoint(other.services)(other.namespaces);
    for (const [key, hasWaypoint] of ours) {
      if (lacks?.(key) || (!hasWaypoint && theirs.get(key))) doubtful.add(key);
    }
  }
  return [...new Set([...doubtful].map((key) => key.slice(0, key.indexOf("/"))))].toSorted();
}
