import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { oneLine } from "../../../lib/sanitize.ts";
import { UsageError } from "../../../model/errors.ts";
import type { Environment } from "../../kubeconfig/index.ts";
import type { ContextTarget } from "../../kubeconfig/context.ts";
import { proxyFor } from "./proxy-env.ts";

/** A client certificate with its key, PEM. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/** Where an API server is and how to know it. */
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
  /** PEM; absent: the CAs that Node knows. */
  ca?: string;
  insecure: boolean;
  /** Asked for by SNI and looked for in the certificate. */
  serverName: string;
  proxy?: URL;
  /** Large answers compressed: not worth it within one machine. */
  compress: boolean;
  env: Environment;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** @throws UsageError the server is no URL, or the CA or proxy cannot be used */
export function endpointOf(
  target: Pick<ContextTarget, "cluster" | "clusterName">,
  env: Environment,
): Endpoint {
  const { cluster, clusterName } = target;
  const url = serverUrl(target);
  const tls = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  const ca = pemOf(
    cluster.certificateAuthorityData,
    cluster.certificateAuthority,
    `certificate-authority of cluster ${JSON.stringify(oneLine(clusterName))}`,
  );
  const proxy = proxyFor({ tls, host, port }, cluster.proxyUrl, env);
  return {
    clusterName,
    tls,
    host,
    port,
    authority: `${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    prefix: url.pathname.replace(/\/+$/, ""),
    insecure: cluster.insecure,
    serverName: cluster.tlsServerName ?? host,
    compress: !cluster.disableCompression && !LOOPBACK.test(host),
    env,
    ...(ca === undefined ? {} : { ca }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function serverUrl({ cluster, clusterName }: Pick<ContextTarget, "cluster" | "clusterName">): URL {
  const { server } = cluster;
  // Without a scheme kubectl takes https when there is something to verify, else http.
  const scheme =
    (cluster.certificateAuthority ?? cluster.certificateAuthorityData) || cluster.insecure
      ? "https"
      : "http";
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(server) ? server : `${scheme}://${server}`);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:") || url.hostname === "") {
    throw new UsageError(
      `server of cluster ${JSON.stringify(oneLine(clusterName))} in the kubeconfig is not an http or https URL`,
    );
  }
  return url;
}

/**
 * PEM of a kubeconfig's data (base64) or, without it, of a file.
 *
 * @throws UsageError the file cannot be read; `what` says whose it is
 */
export function pemOf(
  data: string | undefined,
  file: string | undefined,
  what: string,
): string | undefined {
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`${what}: ${oneLine(file)} cannot be read`);
  }
}

/**
 * What TLS needs to know, made once a cluster: parsing the CAs anew costs every connection.
 *
 * @throws Error PEM that OpenSSL does not take; its message names no key
 */
export function secureContextOf(
  { ca, insecure }: Endpoint,
  certificate: ClientCertificate | undefined,
): SecureContext {
  return createSecureContext({
    ...(ca === undefined || insecure ? {} : { ca }),
    ...certificate,
  });
}
