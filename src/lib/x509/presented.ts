import { AltName } from "pkijs";
import type { CertificateFacts, TrustVerdict } from "../../model/trust.ts";
import { parseCertificate, type ParsedCertificate } from "./certificate.ts";
import { explainNoPath } from "./explain.ts";
import { isNamedIssuer, isSignedBy } from "./paths.ts";
import { readPem } from "./pem.ts";
import { dateFault, judgeChain, refused } from "./validate.ts";

/*
 * What a server presents in a TLS handshake. Import it only with `await import`, as index.ts.
 */

/** A server's chain and what roots make of it. */
export interface PresentedChain {
  /** Of the server itself. */
  certificate: CertificateFacts;
  /** Its subject alternative names of the kinds DNS and URI. */
  names: string[];
  /** By the key of the roots; without those that hold no certificate. */
  verdicts: ReadonlyMap<string, TrustVerdict>;
}

/** What a hostile server can make us parse; real chains have three. */
const MOST_CERTIFICATES = 20;
const ALTERNATIVE_NAMES = "2.5.29.17";
const DNS_NAME = 2;
const URI = 6;

function parseAll(ders: readonly Uint8Array[]): ParsedCertificate[] {
  return ders.flatMap((der) => {
    const parsed = parseCertificate(der);
    return typeof parsed === "string" ? [] : [parsed];
  });
}

function namesOf({ rules }: ParsedCertificate): string[] {
  const value: unknown = rules.extensions?.find(
    ({ extnID }) => extnID === ALTERNATIVE_NAMES,
  )?.parsedValue;
  const names = value instanceof AltName ? value.altNames : [];
  return names.flatMap(({ type, value: name }: { type: number; value: unknown }) =>
    (type === DNS_NAME || type === URI) && typeof name === "string" ? [name] : [],
  );
}

/** A certificate that signs nothing may be no CA: it is judged by who signed it, and by its dates. */
async function judge(
  leaf: ParsedCertificate,
  roots: readonly ParsedCertificate[],
  others: readonly ParsedCertificate[],
  now: number,
): Promise<TrustVerdict> {
  const { sha256, notBefore, notAfter } = leaf.facts;
  const issuers = [...roots, ...others].filter(
    (one) => one !== leaf && isNamedIssuer(leaf, one) && isSignedBy(leaf, one),
  );
  let distrusted: TrustVerdict | undefined;
  for (const target of issuers) {
    const judgement = await judgeChain({ target, roots, others });
    const verdict = judgement.at(now);
    if (!verdict.ok) {
      distrusted ??= verdict;
      continue;
    }
    return notBefore <= now && now <= notAfter
      ? { ok: true, path: [sha256, ...verdict.path] }
      : refused(dateFault([leaf], now));
  }
  return distrusted ?? explainNoPath({ target: leaf, roots, others });
}

/**
 * Judges the chain that a server presented under the roots of several clusters.
 *
 * @param chain DER, the server's own certificate first
 * @param roots PEM texts by any key
 * @param now ms since the epoch
 * @returns nothing where the first certificate is none that can be parsed
 */
export async function judgePresented(
  chain: readonly Uint8Array[],
  roots: ReadonlyMap<string, string>,
  now: number,
): Promise<PresentedChain | undefined> {
  const [first, ...rest] = chain.slice(0, MOST_CERTIFICATES);
  const leaf = first && parseAll([first])[0];
  if (!leaf) return undefined;
  const others = parseAll(rest);
  const verdicts = new Map<string, TrustVerdict>();
  for (const [key, pem] of roots) {
    const trusted = parseAll(readPem(pem).certificates);
    if (trusted.length > 0) verdicts.set(key, await judge(leaf, trusted, others, now));
  }
  return { certificate: leaf.facts, names: namesOf(leaf), verdicts };
}
