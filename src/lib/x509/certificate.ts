import { createHash, X509Certificate } from "node:crypto";
import { BitString, fromBER, OctetString } from "asn1js";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
} from "pkijs";
import type { CertificateFacts } from "../../model/trust.ts";
import { defined } from "../defined.ts";
import { ComparableName, nameKey, nameText } from "./names.ts";

/** A certificate parsed once: `facts` for people, `rules` for path validation, `native` for keys. */
export interface ParsedCertificate {
  facts: CertificateFacts;
  rules: Certificate;
  native: X509Certificate;
  /** Subject and issuer as they compare. */
  subject: string;
  issuer: string;
  /** Of X.509 version 1, which cannot say whether it is a CA: only a root may be. */
  versionOne: boolean;
  /** Hex of the subject key identifier, when it has one. */
  keyId: string | undefined;
  /** Hex of the key that its issuer is to have, when it says. */
  issuerKeyId: string | undefined;
}

const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SUBJECT_KEY_ID = "2.5.29.14";
const AUTHORITY_KEY_ID = "2.5.29.35";

/** In the order of the bits. */
const USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

const KEYS: Readonly<Record<string, string>> = { ed25519: "Ed25519", ed448: "Ed448" };

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/** What is remembered; a mesh has a few certificates, a bundle of system roots some 150. */
const MOST_REMEMBERED = 1000;

/**
 * By base64 of the certificate, oldest first: parsing one takes a millisecond, and who waits for a
 * mesh or watches it asks for the same ones every few seconds.
 */
const remembered = new Map<string, ParsedCertificate | string>();

/** The certificate, the same object for the same bytes, or why it is none: never throws. */
export function parseCertificate(der: Uint8Array): ParsedCertificate | string {
  const key = Buffer.from(der).toString("base64");
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const parsed = tryToParse(der);
  for (const oldest of remembered.keys()) {
    if (remembered.size < MOST_REMEMBERED) break;
    remembered.delete(oldest);
  }
  remembered.set(key, parsed);
  return parsed;
}

function tryToParse(der: Uint8Array): ParsedCertificate | string {
  try {
    return parse(der);
  } catch {
    return "is not a certificate";
  }
}

function parse(der: Uint8Array): ParsedCertificate | string {
  const asn1 = fromBER(der);
  if (asn1.offset !== der.byteLength) return "is cut off or has data after the certificate";
  const rules = new Certificate({ schema: asn1.result });
  const native = new X509Certificate(der);
  const extensions = rules.extensions ?? [];
  if (new Set(extensions.map(({ extnID }) => extnID)).size < extensions.length) {
    return "has an extension twice";
  }
  const notBefore = rules.notBefore.value.getTime();
  const notAfter = rules.notAfter.value.getTime();
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return "has a date that is none";

  const value = (oid: string): unknown =>
    extensions.find(({ extnID }) => extnID === oid)?.parsedValue;
  const constraints = value(BASIC_CONSTRAINTS);
  const ca = constraints instanceof BasicConstraints && constraints.cA;
  const pathLength = ca ? pathLengthOf(constraints) : undefined;
  const usage = extensions.find(({ extnID }) => extnID === KEY_USAGE);
  const keyUsage = usage && keyUsageOf(usage.parsedValue);
  const purposes = extensions.some(({ extnID }) => extnID === EXTENDED_KEY_USAGE)
    ? purposesOf(value(EXTENDED_KEY_USAGE))
    : undefined;
  const keyId = value(SUBJECT_KEY_ID);
  const authority = value(AUTHORITY_KEY_ID);
  const [subject, issuer] = [nameKey(rules.subject), nameKey(rules.issuer)];
  rules.subject = new ComparableName(rules.subject);
  rules.issuer = new ComparableName(rules.issuer);
  const versionOne = rules.version === 0;
  if (versionOne) rules.extensions = [caExtension()];
  return {
    rules,
    native,
    subject,
    issuer,
    versionOne,
    keyId: keyId instanceof OctetString ? hexOf(keyId) : undefined,
    issuerKeyId:
      authority instanceof AuthorityKeyIdentifier ? hexOf(authority.keyIdentifier) : undefined,
    facts: {
      sha256: createHash("sha256").update(der).digest("hex"),
      subject: nameText(rules.subject),
      issuer: nameText(rules.issuer),
      serial: native.serialNumber.toLowerCase(),
      notBefore,
      notAfter,
      ca,
      ...defined({ pathLength, keyUsage, purposes }),
      selfSigned: subject === issuer && isSigned(native, native),
      key: keyText(native),
    },
  };
}

/** For pkijs' engine, which takes no root that does not say that it is a CA; version 1 cannot. */
function caExtension(): Extension {
  const extnValue = new BasicConstraints({ cA: true }).toSchema().toBER();
  return new Extension({ extnID: BASIC_CONSTRAINTS, critical: true, extnValue });
}

/** Whether `parent`'s key signed `child`; false also for keys and algorithms that are not known. */
export function isSigned(child: X509Certificate, parent: X509Certificate): boolean {
  try {
    return child.verify(parent.publicKey);
  } catch {
    return false;
  }
}

function pathLengthOf({ pathLenConstraint }: BasicConstraints): number | undefined {
  // One too large for a number limits nothing.
  return typeof pathLenConstraint === "number" ? pathLenConstraint : undefined;
}

/** A value that is no list of purposes allows none. */
function purposesOf(usage: unknown): string[] {
  return usage instanceof ExtKeyUsage ? usage.keyPurposes : [];
}

/** A value that is no bit string allows nothing. */
function keyUsageOf(bits: unknown): string[] {
  if (!(bits instanceof BitString)) return [];
  const bytes = bits.valueBlock.valueHexView;
  return USAGES.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function hexOf(octets: OctetString | undefined): string | undefined {
  return octets && Buffer.from(octets.valueBlock.valueHexView).toString("hex");
}

function keyText({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === "rsa" || type === "rsa-pss") return `RSA ${details?.modulusLength}`;
  if (type === "ec") return `EC ${CURVES[details?.namedCurve ?? ""] ?? details?.namedCurve}`;
  return type === undefined ? "unknown" : (KEYS[type] ?? type);
}
