import { at, string } from "../lib/json.ts";
import { oneLine } from "../lib/sanitize.ts";
import type { ProbeVerdict } from "../model/probe.ts";

/** Why an attempt got no further. */
export interface DialFailure {
  verdict: ProbeVerdict;
  /** In words, without the address. */
  reason: string;
}

/** Node's codes for what happens before TLS. */
const BEFORE_TLS: Readonly<Record<string, DialFailure>> = {
  ECONNREFUSED: { verdict: "refused", reason: "the connection is refused: nothing listens there" },
  ENOTFOUND: { verdict: "no-such-host", reason: "DNS knows no such host" },
  ENODATA: { verdict: "no-such-host", reason: "DNS has no address for the host" },
  EAI_AGAIN: { verdict: "dns-failed", reason: "DNS does not answer" },
  EHOSTUNREACH: { verdict: "no-route", reason: "there is no route to it" },
  ENETUNREACH: { verdict: "no-route", reason: "there is no route to it" },
  EADDRNOTAVAIL: { verdict: "no-route", reason: "there is no route to it" },
  ETIMEDOUT: { verdict: "timed-out", reason: "nothing answers" },
  ERR_SOCKET_CONNECTION_TIMEOUT: { verdict: "timed-out", reason: "nothing answers" },
  EACCES: { verdict: "no-route", reason: "this machine does not let connections there out" },
  EPERM: { verdict: "no-route", reason: "this machine does not let connections there out" },
};

/** OpenSSL's codes for an answer that is not TLS. */
const NOT_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|INVALID_ALERT)/;

/** Alerts by which a server says that it wants a client certificate; the last is said for much else. */
const CLIENT_CERTIFICATE =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|NO_CERTIFICATE|CERTIFICATE_UNKNOWN)/;
const MAY_BE_CLIENT_CERTIFICATE = /ALERT_(HANDSHAKE_FAILURE|ACCESS_DENIED|UNKNOWN_CA)/;

const ALERT = /ALERT_([A-Z_]+)$/;
const LONGEST = 120;

function codeOf(cause: unknown): string {
  return string(at(cause, "code")) ?? "";
}

/**
 * Whether TLS ended for want of a client certificate: the server has been reached.
 *
 * @param hasPresented the server had presented its own certificate, after which it takes the client's
 */
export function wantsClientCertificate(cause: unknown, hasPresented: boolean): boolean {
  const code = codeOf(cause);
  return CLIENT_CERTIFICATE.test(code) || (hasPresented && MAY_BE_CLIENT_CERTIFICATE.test(code));
}

function tlsFailure(cause: unknown): DialFailure {
  const code = codeOf(cause);
  if (NOT_TLS.test(code)) {
    return { verdict: "not-tls", reason: "what listens there does not speak TLS" };
  }
  const alert = ALERT.exec(code)?.[1]?.toLowerCase().replaceAll("_", " ");
  if (alert !== undefined) {
    return { verdict: "tls-failed", reason: `it breaks TLS off: ${alert}` };
  }
  if (cause === undefined || ["ECONNRESET", "EPIPE", "ECONNABORTED", ""].includes(code)) {
    return { verdict: "tls-failed", reason: "it closes the connection as TLS begins" };
  }
  const said = oneLine(string(at(cause, "reason")) ?? code).slice(0, LONGEST);
  return { verdict: "tls-failed", reason: `TLS does not come about: ${said}` };
}

/** What ended an attempt at a step, by the error of Node's modules; a timeout's is of AbortSignal. */
export function failureOf(cause: unknown, step: "dns" | "tcp" | "tls"): DialFailure {
  if (step === "tls") return tlsFailure(cause);
  const known = BEFORE_TLS[codeOf(cause)];
  if (known) return known;
  if ((cause instanceof Error && cause.name === "TimeoutError") || step === "tcp") {
    return step === "dns"
      ? { verdict: "dns-failed", reason: "DNS does not answer" }
      : { verdict: "timed-out", reason: "nothing answers" };
  }
  return { verdict: "dns-failed", reason: `the host name cannot be resolved: ${codeOf(cause)}` };
}
