import { isIpAddress, normalizeAddress } from "../lib/ip-address.ts";
import type { GatewayFact, ServiceFact } from "../model/facts.ts";
import { isTrue } from "./conditions.ts";
import { GATEWAY_NAME, PROGRAMMED } from "./names.ts";

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

/** Names that only a cluster's own DNS knows. */
const CLUSTER_NAME = /\.svc(\.cluster\.local)?$/;

/**
 * Whether other clusters may reach an address of a Gateway: not where it is a name that only the
 * cluster resolves, or a clusterIP of the Gateway's Service. A clusterIP counts where the Service has
 * it as its address outside and the Gateway, programmed, repeats it: networks that announce clusterIPs
 * are set up so. In the Gateway's status alone it stands in while a load balancer is pending, and in
 * the Service alone no controller has taken it up.
 *
 * @param service without it only names within the cluster are known
 */
export function isOutsideAddress(
  value: string,
  gateway: GatewayFact,
  service: ServiceFact | undefined,
): boolean {
  const address = normalizeAddress(value);
  const has = (list: readonly string[] = []): boolean =>
    list.some((one) => normalizeAddress(one) === address);
  const host = `${service?.name ?? gateway.name}.${gateway.namespace}.svc`;
  if (address === host || address.startsWith(`${host}.`) || CLUSTER_NAME.test(address)) {
    return false;
  }
  return (
    !has(service?.clusterIPs) ||
    (has(service?.addresses) &&
      has(gateway.statusAddresses.map((one) => one.value)) &&
      isTrue(gateway, PROGRAMMED))
  );
}

/**
 * Addresses at which other clusters may reach a Gateway, as they are written: those of its Service
 * first, then those of its status.
 */
export function externalAddresses(
  gateway: GatewayFact,
  services: readonly ServiceFact[],
): string[] {
  const service = serviceOf(gateway, services);
  return [
    ...(service?.addresses ?? []),
    ...gateway.statusAddresses.map(({ value }) => value),
  ].filter((value) => isOutsideAddress(value, gateway, service));
}

/** Addresses at which a cluster's east-west gateways can be reached from outside now, normalised. */
export function reachableAddresses(
  eastWest: readonly GatewayFact[],
  services: readonly ServiceFact[],
): Set<string> {
  return new Set(
    eastWest.flatMap((gateway) => externalAddresses(gateway, services).map(normalizeAddress)),
  );
}

/** Of a remote Gateway. */
export interface PeerAddress {
  type: "IPAddress" | "Hostname";
  value: string;
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

/** How long it takes until the name of a new load balancer is known to DNS, with some to spare. */
const NAME_SETTLES_MS = 120_000;

/**
 * Whether DNS may not know the address of a remote Gateway yet: it is a host name, and the Gateway was
 * made a moment ago, as for a load balancer that was. Clouds take half a minute and longer.
 *
 * @param now ms since the epoch
 */
export function awaitsName(
  { addresses, createdAt }: Pick<GatewayFact, "addresses" | "createdAt">,
  now: number,
): boolean {
  return (
    createdAt !== undefined &&
    now - createdAt < NAME_SETTLES_MS &&
    addresses.some(({ value }) => !isIpAddress(value))
  );
}
