import { isIpAddress, normalizeAddress } from "../lib/ip-address.ts";
import type { IstiodEndpointsFact, ServiceFact } from "../model/facts.ts";
import { PORT_XDS } from "./names.ts";

/*
 * How the proxies of a cluster without an istiod find one (Istio's istiod-remote chart): a Service called
 * `istiod-remote` up to 1.21, `istiod[-<rev>]-remote` in 1.22 and 1.23, `istiod[-<rev>]` from 1.24 on.
 */

const NAME = /^istiod(-[a-z\d-]+)?$/;

/** Whether a Service may be one by which proxies reach istiod. */
export function isIstiodName(name: string): boolean {
  return NAME.test(name);
}

/** The Services by which proxies of a remote cluster reach an istiod elsewhere. */
export function leadingServices(
  services: readonly ServiceFact[],
  namespace: string,
): ServiceFact[] {
  return services.filter((one) => one.namespace === namespace && isIstiodName(one.name));
}

/** Where such a Service leads to: addresses or a name, normalised. */
export function targetsOf(
  { name, externalName }: ServiceFact,
  endpoints: readonly IstiodEndpointsFact[],
): string[] {
  if (externalName !== undefined) return [normalizeAddress(externalName)];
  const own = endpoints.filter(({ service }) => service === name);
  return [...new Set(own.flatMap(({ addresses }) => addresses.map(normalizeAddress)))];
}

/** A Service by which proxies of other clusters get to an istiod. */
export interface WayToIstiod {
  service: ServiceFact;
  /** Outside of the cluster, normalised. */
  addresses: string[];
}

/** The ways that lead from outside to port 15012 of a cluster. */
export function waysToIstiod(services: readonly ServiceFact[]): WayToIstiod[] {
  return services
    .filter(({ ports, addresses }) => addresses.length > 0 && ports.some(isForIstiod))
    .map((service) => ({ service, addresses: service.addresses.map(normalizeAddress) }));
}

function isForIstiod({ port }: ServiceFact["ports"][number]): boolean {
  return port === PORT_XDS;
}

/** Whether addresses can be told from one another: what stands behind a name only DNS knows. */
export function areComparable(addresses: readonly string[]): boolean {
  return addresses.every(isIpAddress);
}
