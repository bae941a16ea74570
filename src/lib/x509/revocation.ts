import { verify } from "node:crypto";
import { fromBER } from "asn1js";
import { CertificateRevocationList } from "pkijs";
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

function parse(der: Uint8Array): ParsedRevocationList | undefined {
  const asn1 = fromBER(der);
  if (asn1.offset !== der.byteLength) return undefined;
  const list = new CertificateRevocationList({ schema: asn1.result });
  const issuer = nameKey(list.issuer);
  const known = new Map<string, boolean>();
  return {
    serials: new Set(
      (list.revokedCertificates ?? []).map(({ userCertificate }) =>
        serialText(Buffer.from(userCertificate.valueBlock.valueHexView).toString("hex")),
      ),
    ),
    nextUpdate: list.nextUpdate?.value.getTime(),
    isSignedBy(parent) {
      const { sha256 } = parent.facts;
      const result = known.get(sha256) ?? (issuer === parent.subject && isSigned(list, parent));
      known.set(sha256, result);
      return result;
    },
  };
}

function serialText(hex: string): string {
  return hex.replace(/^0+(?=.)/, "");
}

/** As Go's CheckSignatureFrom: the signer is a CA, and its key usage, if it has one, is cRLSign too. */
function isSigned(list: CertificateRevocationList, { facts, native }: ParsedCertificate): boolean {
  const hash = HASHES.get(list.signatureAlgorithm.algorithmId);
  if (hash === undefined || !facts.ca || facts.keyUsage?.includes("cRLSign") === false)
    return false;
  const signature = list.signatureValue.valueBlock.valueHexView;
  return verify(hash, list.tbsView, native.publicKey, signature);
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
