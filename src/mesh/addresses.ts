import { isIpAddress, normalizeAddress } from "../lib/ip-address.ts";
import type { GatewayFact, ServiceFact } from "../model/facts.ts";
import { GATEWAY_NAME } from "./names.ts";

/** The Service that exposes a Gateway: by the label that its controller sets, else by name. */
export function serviceOf(
  gateway: GatewayFact,
  services: readonly ServiceFact[],
): ServiceFact | undefined {
  const near = services.filter((service) => service.namespace === gateway.namespace);
  return (
    near.find((service) => service.labels.get(GATEWAY_NAME) === gateway.name) ??
    near.find((service) => service.name === gateway.name)
  );
}

/**
 * Whether an address of a Gateway's status can be reached within the cluster only: a clusterIP of its
 * Service, unless that is its address outside as well, or the Service's name.
 */
export function isInternalAddress(
  value: string,
  gateway: GatewayFact,
  service: ServiceFact | undefined,
): boolean {
  const address = normalizeAddress(value);
  const has = (list: readonly string[] | undefined): boolean =>
    list?.some((one) => normalizeAddress(one) === address) ?? false;
  if (has(service?.addresses)) return false;
  const host = `${service?.name ?? gateway.name}.${gateway.namespace}.svc`;
  return has(service?.clusterIPs) || address === host || address.startsWith(`${host}.`);
}

/**
 * Addresses at which a cluster's east-west gateways can be reached from outside now, normalised:
 * those of the Services, and of the Gateway statuses but for internal ones.
 */
export function reachableAddresses(
  eastWest: readonly GatewayFact[],
  services: readonly ServiceFact[],
): Set<string> {
  const found = new Set<string>();
  for (const gateway of eastWest) {
    const service = serviceOf(gateway, services);
    for (const address of service?.addresses ?? []) found.add(normalizeAddress(address));
    for (const { value } of gateway.statusAddresses) {
      if (!isInternalAddress(value, gateway, service)) found.add(normalizeAddress(value));
    }
  }
  return found;
}

/** Of a remote Gateway. */
export interface PeerAddress {
  type: "IPAddress" | "Hostname";
  value: string;
}

/**
 * Addresses at which other clusters may reach a Gateway, as they are written: those of its Service
 * first, then those of its status; never a clusterIP, nor a name that only the cluster resolves.
 */
export function externalAddresses(
  gateway: GatewayFact,
  services: readonly ServiceFact[],
): string[] {
  const service = serviceOf(gateway, services);
  const internal = new Set((service?.clusterIPs ?? []).map(normalizeAddress));
  const host = `${service?.name ?? gateway.name}.${gateway.namespace}.svc`;
  const found = [
    ...(service?.addresses ?? []),
    ...gateway.statusAddresses.map(({ value }) => value),
  ];
  return found.filter((value) => {
    const address = normalizeAddress(value);
    return !internal.has(address) && address !== host && !address.startsWith(`${host}.`);
  });
}

/** As the Gateway API takes it: host names in lower case, without a final dot; IPv6 bare. */
export function peerAddress(value: string): PeerAddress {
  const bare = value.replace(/^\[(.*)\]$/, "$1");
  return isIpAddress(bare)
    ? { type: "IPAddress", value: bare }
    : { type: "Hostname", value: value.toLowerCase().replace(/\.$/, "") };
}

const LABEL = "[a-z\\d]([a-z\\d-]{0,61}[a-z\\d])?";
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

/** An address that a person wrote; nothing for what is neither an IP address nor a host name. */
export function parseAddress(text: string): PeerAddress | undefined {
  const address = peerAddress(text.trim());
  if (address.type === "IPAddress") return address;
  const { value } = address;
  // All digits at the end is an IP address gone wrong: 10.0.0.256.
  const isHost = value.length <= 253 && HOST_NAME.test(value) && !/(^|\.)\d+$/.test(value);
  return isHost ? address : undefined;
}
