import type { ServiceFact } from "../model/facts.ts";
import { GATEWAY_PORT, NETWORK, PORT_CROSS_NETWORK, PORT_HBONE } from "./names.ts";

/*
 * Services that istiod takes for gateways of a network, as its registry of Kubernetes Services does
 * (Istio 1.24 to 1.31, NetworkManager).
 */

/**
 * The port for sidecars of other networks: of label networking.istio.io/gatewayPort, else 15443.
 */
export function crossNetworkPort({ labels }: ServiceFact): number {
  const named = Number(labels.get(GATEWAY_PORT) ?? "");
  return Number.isInteger(named) && named > 0 && named < 65_536 ? named : PORT_CROSS_NETWORK;
}

/** Whether a label says which port sidecars of other networks use. */
export function namesItsPort({ labels }: ServiceFact): boolean {
  return labels.has(GATEWAY_PORT);
}

/** Whether the Service is a gateway of a network for the sidecars of other networks. */
export function isCrossNetworkService(service: ServiceFact): boolean {
  if (!service.labels.get(NETWORK)) return false;
  return namesItsPort(service) || service.ports.some(({ port }) => port === PORT_CROSS_NETWORK);
}

/** Whether ztunnels and waypoints of other networks get in through the Service. */
export function isHboneService({ labels, ports }: ServiceFact): boolean {
  return Boolean(labels.get(NETWORK)) && ports.some(({ port }) => port === PORT_HBONE);
}

/** Services that carry the name of a network, whether or not istiod takes them for gateways. */
export function networkServices(
  services: readonly ServiceFact[],
): { service: ServiceFact; network: string }[] {
  return services.flatMap((service) => {
    const network = service.labels.get(NETWORK);
    return network === undefined ? [] : [{ service, network }];
  });
}

/** Whether the addresses of nodes are the gateway's: istiod goes by an annotation. */
export function usesNodes({ nodeSelector }: ServiceFact): boolean {
  return nodeSelector !== undefined;
}
