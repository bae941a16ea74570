import ipaddr from "ipaddr.js";

/** The library throws, and catches, an error for each host name, which takes it most of its time. */
function isFourPartDecimal(address: string): boolean {
  return /^\d[\d.]+$/.test(address) && ipaddr.IPv4.isValidFourPartDecimal(address);
}

/** Whether it is an IP address as Kubernetes writes one: `10.1` and `010.0.0.1` are host names. */
export function isIpAddress(address: string): boolean {
  return isFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
}

/** An address as it compares: IPv6 in its short form, host names in lower case without a final dot. */
export function normalizeAddress(address: string): string {
  const text = address.trim().toLowerCase().replace(/\.$/, "");
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  // There is one way only to write these, and a mesh may have thousands.
  if (isFourPartDecimal(bare)) return bare;
  return ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare).toString() : text;
}

/** An address with a port, as a URL has them. */
export function withPort(address: string, port: number): string {
  return ipaddr.IPv6.isValid(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
