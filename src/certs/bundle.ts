import { createHash } from "node:crypto";
import { readPem } from "../lib/x509/pem.ts";
import type { RootText } from "../mesh/ca-reload.ts";

/** A certificate of a PEM text, known by the SHA-256 of its DER in lower-case hex. */
export interface BundledCertificate {
  sha256: string;
  /** Written anew, with a line break at the end. */
  pem: string;
}

/** The certificates of a PEM text, each once, in their order. */
export function bundled(text: string): BundledCertificate[] {
  const found = new Map<string, BundledCertificate>();
  for (const der of readPem(text).certificates) {
    const sha256 = createHash("sha256").update(der).digest("hex");
    if (!found.has(sha256)) found.set(sha256, { sha256, pem: pemOf(der) });
  }
  return [...found.values()];
}

function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/**
 * Appends certificates to a PEM text whose own bytes stay as they are, since istiod up to 1.29 takes
 * up new roots only where the text that it has is a part of the new one. A line break is put between
 * them where the text ends without one: `-----END CERTIFICATE----------BEGIN` cannot be read.
 */
export function appended(text: string, more: readonly BundledCertificate[]): string {
  const rest = more.map(({ pem }) => pem).join("");
  return text === "" || text.endsWith("\n") ? text + rest : `${text}\n${rest}`;
}

/** A text of the given certificates, one after the other, each once. */
export function joined(certificates: readonly BundledCertificate[]): string {
  return [...new Map(certificates.map(({ sha256, pem }) => [sha256, pem])).values()].join("");
}

/** A bundle of roots with their fingerprints. */
export function rootText(text: string): RootText {
  return { text, roots: bundled(text).map(({ sha256 }) => sha256) };
}
