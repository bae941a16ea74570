import { groupBy } from "../../lib/group-by.ts";
import { info, objectRef, remedy, step, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { showService } from "../commands/services.ts";
import { SERVICE_SCOPE, SERVICE_TAKEOVER, USE_WAYPOINT } from "../names.ts";
import { readyPods } from "../pods.ts";
import { isTakenOver, type SharedService } from "../services.ts";
import { waypointOf } from "../waypoints.ts";
import { enumerate, qualified } from "../wording.ts";
import { ingressFindings } from "./ingress.ts";
import { localityFindings } from "./locality.ts";
import type { ServiceMesh } from "./mesh.ts";
import type { Side } from "./side.ts";
import { contextsOf } from "./wording.ts";

/*
 * What is amiss between the copies of one service, or about how one cluster shares it: no hop is
 * broken, but traffic does not go as one would think.
 */

/** What a shared service does where nothing says otherwise: its own network comes first. */
export const DEFAULT_DISTRIBUTION = "PreferNetwork";
/** A namespace's label that shares so many Services may share some that were not meant. */
const MANY = 5;

interface Copy {
  side: Side;
  shared: SharedService;
}

/** The copies of each service that several clusters of one Segment share. */
function sharedBySeveral({ sides }: ServiceMesh, only?: string): Map<string, Copy[]> {
  const copies = new Map<string, Copy[]>();
  for (const side of sides) {
    for (const [key, shared] of side.shared) {
      if (only !== undefined && key !== only) continue;
      const group = JSON.stringify([side.segment, key]);
      const found = copies.get(group);
      if (found) found.push({ side, shared });
      else copies.set(group, [{ side, shared }]);
    }
  }
  return new Map([...copies].filter(([, group]) => group.length > 1));
}

function hasWaypoint({ side, shared }: Copy): boolean {
  return waypointOf(shared.service, side.namespaceOf(shared.service)) !== undefined;
}

/** Traffic reaches pods of it there; where that is not known there is no evidence. */
function hasPods({ side, shared }: Copy): boolean {
  return (readyPods(shared.service, side.member.facts.servicePods) ?? 0) > 0;
}

/** Some traffic goes between them. */
function areLinked(mesh: ServiceMesh, some: readonly Copy[], others: readonly Copy[]): boolean {
  return some.some(({ side }) =>
    others.some(
      (other) =>
        mesh.link(side, other.side).state === "working" ||
        mesh.link(other.side, side).state === "working",
    ),
  );
}

function named(copies: readonly Copy[]): string[] {
  return copies.map(({ shared: { service } }) => qualified(service));
}

/** `Service a/b has`, `Services a/b, a/c have` */
function subject(keys: readonly string[], verbs: readonly [string, string]): string {
  return keys.length === 1
    ? `Service ${keys[0]} ${verbs[0]}`
    : `Services ${enumerate(keys)} ${verbs[1]}`;
}

function waypointFindings(mesh: ServiceMesh, copies: ReadonlyMap<string, Copy[]>): Finding[] {
  const uneven = [...copies.values()].flatMap((group) => {
    const having = group.filter(hasWaypoint);
    const lacking = group.filter((copy) => !hasWaypoint(copy) && hasPods(copy));
    return having.length > 0 && lacking.length > 0 && areLinked(mesh, having, lacking)
      ? [{ having, lacking, keys: named(lacking.slice(0, 1)) }]
      : [];
  });
  return groupBy(uneven, ({ having, lacking }) =>
    JSON.stringify([having, lacking].map((some) => contextsOf(some.map(({ side }) => side)))),
  ).map((alike) => {
    const [first] = alike;
    const [having, lacking] = [first.having, first.lacking].map((some) =>
      contextsOf(some.map(({ side }) => side)),
    );
    const keys = alike.flatMap((one) => one.keys);
    return warn(
      `${subject(keys, ["has", "have"])} a waypoint in ${having}, but none in ${lacking}: waypoints balance over the pods of their own cluster only, and what comes from there meets none here`,
      {
        remediation: step(
          `Put a waypoint before the service in every cluster that has pods of it, by label ${USE_WAYPOINT}.`,
          ...first.lacking
            .slice(0, 3)
            .map(({ side, shared: { service } }) => showService(side.cluster, service)),
        ),
      },
    );
  });
}

function distributionOf({ shared: { service } }: Copy): string {
  return service.trafficDistribution ?? DEFAULT_DISTRIBUTION;
}

function distributionFindings(copies: ReadonlyMap<string, Copy[]>): Finding[] {
  const uneven = [...copies.values()].flatMap((group) => {
    const byValue = Map.groupBy(group, distributionOf);
    const text = [...byValue]
      .map(([value, some]) => `${value} in ${contextsOf(some.map(({ side }) => side))}`)
      .join("; ");
    return byValue.size > 1 ? [{ group, text, keys: named(group.slice(0, 1)) }] : [];
  });
  return groupBy(uneven, ({ text }) => text).map((alike) => {
    const [first] = alike;
    return warn(
      `${subject(
        alike.flatMap(({ keys }) => keys),
        ["has", "have"],
      )} different traffic distribution: ${first.text}`,
      {
        remediation: step(
          "Give all copies the same, unless clusters are to differ: spec.trafficDistribution counts before the annotation.",
          ...first.group
            .slice(0, 3)
            .map(({ side, shared: { service } }) => showService(side.cluster, service)),
        ),
      },
    );
  });
}

function takesOver({ side, shared: { service } }: Copy): boolean {
  return isTakenOver(service, side.namespaceOf(service));
}

/** The waypoint has the pods of its own cluster only, also for the name that was taken over. */
function takeoverFindings(copies: ReadonlyMap<string, Copy[]>): Finding[] {
  const held = [...copies.values()].flat().filter((copy) => takesOver(copy) && hasWaypoint(copy));
  return groupBy(held, ({ side }) => side.cluster.context).map((alike) => {
    const [first] = alike;
    const { cluster } = first.side;
    const keys = named(alike);
    const isOne = keys.length === 1;
    return warn(
      `${subject(keys, ["is", "are"])} taken over in ${cluster.context}, behind a waypoint: without pods there ${isOne ? "its local name fails" : "their local names fail"}, whatever other clusters have`,
      {
        cluster: cluster.context,
        ...(isOne ? { object: objectRef("Service", first.shared.service) } : {}),
        remediation: step(
          `Take the waypoint from the service before its pods are taken away, or do without ${SERVICE_TAKEOVER}.`,
          ...alike.slice(0, 3).map(({ shared }) => showService(cluster, shared.service)),
        ),
      },
    );
  });
}

/** A namespace's label shares all that comes into it, also what was meant for its cluster alone. */
function namespaceFindings({ sides }: ServiceMesh): Finding[] {
  return sides.flatMap((side) => {
    const { cluster } = side;
    const inherited = [...side.shared].filter(([, { inherited: isInherited }]) => isInherited);
    return [...Map.groupBy(inherited, ([, { service }]) => service.namespace)].flatMap(
      ([namespace, shared]) => {
        const alone = shared
          .map(([key]) => key)
          .filter((key) => sides.every((one) => one === side || !one.services.has(key)));
        if (shared.length < MANY || alone.length === 0 || sides.length < 2) return [];
        return [
          info(
            `Namespace ${namespace} of ${cluster.context} shares all its ${shared.length} Services by label ${SERVICE_SCOPE}, also ${enumerate(alone)}, which no other cluster has`,
            {
              cluster: cluster.context,
              object: objectRef("Namespace", { name: namespace }),
              remediation: remedy(
                "Label the Services that are to be shared, each by itself, and then take the label from the namespace.",
              ),
            },
          ),
        ];
      },
    );
  });
}

/** All that is to be said of copies; of one service alone where it is named, as `namespace/name`. */
export function copyFindings(mesh: ServiceMesh, only?: string): Finding[] {
  const copies = sharedBySeveral(mesh, only);
  return [
    ...waypointFindings(mesh, copies),
    ...distributionFindings(copies),
    ...takeoverFindings(copies),
    ...ingressFindings(mesh, only),
    ...localityFindings(mesh, only),
    ...(only === undefined ? namespaceFindings(mesh) : []),
  ];
}
