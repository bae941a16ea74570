import { withPort } from "../lib/ip-address.ts";
import type { EndpointsFact, MeshConfigFact, ServiceEndpointsFact } from "../model/facts.ts";
import { isClusterLocal } from "./cluster-local.ts";
import type { Gathered } from "../model/gathered.ts";

/*
 * What the istiod of one cluster has of another, by its debug answers (Istio 1.24 to 1.31): the endpoints
 * that it sends to proxies, and the gateways through which these are reached.
 */

/** Services of which a cluster has endpoints of its own, and means to share them; by namespace and host. */
export function sharedServices(
  services: readonly ServiceEndpointsFact[],
  id: string | undefined,
  configs: readonly MeshConfigFact[],
): ReadonlyMap<string, ServiceEndpointsFact> {
  return new Map(
    services
      .filter((service) => !isClusterLocal(service, configs))
      .filter(({ shards }) => shards.some(({ cluster }) => cluster === id))
      .map((service) => [`${service.namespace}/${service.host}`, service]),
  );
}

type View = Gathered<EndpointsFact | undefined>;

/**
 * How many services have endpoints of the cluster with this CLUSTER_ID; nothing where that was not read.
 */
export function servicesSeen(view: View, id: string): number | undefined {
  if (!view.ok || !view.value?.services.ok) return undefined;
  return view.value.services.value.filter(({ shards }) =>
    shards.some(({ cluster }) => cluster === id),
  ).length;
}

/**
 * The gateways of a network, as address and port, by which others reach its pods; nothing where they
 * were not read, or the network is not known.
 */
export function gatewaysTo(view: View, network: string | undefined): string[] | undefined {
  if (network === undefined || !view.ok || !view.value?.gateways.ok) return undefined;
  const all = view.value.gateways.value
    .filter((gateway) => gateway.network === network)
    .flatMap(({ address, port, hbonePort }) =>
      [port, hbonePort].filter((one) => one > 0).map((one) => withPort(address, one)),
    );
  return [...new Set(all)];
}
