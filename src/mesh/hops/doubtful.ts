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

/** Services that another cluster knows by name, without what would stand for this cluster's pods. */
function withoutEntry(
  id: string,
  { gateways, imports, remoteEntries, flatEntries }: Elsewhere,
): Set<string> {
  if (!gateways.remote.some(({ labels }) => labels.get(CLUSTER) === id)) return new Set();
  const known = new Set(imports.flatMap((one) => importedService(one) ?? []));
  const flat = flatEntries.filter(({ sourceCluster }) => sourceCluster === id);
  // On a flat network pods are reached directly, or not at all.
  const entries = flat.length > 0 ? flat : remoteEntries;
  for (const { sourceCluster, service } of entries) {
    if (sourceCluster === id && service) known.delete(qualified(service));
  }
  return known;
}

/** The shared Services of a cluster that traffic reaches through a waypoint, and the others. */
function byWaypoint({ services, namespaces }: Omit<OwnServices, "id">): Map<string, boolean> {
  const spaces = new Map(namespaces.map((one) => [one.name, one]));
  return new Map(
    [...sharings(services, namespaces).keys()].map((service) => [
      qualified(service),
      waypointOf(service, spaces.get(service.namespace)) !== undefined,
    ]),
  );
}

/**
 * The namespaces of those Services of a cluster of which something would be a fault, unless they
 * have no pods on purpose: there it is worth looking.
 */
export function doubtfulNamespaces(own: OwnServices, others: readonly Elsewhere[]): string[] {
  const ours = byWaypoint(own);
  const doubtful = new Set<string>();
  for (const other of others) {
    if (own.id !== undefined) {
      for (const key of withoutEntry(own.id, other)) if (ours.has(key)) doubtful.add(key);
    }
    for (const [key, hasWaypoint] of byWaypoint(other)) {
      if (hasWaypoint && ours.get(key) === false) doubtful.add(key);
    }
  }
  return [...new Set([...doubtful].map((key) => key.slice(0, key.indexOf("/"))))].toSorted();
}
