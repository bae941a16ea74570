import {
  BIT_STRING,
  BOOLEAN,
  elementAt,
  elementsIn,
  INTEGER,
  integerOf,
  OCTET_STRING,
  oidText,
  onlyElement,
  SEQUENCE,
  type Element,
} from "./der.ts";
import { readName, type NamePart } from "./names.ts";

/** What a certificate says of itself, as far as Node's X509Certificate does not tell. */
export interface CertificateFields {
  versionOne: boolean;
  /** OID of the algorithm that it is signed with. */
  signatureAlgorithm: string;
  issuer: NamePart[];
  subject: NamePart[];
  /** ms; NaN for a date that is none. */
  notBefore: number;
  notAfter: number;
  extensions: Extension[];
}

export interface Extension {
  oid: string;
  critical: boolean;
  /** DER. */
  value: Uint8Array;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const KEY_IDENTIFIER = 0x80;
const TRUE = 0xff;

/** @throws Error it is not made as a certificate is */
export function readFields(der: Uint8Array): CertificateFields {
  const [body, algorithm] = elementsIn(onlyElement(der, SEQUENCE).value);
  if (!body || !algorithm) throw new Error("malformed");
  const fields = elementsIn(body.value);
  const version = fields[0]?.tag === VERSION ? fields.shift() : undefined;
  const [, , issuer, validity, subject, ...rest] = fields;
  if (!issuer || !validity || !subject) throw new Error("malformed");
  const [notBefore, notAfter] = elementsIn(validity.value);
  const extensions = rest.find(({ tag }) => tag === EXTENSIONS);
  return {
    versionOne: version === undefined || integerOf(elementAt(version.value, 0).value) === 0,
    signatureAlgorithm: oidText(elementAt(algorithm.value, 0).value),
    issuer: readName(issuer),
    subject: readName(subject),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    extensions: extensions
      ? elementsIn(onlyElement(extensions.value, SEQUENCE).value).map(readExtension)
      : [],
  };
}

/** Seconds and UTC, as RFC 5280 wants them; years of two digits are of 1950 to 2049. */
const TIMES: ReadonlyMap<number, RegExp> = new Map([
  [0x17, /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/],
  [0x18, /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/],
]);

function readTime(element: Element | undefined): number {
  const text = element && Buffer.from(element.value).toString("latin1");
  const [, digits = "", ...rest] = TIMES.get(element?.tag ?? 0)?.exec(text ?? "") ?? [];
  const century = digits.length === 4 ? "" : digits < "50" ? "20" : "19";
  const [month, day, hour, minute, second] = rest;
  const time = Date.parse(`${century}${digits}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse takes the 30th of February for the 2nd of March.
  return new Date(time).getUTCDate() === Number(day) ? time : Number.NaN;
}

function readExtension({ value }: Element): Extension {
  const parts = elementsIn(value);
  const [oid] = parts;
  const last = parts.at(-1);
  if (!oid || last?.tag !== OCTET_STRING) throw new Error("malformed");
  const flag = parts.find(({ tag }) => tag === BOOLEAN);
  return { oid: oidText(oid.value), critical: (flag?.value[0] ?? 0) !== 0, value: last.value };
}

/** Whether it is a CA, and how many intermediates may follow. */
export function readBasicConstraints(value: Uint8Array): { ca: boolean; pathLength?: number } {
  const [ca, length, ...more] = elementsIn(onlyElement(value, SEQUENCE).value);
  if (ca?.tag !== BOOLEAN || ca.value[0] !== TRUE) return { ca: false };
  if (more.length > 0 || (length && length.tag !== INTEGER)) throw new Error("malformed");
  // One too large for a number limits nothing.
  const pathLength = length && integerOf(length.value);
  return pathLength === undefined ? { ca: true } : { ca: true, pathLength };
}

/** The bits of a key usage, first byte first. */
export function readBits(value: Uint8Array): Uint8Array {
  const [unused = 8, ...bits] = onlyElement(value, BIT_STRING).value;
  if (unused > 7) throw new Error("malformed");
  return Uint8Array.from(bits);
}

export function readSubjectKeyId(value: Uint8Array): string {
  return hex(onlyElement(value, OCTET_STRING).value);
}

export function readAuthorityKeyId(value: Uint8Array): string | undefined {
  const parts = elementsIn(onlyElement(value, SEQUENCE).value);
  const id = parts.find(({ tag }) => tag === KEY_IDENTIFIER);
  return id && hex(id.value);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
