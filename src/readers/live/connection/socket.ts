import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import type { Endpoint } from "./endpoint.ts";
import { tunnel } from "./proxy.ts";
import { established, openTcp } from "./tcp.ts";
import type { Tls } from "./tls.ts";

/**
 * A connection to an API server, through its proxy if it has one, with TLS done if it speaks TLS.
 *
 * @throws Error of Node's net and tls, Fault for what a proxy says, the signal's reason
 */
export async function openSocket(
  endpoint: Endpoint,
  { context, serverName = endpoint.host, verify }: Tls,
  protocols: string[],
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port, proxy, tls } = endpoint;
  const raw = proxy ? await tunnel(proxy, endpoint, signal) : await openTcp(host, port, signal);
  if (!tls) return raw;
  // What breaks it is an error of the TLS socket.
  raw.on("error", () => undefined);
  const socket = connectTls({
    socket: raw,
    secureContext: context,
    ALPNProtocols: protocols,
    // No SNI for an address: the name to look for in the certificate is given by itself.
    servername: isIP(serverName) ? "" : serverName,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
    rejectUnauthorized: verify,
  });
  return established(socket, "secureConnect", signal);
}
