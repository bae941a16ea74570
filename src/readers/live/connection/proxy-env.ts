import ipaddr from "ipaddr.js";
import { UsageError } from "../../../model/errors.ts";
import type { Environment } from "../../kubeconfig/index.ts";

interface Destination {
  tls: boolean;
  host: string;
  port: number;
}

const SCHEMES = new Set(["http:", "https:", "socks5:", "socks5h:"]);

/**
 * The proxy to an API server: the cluster's `proxy-url`, else HTTPS_PROXY or HTTP_PROXY unless
 * NO_PROXY names the server, as Go programs take them.
 *
 * @throws UsageError the proxy is no URL of a kind that can be used; it is not quoted, it may hold a password
 */
export function proxyFor(
  to: Destination,
  configured: string | undefined,
  env: Environment,
): URL | undefined {
  if (configured !== undefined) return proxyUrl(configured, "proxy-url of the kubeconfig");
  const variable = to.tls ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = lookup(env, variable);
  if (!value || isLocal(to.host) || isExempt(to, lookup(env, "NO_PROXY") ?? "")) return undefined;
  return proxyUrl(value, variable);
}

function lookup(env: Environment, variable: string): string | undefined {
  return env[variable] || env[variable.toLowerCase()];
}

function proxyUrl(text: string, where: string): URL {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (!url || !SCHEMES.has(url.protocol) || url.hostname === "") {
    throw new UsageError(`${where} is not an http, https or socks5 URL`);
  }
  return url;
}

function isLocal(host: string): boolean {
  if (host === "localhost") return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback";
}

/** Entries are hosts (and what is below them), `.suffixes`, addresses, ranges or `*`, with a port or without. */
function isExempt(to: Destination, exemptions: string): boolean {
  return exemptions
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, to));
}

function matches(entry: string, to: Destination): boolean {
  if (entry === "*") return true;
  const [, name = entry, port] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (port !== undefined && Number(port) !== to.port) return false;
  const host = to.host.toLowerCase();
  const bare = name.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(host)) return containsAddress(bare, host);
  const suffix = bare.replace(/^\*?\./, ".");
  return suffix.startsWith(".")
    ? host.endsWith(suffix)
    : host === suffix || host.endsWith(`.${suffix}`);
}

function containsAddress(entry: string, host: string): boolean {
  const address = ipaddr.process(host);
  if (ipaddr.isValid(entry)) return ipaddr.process(entry).toString() === address.toString();
  if (!ipaddr.isValidCIDR(entry)) return false;
  const range = ipaddr.parseCIDR(entry);
  return range[0].kind() === address.kind() && address.match(range);
}
