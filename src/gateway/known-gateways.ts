import { isKnownIn, narrowedList } from "../facts/narrowed.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewaysFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { factOf, type Problem, READ, unread, within } from "./problem.ts";

/*
 * Who may read the Gateways of some namespaces only can make and delete links there: what these
 * commands must know is what the namespace holds in which they write.
 */

/**
 * The cluster with its Gateways as far as they could be read, though that be none in the namespaces
 * that could. To checks that is nothing read; here it is known what those namespaces do not hold.
 */
export function withKnownGateways(cluster: GatheredCluster): GatheredCluster {
  const { gateways } = cluster.facts;
  if (!gateways || gateways.ok || !gateways.emptyIn) return cluster;
  const { emptyIn: namespaces, ...refused } = gateways;
  const { group, plural: resource } = RESOURCES.gateways;
  return {
    ...cluster,
    facts: { ...cluster.facts, gateways: gathered({ served: true, eastWest: [], remote: [] }) },
    narrowed: [...(cluster.narrowed ?? []), { group, resource, namespaces, refused }],
  };
}

/** The Gateways; a Problem is added where it is not known what a namespace has of them. */
export function gatewaysIn(
  cluster: GatheredCluster,
  namespace: string,
  problems: Problem[],
): GatewaysFact | undefined {
  const fact = factOf(cluster, "gateways");
  if ("missing" in fact) {
    problems.push(unread(cluster.ref, READ.gateways, within(fact.missing, namespace)));
    return undefined;
  }
  const narrowed = narrowedList(cluster, RESOURCES.gateways);
  if (!narrowed || isKnownIn(narrowed, namespace)) return fact.value;
  const what = `its Gateways in namespace ${namespace} could not be read`;
  problems.push(unread(cluster.ref, what, within(narrowed.refused, namespace)));
  return undefined;
}
