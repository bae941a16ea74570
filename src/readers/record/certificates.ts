import { X509Certificate } from "node:crypto";
import type { Closer } from "../../facts/keep.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----([^-]*)(-----END CERTIFICATE-----)?/g;
const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/**
 * The certificates of a PEM text, each parsed and written anew, so that nothing else can hide in
 * them or behind them. One that cannot be parsed becomes an empty block: it is not the same as none.
 */
export function certificates(text: string): string {
  return [...text.matchAll(BLOCK)]
    .map(([, body = "", end]) => {
      const lines = encode(body);
      return `${[BEGIN, ...lines, ...(end === undefined ? [] : [END])].join("\n")}\n`;
    })
    .join("");
}

/** The lines of base64 of one certificate; none for anything else. */
function encode(body: string): string[] {
  try {
    const { raw } = new X509Certificate(Buffer.from(body, "base64"));
    return raw.toString("base64").match(/.{1,64}/g) ?? [];
  } catch {
    return [];
  }
}

/** How a recording looks at what facts keep as certificates. */
export const CLOSER: Closer = {
  certificates: (value) => (typeof value === "string" ? certificates(value) : undefined),
  "encoded certificates": (value) => {
    const text = Buffer.from(String(value), "base64").toString("utf8");
    return Buffer.from(certificates(text)).toString("base64");
  },
};
