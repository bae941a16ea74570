import { isSigned, type ParsedCertificate } from "./certificate.ts";
import { maySign } from "./rules.ts";

/** Bounds on what a hostile chain can make us try; real paths have three certificates. */
const LONGEST = 10;
const MOST_SIGNATURES = 500;
const MOST_PATHS = 50;

/** From the signing certificate to the root; just the one when that is trusted itself. */
export type Path = readonly [ParsedCertificate, ...ParsedCertificate[]];

/** Of each certificate whether others signed it, as long as both are in use. */
const verified = new WeakMap<ParsedCertificate, WeakMap<ParsedCertificate, boolean>>();

/** Whether `parent` signed `child`, each pair verified once. */
export function isSignedBy(child: ParsedCertificate, parent: ParsedCertificate): boolean {
  const parents = verified.get(child) ?? new WeakMap<ParsedCertificate, boolean>();
  verified.set(child, parents);
  const known = parents.get(parent) ?? isSigned(child.native, parent.native);
  parents.set(parent, known);
  return known;
}

/**
 * Whether `parent` bears the name, and the key identifier if one is given, of the issuer of `child`.
 * A parent that may not sign is still the one meant: the rules say so later.
 */
export function isNamedIssuer(child: ParsedCertificate, parent: ParsedCertificate): boolean {
  if (child.issuer !== parent.subject) return false;
  if (maySign(parent)) return child.native.checkIssued(parent.native);
  const [wanted, has] = [child.issuerKeyId, parent.keyId];
  return wanted === undefined || has === undefined || wanted === has;
}

/** A set of trusted roots and a chain, each certificate once. */
export interface Candidates {
  /** The signing certificate. */
  target: ParsedCertificate;
  roots: readonly ParsedCertificate[];
  /** What may stand between them; a root in it is not trusted for being there. */
  others: readonly ParsedCertificate[];
}

/** Every path from the signing certificate to a root with all signatures right, at most 50. */
export function findPaths({ target, roots, others }: Candidates): Path[] {
  const found: Path[] = [];
  const trusted = new Set(roots.map(({ facts }) => facts.sha256));
  const parents = [...roots, ...others.filter(({ facts }) => !trusted.has(facts.sha256))];
  let tried = 0;

  const extend = (path: Path, last: ParsedCertificate): void => {
    if (trusted.has(last.facts.sha256)) found.push(path);
    if (path.length >= LONGEST) return;
    for (const parent of parents) {
      if (tried >= MOST_SIGNATURES || found.length >= MOST_PATHS) return;
      if (path.includes(parent) || !isNamedIssuer(last, parent)) continue;
      tried += 1;
      if (isSignedBy(last, parent)) extend([...path, parent], parent);
    }
  };
  extend([target], target);
  return found;
}
