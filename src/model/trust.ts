/*
 * What was found of the certificates of a run, as plain data: parsing and signature verification
 * need libraries and are asynchronous, so src/lib/x509 does both ahead of the checks.
 * Times are ms since the epoch, fingerprints the SHA-256 of the DER in lower-case hex.
 */

/** A certificate in words and numbers. */
export interface CertificateFacts {
  sha256: string;
  /** `CN=Root CA,O=Istio`: the common name first, the rest in the certificate's order. */
  subject: string;
  issuer: string;
  /** Lower-case hex. */
  serial: string;
  notBefore: number;
  notAfter: number;
  /** Basic constraints say CA:true. */
  ca: boolean;
  /** How many intermediates may follow it; absent when not limited. */
  pathLength?: number;
  /** As RFC 5280 names them; absent when the extension is, which allows every use. */
  keyUsage?: string[];
  /** OIDs; absent when the extension is, which allows every purpose. */
  purposes?: string[];
  /** Issued by its own subject and signed by its own key. */
  selfSigned: boolean;
  /** `RSA 4096`, `EC P-256`, `Ed25519`. */
  key: string;
}

/** What a PEM text holds. */
export interface PemContent {
  certificates: CertificateFacts[];
  /** What could not be taken from it, in words: `block 2 has no END line`. */
  problems: string[];
  /** Its first block is no certificate, and Go looks at no other where it wants one. */
  otherFirst: boolean;
  /** A block of it is PEM, but no certificate that mc can read. */
  unparsed: boolean;
}

/** What the revocation lists of a Secret lack. */
export interface RevocationFacts {
  /** Certificates of the chain that signed no list. */
  without: CertificateFacts[];
  /** Certificates of the chain that signed a list whose next update is past. */
  overdue: CertificateFacts[];
}

/** Why a chain is not trusted. */
export type TrustFault =
  /** No root of the bundle has issued it. */
  | "unknown-issuer"
  /** A root has the issuer's name, but another key signed. */
  | "other-key"
  /** The signature is damaged: the key is the right one. */
  | "signature"
  | "expired"
  | "not-yet-valid"
  /** CA:true is missing. */
  | "not-a-ca"
  /** The key usage leaves out keyCertSign. */
  | "key-usage"
  | "path-length"
  /** The extended key usage leaves out TLS clients or servers. */
  | "purpose"
  /** A list of its issuer revokes it. */
  | "revoked"
  /** An extension that is critical and not known. */
  | "critical-extension"
  /** Signed with SHA-1 or MD5, which Go's TLS refuses. */
  | "weak-signature"
  /** Name or policy constraints. */
  | "constraint";

export type TrustVerdict =
  | {
      ok: true;
      /** Fingerprints from the signing certificate to the root that anchors it. */
      path: string[];
    }
  | {
      ok: false;
      fault: TrustFault;
      /** In words, about the chain: `CN=Intermediate CA,L=b expired on 2026-01-01`. */
      reason: string;
      /** Fingerprint of the certificate at fault; of the topmost one when its issuer is missing. */
      certificate: string;
      /** Subject that the chain lacks an issuer for; only with `unknown-issuer` and `other-key`. */
      issuer?: string;
    };

/** Which cluster's roots trust which cluster's chain, and what each PEM text of the run holds. */
export interface TrustMatrix {
  /** By the text itself: roots, signing certificates, chains. */
  pems: ReadonlyMap<string, PemContent>;
  /**
   * By context: `get(a)?.get(b)` says whether the roots of `a` verify the chain of `b` at the time
   * of `a`. Absent where there is no root or no chain to judge.
   */
  verdicts: ReadonlyMap<string, ReadonlyMap<string, TrustVerdict>>;
  /**
   * The verdict that the roots of the cluster's Secret would give, which istiod copies into the
   * ConfigMap when it is restarted: of its own chain, and of others where the verdict is no.
   */
  afterRestart: ReadonlyMap<string, ReadonlyMap<string, TrustVerdict>>;
  /** By context: the roots of the Secret, which istiod writes into the ConfigMap when it restarts. */
  nextRoots: ReadonlyMap<string, readonly CertificateFacts[]>;
  /** By context, where the Secret has revocation lists: what they lack. */
  revocations: ReadonlyMap<string, RevocationFacts>;
}

/** What SPIRE's certificates come to: which bundle verifies whose workloads. */
export interface SpireTrustMatrix {
  /** By the text itself. */
  pems: ReadonlyMap<string, PemContent>;
  /** `get(a)?.get(b)`, by context: whether the bundle of `a` verifies what the upstream CA of `b` signs. */
  peers: ReadonlyMap<string, ReadonlyMap<string, TrustVerdict>>;
  /** By context: whether the file of roots verifies the upstream CA that it comes with. */
  upstreams: ReadonlyMap<string, TrustVerdict>;
  /** By context: whether SPIRE's bundle verifies what istiod signs. */
  istiodBySpire: ReadonlyMap<string, TrustVerdict>;
  /** By context: whether istiod's roots verify what SPIRE's upstream CA signs. */
  spireByIstiod: ReadonlyMap<string, TrustVerdict>;
}
