import { createHash, X509Certificate } from "node:crypto";
import type { CertificateFacts } from "../../model/trust.ts";
import { elementAt } from "./der.ts";
import {
  readAuthorityKeyId,
  readBasicConstraints,
  readBits,
  readFields,
  readSubjectKeyId,
  type Extension,
} from "./fields.ts";
import { nameKey, nameText } from "./names.ts";

/** A certificate parsed once: `facts` for people, the rest for path validation. */
export interface ParsedCertificate {
  facts: CertificateFacts;
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
  /** OID of the algorithm that it is signed with. */
  signatureAlgorithm: string;
  /** OIDs of its extensions; none that version 1 would have. */
  extensions: readonly Pick<Extension, "oid" | "critical">[];
}

const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
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

/** The certificate, or why it is none: never throws. */
export function parseCertificate(der: Uint8Array): ParsedCertificate | string {
  try {
    if (!isWhole(der)) return "is cut off or has data after the certificate";
    return parse(der);
  } catch {
    return "is not a certificate";
  }
}

function isWhole(der: Uint8Array): boolean {
  try {
    return elementAt(der, 0).bytes.length === der.length;
  } catch {
    return false;
  }
}

function parse(der: Uint8Array): ParsedCertificate | string {
  const native = new X509Certificate(der);
  const fields = readFields(der);
  const { extensions, notAfter, notBefore, signatureAlgorithm, versionOne } = fields;
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length) {
    return "has an extension twice";
  }
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return "has a date that is none";

  const value = <T>(oid: string, read: (value: Uint8Array) => T, malformed: T): T | undefined => {
    const extension = extensions.find((one) => one.oid === oid);
    return extension && readOr(() => read(extension.value), malformed);
  };
  const constraints = value(BASIC_CONSTRAINTS, readBasicConstraints, { ca: false });
  const keyUsage = value(KEY_USAGE, keyUsageOf, []);
  const [subject, issuer] = [nameKey(fields.subject), nameKey(fields.issuer)];
  return {
    native,
    subject,
    issuer,
    versionOne,
    signatureAlgorithm,
    extensions: versionOne ? [] : extensions,
    keyId: value(SUBJECT_KEY_ID, readSubjectKeyId, undefined),
    issuerKeyId: value(AUTHORITY_KEY_ID, readAuthorityKeyId, undefined),
    facts: {
      sha256: createHash("sha256").update(der).digest("hex"),
      subject: nameText(fields.subject),
      issuer: nameText(fields.issuer),
      serial: native.serialNumber.toLowerCase(),
      notBefore,
      notAfter,
      ca: false,
      ...constraints,
      ...(keyUsage === undefined ? {} : { keyUsage }),
      selfSigned: subject === issuer && isSigned(native, native),
      key: keyText(native),
    },
  };
}

function readOr<T>(read: () => T, malformed: T): T {
  try {
    return read();
  } catch {
    return malformed;
  }
}

/** Whether `parent`'s key signed `child`; false also for keys and algorithms that are not known. */
export function isSigned(child: X509Certificate, parent: X509Certificate): boolean {
  try {
    return child.verify(parent.publicKey);
  } catch {
    return false;
  }
}

/** A value that is no bit string allows nothing. */
function keyUsageOf(value: Uint8Array): string[] {
  const bits = readBits(value);
  return USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function keyText({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === "rsa" || type === "rsa-pss") return `RSA ${details?.modulusLength}`;
  if (type === "ec") return `EC ${CURVES[details?.namedCurve ?? ""] ?? details?.namedCurve}`;
  return type === undefined ? "unknown" : (KEYS[type] ?? type);
}
