import { verify } from "node:crypto";
import {
  BitString,
  fromBER,
  GeneralizedTime,
  Integer,
  ObjectIdentifier,
  Sequence,
  UTCTime,
  type BaseBlock,
} from "asn1js";
import { RelativeDistinguishedNames } from "pkijs";
import type { RevocationFacts } from "../../model/trust.ts";
import type { ParsedCertificate } from "./certificate.ts";
import { nameKey } from "./names.ts";

/** A certificate revocation list parsed once. */
export interface ParsedRevocationList {
  /** Serial numbers as certificates have them: lower-case hex without leading zeros. */
  serials: ReadonlySet<string>;
  /** When the next one is due, ms; absent when it does not say. */
  nextUpdate: number | undefined;
  /** Whether this certificate signed it, and is one that may. */
  isSignedBy: (parent: ParsedCertificate) => boolean;
}

/** By the OID of the signature: the hash, null where the algorithm has its own. Go takes no others. */
const HASHES: ReadonlyMap<string, string | null> = new Map([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.3.101.112", null],
]);

/** The list, or nothing where it is none: never throws. */
export function parseRevocationList(der: Uint8Array): ParsedRevocationList | undefined {
  try {
    return parse(der);
  } catch {
    return undefined;
  }
}

/**
 * What of a list counts, by RFC 5280, section 5.1. pkijs 4.0.0 cannot read lists without entries
 * ("undefined is not iterable"), so they are taken apart here.
 */
interface List {
  /** What the signature is of. */
  signed: Uint8Array;
  algorithm: string;
  signature: Uint8Array;
  issuer: string;
  nextUpdate: number | undefined;
  revoked: BaseBlock[];
}

function parse(der: Uint8Array): ParsedRevocationList | undefined {
  const list = listOf(der);
  if (!list) return undefined;
  const known = new Map<string, boolean>();
  return {
    serials: new Set(list.revoked.flatMap(serialOf)),
    nextUpdate: list.nextUpdate,
    isSignedBy(parent) {
      const { sha256 } = parent.facts;
      const result =
        known.get(sha256) ?? (list.issuer === parent.subject && isSigned(list, parent));
      known.set(sha256, result);
      return result;
    },
  };
}

function children(block: BaseBlock | undefined): BaseBlock[] {
  return block instanceof Sequence ? block.valueBlock.value : [];
}

function isTime(block: BaseBlock | undefined): block is UTCTime {
  return block instanceof UTCTime || block instanceof GeneralizedTime;
}

function listOf(der: Uint8Array): List | undefined {
  const outer = fromBER(der);
  if (outer.offset !== der.byteLength) return undefined;
  const [tbs, algorithm, signature] = children(outer.result);
  const [oid] = children(algorithm);
  const fields = children(tbs);
  // The version is left out in the first one.
  if (fields[0] instanceof Integer) fields.shift();
  const [, issuer, thisUpdate, ...rest] = fields;
  const isList =
    tbs instanceof Sequence && issuer instanceof Sequence && signature instanceof BitString;
  if (!isList || !(oid instanceof ObjectIdentifier) || !isTime(thisUpdate)) return undefined;
  const next = isTime(rest[0]) ? rest.shift() : undefined;
  return {
    signed: tbs.valueBeforeDecodeView,
    algorithm: oid.getValue(),
    signature: signature.valueBlock.valueHexView,
    issuer: nameKey(new RelativeDistinguishedNames({ schema: issuer })),
    nextUpdate: isTime(next) ? next.toDate().getTime() : undefined,
    revoked: children(rest[0]),
  };
}

function serialOf(entry: BaseBlock): string[] {
  const [serial] = children(entry);
  if (!(serial instanceof Integer)) return [];
  return [serialText(Buffer.from(serial.valueBlock.valueHexView).toString("hex"))];
}

function serialText(hex: string): string {
  return hex.replace(/^0+(?=.)/, "");
}

/** As Go's CheckSignatureFrom: the signer is a CA, and its key usage, if it has one, is cRLSign too. */
function isSigned(
  { algorithm, signed, signature }: List,
  { facts, native }: ParsedCertificate,
): boolean {
  const hash = HASHES.get(algorithm);
  if (hash === undefined || !facts.ca || facts.keyUsage?.includes("cRLSign") === false)
    return false;
  try {
    return verify(hash, signed, native.publicKey, signature);
  } catch {
    // A key of another kind than the algorithm's.
    return false;
  }
}

/** Whether a list that its issuer signed names a certificate. */
export function isRevoked(
  certificate: ParsedCertificate,
  issuer: ParsedCertificate,
  lists: readonly ParsedRevocationList[],
): boolean {
  const serial = serialText(certificate.facts.serial);
  return lists.some((list) => list.serials.has(serial) && list.isSignedBy(issuer));
}

/**
 * What istiod and Envoy ask of revocation lists: once there is one, each certificate of the chain
 * must have signed one, and none may be out of date.
 */
export function judgeLists(
  lists: readonly ParsedRevocationList[],
  chain: readonly ParsedCertificate[],
  now: number,
): RevocationFacts {
  const without = chain.filter((one) => !lists.some((list) => list.isSignedBy(one)));
  const overdue = chain.filter((one) =>
    lists.some(
      (list) => list.nextUpdate !== undefined && list.nextUpdate < now && list.isSignedBy(one),
    ),
  );
  return {
    without: without.map(({ facts }) => facts),
    overdue: overdue.map(({ facts }) => facts),
  };
}
