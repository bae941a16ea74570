import { X509Certificate } from "node:crypto";
import type { CertificateFacts, TrustMatrix } from "../model/trust.ts";
import { caFilesOf } from "../mesh/trust/cacerts.ts";
import { gathered } from "../model/gathered.ts";
import { parseKey, publicKeyFingerprint } from "./keys.ts";

/**
 * What istiod signs with: the four parts of Secret `cacerts`, and the four files that Istio's
 * tooling makes of them. All are PEM texts.
 */
export interface SigningSet {
  /** ca-cert.pem: the certificate that signs, first. */
  certificate: string;
  /** ca-key.pem: its private key. It is shown nowhere but by `--generate`. */
  key: string;
  /** cert-chain.pem: what workloads present above their own certificate. */
  chain: string;
  /** root-cert.pem: what workloads trust. */
  roots: string;
}

const ISTIO = caFilesOf([]);

/** The files of a set, as Istio's make files name them. */
export const SET_FILES: Readonly<Record<keyof SigningSet, string>> = {
  certificate: ISTIO.signing,
  key: ISTIO.key,
  chain: ISTIO.chain,
  roots: ISTIO.root,
};

/** A set that istiod would load, and what is to be known of it. */
export interface JudgedSet {
  signing: CertificateFacts;
  roots: readonly CertificateFacts[];
  /** The root of the set that anchors its chain. */
  anchor: CertificateFacts;
  /** SHA-256 of the public key, in hex. */
  publicKey: string;
}

const NAME = "the set itself";

/**
 * Holds a set to the rules by which istiod loads it: every part is there and can be parsed, the key
 * is that of the signing certificate, and its chain verifies under the roots now.
 *
 * @returns the problems, one line each and free of anything secret, when there are any
 */
export async function judgeSet(
  set: SigningSet,
  now: number,
): Promise<JudgedSet | { problems: string[] }> {
  const trust = await trustOf(set, now);
  const problems = [
    ...(["certificate", "chain", "roots"] as const).flatMap((part) =>
      contentProblems(SET_FILES[part], set[part], trust),
    ),
    ...keyProblems(set),
  ];
  const verdict = trust.verdicts.get(NAME)?.get(NAME);
  const signing = trust.pems.get(set.certificate)?.certificates[0];
  const roots = trust.pems.get(set.roots)?.certificates ?? [];
  const key = parseKey(set.key);
  if (problems.length > 0 || !verdict || !signing || typeof key === "string") return { problems };
  if (!verdict.ok) {
    const problem = `the chain of ${SET_FILES.certificate} does not verify under ${SET_FILES.roots}: ${verdict.reason}`;
    return { problems: [problem] };
  }
  const anchor = roots.find(({ sha256 }) => sha256 === verdict.path.at(-1));
  if (!anchor) return { problems: [`${SET_FILES.roots} holds no root of the chain`] };
  return { signing, roots, anchor, publicKey: publicKeyFingerprint(key) };
}

/** The library for path validation is loaded by now only. */
async function trustOf(set: SigningSet, now: number): Promise<TrustMatrix> {
  const { judgeTrust } = await import("../lib/x509/index.ts");
  const { certificate, chain, roots } = set;
  return judgeTrust([
    {
      ref: { context: NAME, now },
      facts: {
        rootCertificate: gathered({ pem: roots }),
        intermediate: gathered({ secret: "cacerts", certificate, chain, root: roots, keys: [] }),
      },
    },
  ]);
}

function contentProblems(file: string, text: string, trust: TrustMatrix): string[] {
  const content = trust.pems.get(text);
  if (!content || content.problems.length > 0) {
    return (content?.problems ?? []).map((problem) => `${file}: ${problem}`);
  }
  return content.certificates.length === 0 ? [`${file} holds no certificate`] : [];
}

/** What keeps the key from being that of the signing certificate, in a line. */
export function keyProblems({ key, certificate }: SigningSet): string[] {
  const parsed = parseKey(key);
  if (typeof parsed === "string") return [`${SET_FILES.key} ${parsed}`];
  try {
    if (new X509Certificate(certificate).checkPrivateKey(parsed)) return [];
  } catch {
    // What is wrong with the certificate is said where it is parsed.
    return [];
  }
  return [`${SET_FILES.key} is not the key of ${SET_FILES.certificate}`];
}
