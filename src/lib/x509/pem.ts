/*
 * PEM as Go's encoding/pem reads it, and so istiod: a block begins and ends with lines of its own,
 * the last BEGIN before an END counts, and what does not fit is skipped without a word. Here every
 * BEGIN that is skipped is told. Brings nothing with it: others may import this file at once.
 */

/** Why a BEGIN opens no block. */
export type PemFault =
  | "glued"
  | "indented"
  | "text-before"
  | "text-after"
  | "literal-newlines"
  | "no-end"
  | "no-begin"
  | "end-inside-line"
  | "end-text-after"
  | "labels-differ"
  | "not-base64";

/** A block that Go takes. */
export interface PemBlock {
  kind: "block";
  /** Such as `CERTIFICATE`. */
  label: string;
  /** Base64 without white space. */
  body: string;
  /** `Key: value` lines stand before the base64: certificate pools leave such blocks out. */
  headers: boolean;
}

/** A BEGIN that Go skips, or an END that belongs to none. */
export interface SkippedPem {
  kind: "skipped";
  label: string;
  fault: PemFault;
}

export type PemItem = PemBlock | SkippedPem;

const BEGIN = "-----BEGIN ";
const END = "-----END ";
const END_LINE = `\n${END}`;
const DASHES = "-----";
const MARKER = /-----(?:BEGIN|END) /g;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

interface Line {
  /** Without its line end and white space before that. */
  text: string;
  /** Where the next line begins. */
  next: number;
}

function lineAt(text: string, from: number): Line {
  const found = text.indexOf("\n", from);
  const end = found < 0 ? text.length : found;
  const cut = found > from && text[found - 1] === "\r" ? found - 1 : end;
  return { text: text.slice(from, cut).replace(/[ \t]+$/, ""), next: found < 0 ? end : found + 1 };
}

interface Decoded {
  block: PemBlock;
  /** Where its BEGIN stands. */
  begin: number;
  /** Where the text after it begins. */
  next: number;
}

/** The next block from a position on, as `pem.Decode` of Go 1.26 finds it. */
function decode(text: string, from: number): Decoded | undefined {
  let start = from;
  for (;;) {
    const end = text.indexOf(END_LINE, start);
    if (end < 0) return undefined;
    const trailer = end + END_LINE.length;
    const begin = text.slice(start, end).lastIndexOf(BEGIN) + start;
    const opens = begin >= start && (begin === start || text[begin - 1] === "\n");
    const found = opens ? blockAt(text, begin, end) : "skip";
    if (found === "end") return undefined;
    if (found !== "skip") return { block: found, begin, next: lineAt(text, trailer - 1).next };
    start = trailer;
  }
}

function blockAt(text: string, begin: number, end: number): PemBlock | "skip" | "end" {
  const trailer = end + END_LINE.length;
  const opening = lineAt(text, begin + BEGIN.length);
  if (!opening.text.endsWith(DASHES)) return "skip";
  const label = opening.text.slice(0, -DASHES.length);
  let position = opening.next;
  let headers = false;
  for (;;) {
    if (position >= text.length) return "end";
    const line = lineAt(text, position);
    if (!line.text.includes(":")) break;
    headers = true;
    position = line.next;
  }
  // The headers ran over the END.
  if (headers && end < position) return trailer < position ? "end" : "skip";
  if (!text.startsWith(`${label}${DASHES}`, trailer)) return "skip";
  if (lineAt(text, trailer + label.length + DASHES.length).text !== "") return "skip";
  const body = end > position ? text.slice(position, end).replaceAll(/[ \t\r\n]/g, "") : "";
  return BASE64.test(body) ? { kind: "block", label, body, headers } : "skip";
}

/** Everything that a PEM text holds, in its order. Takes time in proportion to the text. */
export function readPemItems(text: string): PemItem[] {
  const items: PemItem[] = [];
  let position = 0;
  for (;;) {
    const decoded = decode(text, position);
    items.push(...skippedIn(text, position, decoded?.begin ?? text.length));
    if (!decoded) return items;
    items.push(decoded.block);
    position = decoded.next;
  }
}

interface Marker {
  at: number;
  opens: boolean;
}

function skippedIn(text: string, from: number, to: number): SkippedPem[] {
  const markers: Marker[] = [...text.slice(from, to).matchAll(MARKER)].map(
    ({ index, 0: found }) => ({
      at: from + index,
      opens: found === BEGIN,
    }),
  );
  const items: SkippedPem[] = [];
  for (const [index, marker] of markers.entries()) {
    const [before, next] = [markers[index - 1], markers[index + 1]];
    if (marker.opens) {
      const end = next && !next.opens ? next.at : undefined;
      items.push(skipped(text, marker.at, end));
    } else if (!before?.opens && !(next?.opens && isOnOneLine(text, marker.at, next.at))) {
      items.push({
        kind: "skipped",
        label: labelAt(text, marker.at + END.length),
        fault: "no-begin",
      });
    }
  }
  return items;
}

