import { publicPem } from "../lib/x509/public-pem.ts";

/** What collectors such as `oc adm must-gather` put in the place of a Secret's value. */
const REDACTED = /^(?:\d{1,9} bytes long|\[?<?redacted>?\]?|\*{3,})$/i;
const REDACTED_TEXT = "REDACTED";

/** Whether a collector took the value away: nothing is known of it but that it is there. */
export function isRedacted(text: string): boolean {
  return REDACTED.test(text.trim());
}

/**
 * Certificates and revocation lists of a PEM text with the faults of the rest, and nothing else:
 * neither keys nor text around them. A redacted text stays one.
 */
export function publicText(text: string): string {
  return isRedacted(text) ? REDACTED_TEXT : publicPem(text);
}

/** Text of a Secret's base64 value; what is not base64 decodes to what it can. */
export function fromBase64(value: string): string {
  // Some collectors write their words unencoded.
  return isRedacted(value) ? value : Buffer.from(value, "base64").toString("utf8");
}

export function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
