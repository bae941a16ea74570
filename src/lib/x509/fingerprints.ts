import { X509Certificate } from "node:crypto";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** SHA-256 in lower-case hex of each certificate of a PEM text; what is no certificate has none. */
export function fingerprints(pem: string): string[] {
  return (pem.match(CERTIFICATE) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block).fingerprint256.replaceAll(":", "").toLowerCase()];
    } catch {
      return [];
    }
  });
}
