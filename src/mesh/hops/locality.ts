import { groupBy } from "../../lib/group-by.ts";
import type { GatewayFact } from "../../model/facts.ts";
import { step, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { showGateway } from "../commands/gateways.ts";
import { REGION } from "../names.ts";
import { enumerate } from "../wording.ts";
import type { ServiceMesh } from "./mesh.ts";
import type { Side } from "./side.ts";

/** Traffic distributions that go by where pods are. */
const BY_PLACE: ReadonlySet<string> = new Set(["PreferRegion", "PreferClose", "PreferSameZone"]);

/** The remote Gateways by which the pods of a service are in no region, as its callers see them. */
function placeless(mesh: ServiceMesh, from: Side, key: string): readonly GatewayFact[] {
  const others = mesh.sides.filter(
    (to) =>
      to !== from &&
      to.segment === from.segment &&
      to.shared.has(key) &&
      mesh.link(from, to).state === "working",
  );
  // Among pods of a single other cluster there is nothing to prefer.
  if (others.length < 2) return [];
  return others.flatMap((to) => {
    const { gateways } = mesh.link(from, to);
    const { id = "" } = to.cluster;
    const isPlaced =
      from.hasFlatEntries(id, key) ||
      from.entries(id, key).some(({ locality }) => locality !== undefined) ||
      gateways.some(({ labels }) => Boolean(labels.get(REGION)));
    return isPlaced ? [] : gateways;
  });
}

/**
 * Services whose traffic is to go to the nearest other cluster, of which it is not told where it is: pods
 * there have the region that the remote Gateway names.
 */
export function localityFindings(mesh: ServiceMesh, only?: string): Finding[] {
  const found = mesh.sides.flatMap((side) =>
    [...side.shared].flatMap(([key, { service }]) => {
      const { trafficDistribution: distribution = "" } = service;
      if (!BY_PLACE.has(distribution) || (only !== undefined && key !== only)) return [];
      const gateways = placeless(mesh, side, key);
      return gateways.length > 0 ? [{ side, key, distribution, gateways }] : [];
    }),
  );
  const grouped = groupBy(found, ({ side, distribution, gateways }) =>
    JSON.stringify([side.cluster.context, distribution, gateways.map(({ name }) => name)]),
  );
  return grouped.map((alike) => {
    const [{ side, distribution, gateways }] = alike;
    const { cluster } = side;
    const isOne = alike.length === 1;
    const isSingle = gateways.length === 1;
    return warn(
      `${isOne ? "Service" : "Services"} ${enumerate(alike.map(({ key }) => key))} of ${cluster.context} ${isOne ? "goes" : "go"} to the nearest pods (${distribution}), but remote ${isSingle ? "Gateway" : "Gateways"} ${enumerate(gateways.map(({ name }) => name))} ${isSingle ? "has" : "have"} no label ${REGION}: pods there are in no region`,
      {
        cluster: cluster.context,
        remediation: step(
          `Label each with the region of its cluster, ${REGION}.`,
          ...gateways.slice(0, 3).map((gateway) => showGateway(cluster, gateway)),
        ),
      },
    );
  });
}
