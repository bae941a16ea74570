import type { NamespaceFact, ServiceFact } from "../model/facts.ts";
import { USE_WAYPOINT } from "./names.ts";

/** What switches a waypoint off for a Service whose namespace has one. */
const NO_WAYPOINT = "none";

/**
 * The waypoint that the traffic to a Service goes through: by its own label, else by that of its
 * namespace; nothing where it goes through none.
 */
export function waypointOf(
  service: Pick<ServiceFact, "labels">,
  namespace: Pick<NamespaceFact, "labels"> | undefined,
): string | undefined {
  const name = service.labels.get(USE_WAYPOINT) ?? namespace?.labels.get(USE_WAYPOINT);
  return name === undefined || name === "" || name === NO_WAYPOINT ? undefined : name;
}
