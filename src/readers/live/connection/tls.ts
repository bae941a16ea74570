import { createSecureContext, type SecureContext } from "node:tls";
import { Fault, safeText } from "./fault.ts";

/** How TLS knows a server and what it shows to it; without TLS nobody looks at it. */
export interface Tls {
  context: SecureContext;
  /** Asked for by SNI and looked for in the certificate; absent: the host. */
  serverName?: string;
  /** False: any certificate will do. */
  verify: boolean;
}

/** As node:tls names them; PEM. */
export interface TlsOptions {
  ca?: unknown;
  cert?: unknown;
  key?: unknown;
  servername?: string | undefined;
  rejectUnauthorized?: boolean | undefined;
}

/**
 * Made once a client certificate, as parsing the CAs anew would cost every connection.
 *
 * @throws Fault PEM that OpenSSL does not take; the message names no key
 */
export function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: TlsOptions): Tls {
  const verify = rejectUnauthorized !== false;
  try {
    const context = createSecureContext({
      ...(ca === undefined || !verify ? {} : { ca: ca as Buffer }),
      ...(cert === undefined ? {} : { cert: cert as Buffer, key: key as Buffer }),
    });
    return { context, verify, ...(servername === undefined ? {} : { serverName: servername }) };
  } catch (cause) {
    const reason = safeText(cause instanceof Error ? cause.message : String(cause));
    throw new Fault("unauthorized", `CA or client certificate cannot be used: ${reason}`);
  }
}
