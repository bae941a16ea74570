import type { TrustFault } from "../../model/trust.ts";
import type { ParsedCertificate } from "./certificate.ts";

/** What is wrong with a path, whatever the time. */
export interface PathFault {
  fault: TrustFault;
  reason: string;
  certificate: ParsedCertificate;
}

/** What a path is held to beside its certificates. */
export interface PathTerms {
  /**
   * The last certificate is a trust anchor as RFC 5280, section 6.1.1 has it: a name and a key. It needs
   * neither CA:true nor a signature of its own, and says nothing of the path, as with rustls.
   */
  anchored?: boolean;
  /** CAs that will stand between the first certificate and those of workloads. */
  below?: number;
}

/** Extensions that path validation processes, or that have no say in it: these may be critical. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  "2.5.29.14", // subject key identifier
  "2.5.29.15", // key usage
  "2.5.29.17", // subject alternative name
  "2.5.29.19", // basic constraints
  "2.5.29.30", // name constraints
  "2.5.29.31", // CRL distribution points
  "2.5.29.32", // certificate policies
  "2.5.29.33", // policy mappings
  "2.5.29.35", // authority key identifier
  "2.5.29.36", // policy constraints
  "2.5.29.37", // extended key usage
  "2.5.29.54", // inhibit anyPolicy
]);

const WEAK_SIGNATURES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.2", "MD2"],
  ["1.2.840.113549.1.1.4", "MD5"],
  ["1.2.840.113549.1.1.5", "SHA-1"],
  ["1.2.840.10045.4.1", "SHA-1"],
]);

/**
 * The rules of RFC 5280 that pkijs' engine leaves out: every certificate of the path must be one
 * that may sign others, the first one too, since workload certificates follow it; path lengths; and
 * critical extensions, of which the engine looks only for those that it cannot parse. A root is
 * held to them as well, as Go and OpenSSL do.
 * @param path from the signing certificate to the root
 */
export function pathFault(
  path: readonly ParsedCertificate[],
  { anchored = false, below: first = 0 }: PathTerms = {},
): PathFault | undefined {
  let below = first;
  for (const [index, certificate] of path.entries()) {
    const isRoot = index === path.length - 1;
    if (isRoot && anchored) return undefined;
    const found = certificateFault(certificate, below, isRoot);
    if (found) return { ...found, certificate };
    // A certificate that a CA issues to itself, such as for a new key, takes no room in the path.
    if (certificate.subject !== certificate.issuer) below += 1;
  }
  return undefined;
}

type Found = Omit<PathFault, "certificate">;

function certificateFault(
  certificate: ParsedCertificate,
  below: number,
  isRoot: boolean,
): Found | undefined {
  const { facts, rules } = certificate;
  const unknown = rules.extensions?.find(
    ({ critical, extnID }) => critical && !KNOWN_EXTENSIONS.has(extnID),
  );
  if (unknown) {
    return {
      fault: "critical-extension",
      reason: `${facts.subject} has critical extension ${unknown.extnID}, which path validation does not know`,
    };
  }
  if (!facts.ca && !(isRoot && certificate.versionOne)) {
    return { fault: "not-a-ca", reason: `${facts.subject} is not a CA (CA:true is missing)` };
  }
  if (!maySign(certificate)) {
    return {
      fault: "key-usage",
      reason: `${facts.subject} may not sign certificates (its key usage lacks keyCertSign)`,
    };
  }
  const purpose = missingPurpose(certificate);
  if (purpose !== undefined) {
    return {
      fault: "purpose",
      reason: `${facts.subject} allows no TLS ${purpose.role} below it (its extended key usage lacks ${purpose.name}), and every workload is both client and server`,
    };
  }
  if (facts.pathLength !== undefined && below > facts.pathLength) {
    return {
      fault: "path-length",
      reason: `${facts.subject} allows ${count(facts.pathLength)} below it (pathlen:${facts.pathLength}), the chain has ${below}`,
    };
  }
  const weak = isRoot ? undefined : WEAK_SIGNATURES.get(rules.signatureAlgorithm.algorithmId);
  if (weak) {
    return {
      fault: "weak-signature",
      reason: `${facts.subject} is signed with ${weak}, which istiod refuses`,
    };
  }
  return undefined;
}

/** Key usage, if it is there, includes keyCertSign. */
export function maySign({ facts }: ParsedCertificate): boolean {
  return facts.keyUsage?.includes("keyCertSign") ?? true;
}

const PURPOSES = [
  { oid: "1.3.6.1.5.5.7.3.2", name: "clientAuth", role: "clients" },
  { oid: "1.3.6.1.5.5.7.3.1", name: "serverAuth", role: "servers" },
];

/**
 * What Go, OpenSSL and rustls hold a path to: purposes that a CA leaves out are none of what it signs.
 * Go takes anyExtendedKeyUsage for all of them; the others want each by its name.
 */
function missingPurpose({
  facts: { purposes },
}: ParsedCertificate): (typeof PURPOSES)[0] | undefined {
  return purposes && PURPOSES.find(({ oid }) => !purposes.includes(oid));
}

function count(intermediates: number): string {
  if (intermediates === 0) return "no intermediate";
  return intermediates === 1 ? "one intermediate" : `${intermediates} intermediates`;
}
