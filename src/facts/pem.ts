const BLOCK = /-----BEGIN CERTIFICATE-----([^-]*)(-----END CERTIFICATE-----)?/g;

const SEQUENCE = 0x30;
/** How a certificate's own content begins: its version, or in the oldest form its serial number. */
const VERSION = 0xa0;
const SERIAL = 0x02;

/** Where the content of the DER element at `offset` begins: after the tag and the length. */
function content(der: Buffer, offset: number): number {
  const length = der[offset + 1] ?? 0;
  return offset + 2 + (length > 0x80 ? length - 0x80 : 0);
}

/** Tells a certificate from keys of every kind by the first tags of its DER. */
function looksLikeCertificate(base64: string): boolean {
  const der = Buffer.from(base64.replaceAll(/\s/g, "").slice(0, 64), "base64");
  const inner = content(der, 0);
  if (der[0] !== SEQUENCE || der[inner] !== SEQUENCE) return false;
  const first = der[content(der, inner)];
  return first === VERSION || first === SERIAL;
}

/**
 * The certificates of a PEM text and nothing else: neither keys, nor text around the blocks, nor
 * what stands under a certificate's heading without being one (the empty heading stays, so that a
 * broken certificate can be told from none, as does a last block that was cut off).
 */
export function certificatesOnly(text: string): string {
  return [...text.matchAll(BLOCK)]
    .map(([, body = "", end]) => {
      const kept = looksLikeCertificate(body) ? `${body.trim()}\n` : "";
      const ending = end === undefined ? "" : "-----END CERTIFICATE-----\n";
      return `-----BEGIN CERTIFICATE-----\n${kept}${ending}`;
    })
    .join("");
}

/** Text of a Secret's base64 value; what is not base64 decodes to what it can. */
export function fromBase64(value: string): string {
  return Buffer.from(value, "base64").toString("utf8");
}

export function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