function isOnOneLine(text: string, from: number, to: number): boolean {
  return !text.slice(from, to).includes("\n");
}

/** What stands between the marker and the dashes that close it. */
function labelAt(text: string, at: number): string {
  const line = lineAt(text, at).text;
  const close = line.indexOf(DASHES);
  return close < 0 ? line : line.slice(0, close);
}

function skipped(text: string, begin: number, end: number | undefined): SkippedPem {
  const label = labelAt(text, begin + BEGIN.length);
  return { kind: "skipped", label, fault: faultOf(text, label, begin, end) };
}

function faultOf(text: string, label: string, begin: number, end: number | undefined): PemFault {
  const before = text.slice(text.lastIndexOf("\n", begin - 1) + 1, begin);
  const after = lineAt(text, begin + BEGIN.length).text.slice(label.length + DASHES.length);
  if (/^(?:\\r)?\\n/.test(after)) return "literal-newlines";
  if (before !== "" && begin > 0) {
    if (/^[ \t]*$/.test(before)) return "indented";
    return before.endsWith(DASHES) && before.includes(END) ? "glued" : "text-before";
  }
  if (after !== "") return "text-after";
  if (end === undefined) return "no-end";
  if (text[end - 1] !== "\n") return "end-inside-line";
  const closing = lineAt(text, end + END.length).text;
  if (closing === `${label}${DASHES}`) return "not-base64";
  return closing.startsWith(`${label}${DASHES}`) ? "end-text-after" : "labels-differ";
}

const FAULTS: Readonly<Record<PemFault, (block: string) => string>> = {
  glued: (block) => `${block} begins on the line that ends another (a line break is missing)`,
  indented: (block) => `the BEGIN line of ${block} is indented`,
  "text-before": (block) =>
    `the BEGIN line of ${block} has other text, or a byte order mark, before it`,
  "text-after": (block) => `the BEGIN line of ${block} has other text after it`,
  "literal-newlines": (block) => String.raw`${block} has the characters \n in place of line breaks`,
  "no-end": (block) => `${block} has no END line`,
  "no-begin": () => "an END line has no BEGIN line",
  "end-inside-line": (block) => `the END line of ${block} is indented or has other text before it`,
  "end-text-after": (block) => `the END line of ${block} has other text after it`,
  "labels-differ": (block) => `${block} begins and ends with different names`,
  "not-base64": (block) => `${block} is not base64`,
};

const CERTIFICATE = "CERTIFICATE";
const CRL = "X509 CRL";
/** Labels of certificates in other forms, which OpenSSL writes and reads, and Go passes over. */
export const OTHER_FORMS: readonly string[] = ["TRUSTED CERTIFICATE", "X509 CERTIFICATE", "PKCS7"];

/** What a PEM text holds: the DER of its certificates, and what kept others out. */
export interface PemBlocks {
  certificates: Uint8Array[];
  /** The DER of its certificate revocation lists. */
  crls: Uint8Array[];
  /** In words: `block 2 has no END line`. */
  problems: string[];
  /** The first block is of another kind: Go looks at no later one where it wants one certificate. */
  otherFirst: boolean;
}

/** Takes the certificates out of a PEM text as Go does. Unlike Go it says what it had to leave out. */
export function readPem(text: string): PemBlocks {
  const items = readPemItems(text);
  const found: PemBlocks = { certificates: [], crls: [], problems: [], otherFirst: false };
  let count = 0;
  for (const item of items) {
    if (item.kind === "block" || item.fault !== "no-begin") count += 1;
    const name = `block ${count}`;
    if (item.kind === "skipped") found.problems.push(FAULTS[item.fault](name));
    else if (item.label === CRL) found.crls.push(Buffer.from(item.body, "base64"));
    else if (OTHER_FORMS.includes(item.label)) {
      found.problems.push(`${name} is ${item.label}, which Go does not take for a certificate`);
    } else if (item.label !== CERTIFICATE) continue;
    else if (item.headers) found.problems.push(`${name} has header lines`);
    else if (item.body === "") found.problems.push(`${name} is empty`);
    else found.certificates.push(Buffer.from(item.body, "base64"));
  }
  const first = items.find(({ kind }) => kind === "block");
  found.otherFirst = first !== undefined && first.label !== CERTIFICATE;
  return found;
}
