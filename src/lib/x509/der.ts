/*
 * Enough of DER to read a certificate that OpenSSL has taken for one. Every function throws on what
 * is not DER: who calls catches once.
 */

/** One element: its tag, its content, and all of it. */
export interface Element {
  tag: number;
  value: Uint8Array;
  bytes: Uint8Array;
}

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const SEQUENCE = 0x30;

/** The element at an offset. */
export function elementAt(bytes: Uint8Array, start: number): Element {
  const tag = bytes[start];
  const first = bytes[start + 1];
  // Tags of more than one byte and lengths without end do not occur in certificates.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f || first === 0x80) {
    throw new Error("malformed");
  }
  let from = start + 2;
  let length = first;
  if (first > 0x80) {
    length = 0;
    for (let left = first & 0x7f; left > 0; left -= 1) length = length * 256 + (bytes[from++] ?? 0);
  }
  const end = from + length;
  if (end > bytes.length) throw new Error("malformed");
  return { tag, value: bytes.subarray(from, end), bytes: bytes.subarray(start, end) };
}

/** The elements that a value is made of. */
export function elementsIn(value: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < value.length;) {
    const element = elementAt(value, at);
    found.push(element);
    at += element.bytes.length;
  }
  return found;
}

/** The only element of a value. */
export function onlyElement(value: Uint8Array, tag: number): Element {
  const element = elementAt(value, 0);
  if (element.tag !== tag || element.bytes.length !== value.length) throw new Error("malformed");
  return element;
}

/** `2.5.29.19`; one with a number too large for JavaScript in hex, which names it as well. */
export function oidText(value: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of value) {
    number = number * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(number)) return Buffer.from(value).toString("hex");
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [both = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(both / 40));
  return [top, both - 40 * top, ...rest].join(".");
}

/** A small whole number; nothing for one of more than 32 bits. */
export function integerOf(value: Uint8Array): number | undefined {
  if (value.length === 0 || value.length > 4) return undefined;
  return Buffer.from(value).readIntBE(0, value.length);
}

type Decoder = (value: Buffer) => string;

const latin1: Decoder = (value) => value.toString("latin1");

const STRINGS: ReadonlyMap<number, Decoder> = new Map([
  [0x0c, (value) => value.toString("utf8")], // UTF8String
  [0x12, latin1], // NumericString
  [0x13, latin1], // PrintableString
  [0x14, latin1], // TeletexString
  [0x16, latin1], // IA5String
  [0x1a, latin1], // VisibleString
  [0x1c, (value) => wide(value, 4)], // UniversalString
  [0x1e, (value) => wide(value, 2)], // BMPString
]);

/** The text of a string of any kind; nothing for what is no string. */
export function textOf({ tag, value }: Element): string | undefined {
  return STRINGS.get(tag)?.(Buffer.from(value));
}

/** Characters of a fixed number of bytes. */
function wide(value: Buffer, width: number): string {
  let text = "";
  for (let at = 0; at + width <= value.length; at += width) {
    const code = value.readUIntBE(at, width);
    text += code > 0x10_ff_ff ? "\uFFFD" : String.fromCodePoint(code);
  }
  return text;
}
