import { createSecureContext, type ConnectionOptions, type SecureContext } from "node:tls";
import { Fault, safeText } from "./fault.ts";

/** How TLS knows a server and what it shows to it; without TLS nobody looks at it. */
export interface Tls {
  context: SecureContext;
  /** Asked for by SNI and looked for in the certificate; absent: the host. */
  serverName?: string | undefined;
  /** False: any certificate will do. */
  verify: boolean;
}

/**
 * Made once a client certificate, as parsing the CAs anew would cost every connection.
 *
 * @throws Fault PEM that OpenSSL does not take; the message names no key
 */
export function tlsOf({
  ca,
  cert,
  key,
  servername,
  rejectUnauthorized: verify = true,
}: Pick<ConnectionOptions, "ca" | "cert" | "key" | "servername" | "rejectUnauthorized">): Tls {
  try {
    const context = createSecureContext({ ca: verify ? ca : undefined, cert, key });
    return { context, verify, serverName: servername };
  } catch (cause) {
    const reason = safeText(cause instanceof Error ? cause.message : String(cause));
    throw new Fault("unauthorized", `CA or client certificate cannot be used: ${reason}`);
  }
}
