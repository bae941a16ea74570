import { at, string } from "../../../lib/json.ts";
import { Fault, safeText } from "./fault.ts";

/** Who was talked to, for messages. */
interface Peer {
  /** `host:port`. */
  authority: string;
  /** Name of the cluster entry, where a kubeconfig says how to know the server. */
  clusterName?: string;
  /** Whether its URL is https. */
  tls?: boolean;
}

/** Node's and OpenSSL's codes by what happened; `%s` is `host:port`. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "%s refused the connection: nothing listens there",
  ENOTFOUND: "the host name of %s does not exist in DNS",
  EAI_AGAIN: "the host name of %s cannot be resolved now: DNS does not answer",
  EHOSTUNREACH: "no route to %s",
  ENETUNREACH: "no route to %s",
  EADDRNOTAVAIL: "no route to %s",
  ETIMEDOUT: "%s does not answer: the connection timed out",
  ERR_SOCKET_CONNECTION_TIMEOUT: "%s does not answer: the connection timed out",
  ECONNRESET: "%s closed the connection",
  EPIPE: "%s closed the connection",
  ECONNABORTED: "%s closed the connection",
  ERR_STREAM_PREMATURE_CLOSE: "%s closed the connection",
  ERR_SSL_WRONG_VERSION_NUMBER: "%s does not speak TLS: is its URL http, or another port?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "%s does not speak TLS: is its URL http, or another port?",
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: "%s speaks no version of TLS that is safe",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "%s speaks no version of TLS that is safe",
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: "%s knows no server of that name: see tls-server-name",
};

const UNKNOWN_CA = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
]);

const CLIENT_CERTIFICATE = /ALERT_(?:BAD|UNKNOWN|UNSUPPORTED)?_?(?:CERTIFICATE|CA)(?:_|$)/;

const CUT_OFF = "ERR_ANSWER_CUT_OFF";

const RESETS = new Set([
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
  "ERR_STREAM_PREMATURE_CLOSE",
  CUT_OFF,
]);

/** Node's code; for EPROTO, which says nothing, one made of OpenSSL's reason as Node makes others. */
function codeOf(cause: unknown): string {
  const code = string(at(cause, "code")) ?? "";
  const reason = code === "EPROTO" ? sslReason(cause) : undefined;
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
}

/** `wrong version number`, by itself or in the middle of OpenSSL's own line. */
function sslReason(cause: unknown): string | undefined {
  const message = string(at(cause, "message")) ?? "";
  return string(at(cause, "reason")) ?? /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
}

/** The connection broke while it was used: the same request may well go through again. */
export function isReset(cause: unknown): boolean {
  const code = codeOf(cause);
  return RESETS.has(code) || code.startsWith("ERR_HTTP2_");
}

/** The connection broke in the middle of an answer. */
export function cutOff(): Error {
  return Object.assign(new Error("the answer was cut off"), { code: CUT_OFF });
}

/** An error of Node's network modules in words. */
export function networkFault(cause: unknown, peer: Peer): Fault {
  if (cause instanceof Fault) return cause;
  const code = codeOf(cause);
  if (code === CUT_OFF) {
    return new Fault("unreadable", `${peer.authority} cut the answer off before its end`);
  }
  const known = CAUSES[code];
  if (known !== undefined) {
    const plain = peer.tls === false && RESETS.has(code);
    const hint = plain ? ": its URL is http; does it speak TLS?" : "";
    return new Fault("unreachable", `${known.replace("%s", peer.authority)}${hint}`);
  }
  const certificate = certificateFault(code, cause, peer);
  if (certificate !== undefined) return new Fault("unreachable", certificate);
  if (code.startsWith("HPE_")) {
    return new Fault("unreadable", `${peer.authority} answered with something that is not HTTP`);
  }
  if (code.startsWith("ERR_HTTP2_")) {
    return new Fault("unreachable", `${peer.authority} broke off the HTTP/2 connection`);
  }
  const reason = safeText(
    sslReason(cause) ?? (cause instanceof Error ? cause.message : String(cause)),
  );
  const what = code.startsWith("ERR_SSL_") || code === "EPROTO" ? "TLS with" : "connection to";
  return new Fault("unreachable", `${what} ${peer.authority} failed: ${reason || code}`);
}

function certificateFault(code: string, cause: unknown, peer: Peer): string | undefined {
  const { authority, clusterName } = peer;
  if (CLIENT_CERTIFICATE.test(code)) {
    return `${authority} refused the client certificate of the kubeconfig: has it expired?`;
  }
  const entry =
    clusterName === undefined ? "" : ` of cluster ${JSON.stringify(safeText(clusterName))}`;
  const names = safeText(string(at(cause, "cert", "subjectaltname")) ?? "no names");
  const fault = {
    UNKNOWN_CA: `is signed by an unknown CA: see certificate-authority-data${entry} in the kubeconfig`,
    CERT_HAS_EXPIRED: "has expired, or the clock here is wrong",
    CERT_NOT_YET_VALID: "is not valid yet: is the clock here right?",
    CERT_REVOKED: "has been revoked",
    ERR_TLS_CERT_ALTNAME_INVALID: `is for another host (${names}): see server and tls-server-name${entry} in the kubeconfig`,
  }[UNKNOWN_CA.has(code) ? "UNKNOWN_CA" : code];
  return fault === undefined ? undefined : `the certificate of ${authority} ${fault}`;
}
