import { isIP } from "node:net";
import { defined } from "../../../lib/defined.ts";
import { oneLine } from "../../../lib/sanitize.ts";
import { UsageError } from "../../../model/errors.ts";
import type { ClusterEntry, Environment } from "../../kubeconfig/index.ts";
import { proxyFor } from "./proxy-env.ts";

/** Where an API server is. */
export interface Endpoint {
  /** Name of the cluster entry in the kubeconfig. */
  clusterName: string;
  tls: boolean;
  /** Without the brackets of an IPv6 address. */
  host: string;
  port: number;
  /** `host:port` as a Host header and messages have it. */
  authority: string;
  /** Path that comes before `/api`, without a final slash: Rancher serves clusters below one. */
  prefix: string;
  proxy?: URL;
  /** Large answers compressed: not worth it within one machine. */
  compress: boolean;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** @throws UsageError the server is no URL, or the proxy cannot be used */
export function endpointOf(cluster: ClusterEntry, env: Environment): Endpoint {
  const url = serverUrl(cluster);
  const tls = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  const proxy = proxyFor({ tls, host, port }, cluster.proxyUrl, env);
  return {
    clusterName: cluster.name,
    tls,
    host,
    port,
    authority: `${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    prefix: url.pathname.replace(/\/+$/, ""),
    compress: !cluster.disableCompression && !LOOPBACK.test(host),
    ...defined({ proxy }),
  };
}

function serverUrl({ name, server, caData, skipTLSVerify }: ClusterEntry): URL {
  // Without a scheme kubectl takes https when there is something to verify, else http.
  const assumed = caData !== undefined || skipTLSVerify ? "https" : "http";
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(server) ? server : `${assumed}://${server}`);
  const owner = `server of cluster ${JSON.stringify(oneLine(name))} in the kubeconfig`;
  const scheme = url?.protocol.slice(0, -1) ?? "";
  if (url && url.hostname !== "" && scheme !== "https" && scheme !== "http") {
    throw new UsageError(`${owner} has the scheme "${scheme}": it must be https or http`);
  }
  if (!url || url.hostname === "") throw new UsageError(`${owner} is not an http or https URL`);
  return url;
}
