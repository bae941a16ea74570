import { readPem } from "../lib/x509/pem.ts";
import { array, property, string } from "../lib/json.ts";
import { Cut, type Keep, WHOLE } from "./keep.ts";
import { publicText } from "./pem.ts";

/*
 * A SPIFFE bundle (SPIFFE Trust Domain and Bundle, section 4): a set of JSON web keys, of which those
 * with use x509-svid carry one certificate each, a root. Only these are kept.
 */

const UNREADABLE = "%unreadable ";

type SpiffeBundle = { pem: string; unreadable?: never } | { unreadable: string };

function pemOf(key: unknown): string {
  const body = string(array(property(key, "x5c"))[0]) ?? "";
  const lines = body.replaceAll(/\s/g, "").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** The roots of key bundle.spiffe as PEM, or why they cannot be read. Never throws. */
export function readSpiffeBundle(text: string): SpiffeBundle {
  if (text.startsWith(UNREADABLE)) return { unreadable: text.slice(UNREADABLE.length) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { unreadable: "it is not JSON" };
  }
  const keys = array(property(value, "keys"));
  const roots = keys.filter((key) => string(property(key, "use")) === "x509-svid");
  return { pem: publicText(roots.map(pemOf).join("")) };
}

function slim(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const bundle = readSpiffeBundle(value);
  if (bundle.unreadable !== undefined) return UNREADABLE + bundle.unreadable;
  const { certificates } = readPem(bundle.pem);
  const keys = certificates.map((der) => ({
    use: "x509-svid",
    x5c: [Buffer.from(der).toString("base64")],
  }));
  return JSON.stringify({ keys });
}

/** Key bundle.spiffe of the ConfigMap that agents take the roots from. */
export const SPIFFE_BUNDLE: Keep = new Cut(WHOLE, slim);
