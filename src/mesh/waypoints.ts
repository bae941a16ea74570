import type { NamespaceFact, ServiceFact } from "../model/facts.ts";
import { USE_WAYPOINT, USE_WAYPOINT_NAMESPACE } from "./names.ts";

/** What switches a waypoint off for a Service whose namespace has one. */
const NO_WAYPOINT = "none";

/** A Gateway through which traffic to a Service goes. */
export interface Waypoint {
  namespace: string;
  name: string;
}

/**
 * The waypoint that the traffic to a Service goes through: by its own labels, else by those of its
 * namespace; nothing where it goes through none. It is in the namespace of the Service unless the label
 * beside it names another.
 */
export function waypointOf(
  service: Pick<ServiceFact, "labels" | "namespace">,
  namespace: Pick<NamespaceFact, "labels"> | undefined,
): Waypoint | undefined {
  const own = service.labels.has(USE_WAYPOINT);
  const labels = own ? service.labels : namespace?.labels;
  const name = labels?.get(USE_WAYPOINT);
  if (name === undefined || name === "" || name === NO_WAYPOINT) return undefined;
  return { namespace: labels?.get(USE_WAYPOINT_NAMESPACE) || service.namespace, name };
}
