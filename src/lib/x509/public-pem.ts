import { X509Certificate } from "node:crypto";
import { OTHER_FORMS, type PemBlock, type PemFault, type PemItem, readPemItems } from "./pem.ts";

/*
 * What of a PEM text may be kept and shown. Nothing of the text itself stays but certificates and
 * revocation lists: what Go skips is written anew with the same fault, so that neither a snapshot
 * mends a fault by recording it nor anything can hide in one.
 */

/** In the place of every label but these two. */
const OTHER = "OTHER";
/** Those whose bodies may be public. */
const PUBLIC_BODIES: ReadonlySet<string> = new Set(["CERTIFICATE", "X509 CRL"]);
const PUBLIC_LABELS: ReadonlySet<string> = new Set([...PUBLIC_BODIES, ...OTHER_FORMS]);
/** A body that is base64, but no certificate. */
const NO_CERTIFICATE = "AA==";

const begin = (label: string): string => `-----BEGIN ${label}-----`;
const end = (label: string): string => `-----END ${label}-----`;
const whole = (label: string): string => `${begin(label)}\n${end(label)}`;

/** Text with each fault and nothing else; none of them changes how its neighbours are read. */
const STUBS: Readonly<Record<PemFault, (label: string) => string>> = {
  glued: (label) => `${end(label)}${whole(label)}`,
  indented: (label) => `  ${whole(label)}`,
  "text-before": (label) => `#${whole(label)}`,
  "text-after": (label) => `${begin(label)} #\n${end(label)}`,
  "literal-newlines": (label) => String.raw`${begin(label)}\n${end(label)}\n`,
  "no-end": begin,
  "no-begin": end,
  "end-inside-line": (label) => `${begin(label)}\n  ${end(label)}`,
  "end-text-after": (label) => `${whole(label)} #`,
  "labels-differ": (label) => `${begin(label)}\n${end("#")}`,
  "not-base64": (label) => `${begin(label)}\n#\n${end(label)}`,
};

/**
 * Texts that are public as they stand. Every reading, fact and recording asks anew, of the same few
 * roots and chains, and each certificate is parsed to tell.
 */
const KNOWN = new Set<string>();
const MOST_KNOWN = 256;

/**
 * The certificates and revocation lists of a PEM text, and the faults of the rest. Go reads the same
 * certificates from it, and it has the same problems; doing it again changes nothing.
 */
export function publicPem(text: string): string {
  if (KNOWN.has(text)) return text;
  const items = readPemItems(text).map(textOf).join("\n");
  // Without a last line end it would be glued to what is appended to it.
  const kept = items !== "" && text.endsWith("\n") ? `${items}\n` : items;
  // Nothing but what is public is remembered: what was cut holds keys.
  if (kept === text) {
    if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
    KNOWN.add(text);
  }
  return kept;
}

function textOf(item: PemItem): string {
  const label = PUBLIC_LABELS.has(item.label) ? item.label : OTHER;
  if (item.kind === "skipped") return STUBS[item.fault](label);
  const lines = publicBody({ ...item, label }).match(/.{1,64}/g) ?? [];
  const headers = item.headers ? ["Header: #", ""] : [];
  return [begin(label), ...headers, ...lines, end(label)].join("\n");
}

/** The body where it is what its label says; whatever else it may be does not stay. */
function publicBody({ label, body }: PemBlock): string {
  if (body === "" || !PUBLIC_BODIES.has(label)) return "";
  const der = Buffer.from(body, "base64");
  const isPublic = label === "CERTIFICATE" ? isCertificate(der) : isRevocationList(der);
  return isPublic ? der.toString("base64") : NO_CERTIFICATE;
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const TIMES: ReadonlySet<number> = new Set([0x17, 0x18]);

interface Element {
  tag: number;
  /** Where its content begins, and ends. */
  from: number;
  to: number;
}

function element(der: Buffer, at: number): Element {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { tag: der[at] ?? 0, from: at + 2, to: at + 2 + first };
  const size = Math.min(first - 0x80, 6);
  const from = at + 2 + size;
  const length = from <= der.length && size > 0 ? der.readUIntBE(at + 2, size) : der.length;
  return { tag: der[at] ?? 0, from, to: from + length };
}

/** By its first elements: version if any, algorithm, issuer, and then a date, as no key has them. */
function isRevocationList(der: Buffer): boolean {
  const outer = element(der, 0);
  const list = element(der, outer.from);
  if (outer.tag !== SEQUENCE || list.tag !== SEQUENCE || outer.to !== der.length) return false;
  let next = element(der, list.from);
  if (next.tag === INTEGER) next = element(der, next.to);
  const issuer = element(der, next.to);
  const date = element(der, issuer.to);
  return next.tag === SEQUENCE && issuer.tag === SEQUENCE && TIMES.has(date.tag);
}
