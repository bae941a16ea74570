import {
  CertificateChainValidationEngine,
  CryptoEngine,
  NameConstraints,
  type CertificateChainValidationEngineVerifyParams,
} from "pkijs";
import type { TrustVerdict } from "../../model/trust.ts";
import type { ParsedCertificate } from "./certificate.ts";
import { explainNoPath } from "./explain.ts";
import { findPaths, type Candidates, type Path } from "./paths.ts";
import { isRevoked, type ParsedRevocationList } from "./revocation.ts";
import { maySign, pathFault, type PathFault, type PathTerms } from "./rules.ts";

interface JudgedPath {
  certificates: Path;
  /** When all of it is valid, ms: none when `until` is before `from`. */
  from: number;
  until: number;
  fault?: PathFault;
}

/** What holds of a chain under a set of roots at any time; `at` adds the dates. */
export interface ChainJudgement {
  at: (now: number) => TrustVerdict;
}

/**
 * Verifies signatures and rules of every path from a chain to a set of roots, once for all times.
 * @param lists revocation lists of the one who trusts the roots
 */
export async function judgeChain(
  candidates: Candidates,
  lists: readonly ParsedRevocationList[] = [],
  terms: PathTerms = {},
): Promise<ChainJudgement> {
  const paths: JudgedPath[] = [];
  for (const certificates of findPaths(candidates)) {
    paths.push(await judge(certificates, lists, terms));
  }
  const sound = paths.filter(({ fault }) => !fault);
  // The path that lasts longest first: a root about to expire does not count while another holds.
  sound.sort((a, b) => b.until - a.until);
  const [longest] = sound;
  if (!longest) {
    const [broken] = paths.flatMap(({ fault }) => fault ?? []);
    const verdict = broken ? refused(broken) : explainNoPath(candidates);
    return { at: () => verdict };
  }
  return {
    at(now) {
      const valid = sound.find(({ from, until }) => from <= now && now <= until);
      return valid
        ? { ok: true, path: valid.certificates.map(({ facts }) => facts.sha256) }
        : refused(dateFault(longest.certificates, now));
    },
  };
}

export function refused({ fault, reason, certificate }: PathFault): TrustVerdict {
  return { ok: false, fault, reason, certificate: certificate.facts.sha256 };
}

function revocationFault(
  certificates: Path,
  lists: readonly ParsedRevocationList[],
): PathFault | undefined {
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (!issuer || !isRevoked(certificate, issuer, lists)) continue;
    const reason = `${certificate.facts.subject} is revoked by a list of ${issuer.facts.subject}`;
    return { fault: "revoked", reason, certificate };
  }
  return undefined;
}

async function judge(
  certificates: Path,
  lists: readonly ParsedRevocationList[],
  terms: PathTerms,
): Promise<JudgedPath> {
  const from = Math.max(...certificates.map(({ facts }) => facts.notBefore));
  const until = Math.min(...certificates.map(({ facts }) => facts.notAfter));
  const fault =
    pathFault(certificates, terms) ??
    revocationFault(certificates, lists) ??
    (from <= until && isForEngine(certificates, terms)
      ? await refusal(certificates, from)
      : undefined);
  return fault ? { certificates, from, until, fault } : { certificates, from, until };
}

/**
 * The engine takes for the end of a path only what is issued by itself and says that it is a CA; an
 * anchor need be neither.
 */
function isForEngine(certificates: Path, { anchored = false }: PathTerms): boolean {
  const anchor = certificates.at(-1) ?? certificates[0];
  const isSelfIssued = anchor.subject === anchor.issuer;
  return !anchored || (isSelfIssued && maySign(anchor) && (anchor.facts.ca || anchor.versionOne));
}

/**
 * What pkijs' engine has against one given path: names, CA, name and policy constraints. It gets a
 * time at which every certificate is valid, since dates are judged apart. The path is found by us,
 * since the engine gives up at the first dead end, does not end when two CAs have certified each
 * other, tries only the shortest path, and knows no Ed25519.
 */
async function refusal(certificates: Path, time: number): Promise<PathFault | undefined> {
  const path = certificates.map(({ rules }) => rules);
  const [target] = certificates;
  // Trusted itself: the engine would put it above itself and miss its issuer.
  if (certificates.length === 1) return undefined;
  const anchor = (certificates.at(-1) ?? target).rules;
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [anchor],
    certs: path.toReversed(),
    checkDate: new Date(time),
    findIssuer: (certificate) => {
      const next = path[path.indexOf(certificate) + 1];
      return Promise.resolve(next ? [next] : []);
    },
  });
  const { result, resultCode, resultMessage } = await engine.verify(constraintsOf(anchor), CRYPTO);
  if (result) return undefined;
  const what = resultCode === 41 || resultCode === 42 ? "its names are not allowed" : resultMessage;
  return {
    fault: "constraint",
    reason: `${target.facts.subject} is refused by path validation: ${what}`,
    certificate: target,
  };
}

const CRYPTO = new CryptoEngine({ crypto: globalThis.crypto });

/** The engine takes a root for a name and a key; Go and OpenSSL hold the chain to its constraints. */
function constraintsOf(
  anchor: ParsedCertificate["rules"],
): CertificateChainValidationEngineVerifyParams {
  const constraints = anchor.extensions
    ?.map(({ parsedValue }) => parsedValue as unknown)
    .find((value) => value instanceof NameConstraints);
  return {
    initialPermittedSubtreesSet: constraints?.permittedSubtrees ?? [],
    initialExcludedSubtreesSet: constraints?.excludedSubtrees ?? [],
  };
}

/** The first certificate out of its time, from the signing one up. */
export function dateFault(certificates: Path, now: number): PathFault {
  const certificate =
    certificates.find(({ facts }) => now > facts.notAfter || now < facts.notBefore) ??
    certificates[0];
  const { subject, notBefore, notAfter } = certificate.facts;
  return now < notBefore
    ? {
        fault: "not-yet-valid",
        reason: `${subject} is not valid before ${minute(notBefore)}`,
        certificate,
      }
    : { fault: "expired", reason: `${subject} expired on ${day(notAfter)}`, certificate };
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
