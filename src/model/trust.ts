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
   * Where a verdict is no: the one that the roots of the cluster's Secret would give, which istiod
   * copies into the ConfigMap when it is restarted.
   */
  afterRestart: ReadonlyMap<string, ReadonlyMap<string, TrustVerdict>>;
  /** By context: the roots of the Secret, which istiod writes into the ConfigMap when it restarts. */
  nextRoots: ReadonlyMap<string, readonly CertificateFacts[]>;
}

/** A certificate in a report. */
export interface CertificateData {
  subject: string;
  issuer: string;
  sha256: string;
  key: string;
  /** RFC 3339. */
  notBefore: string;
  notAfter: string;
  /** Whole days from the time that the cluster is judged by; negative once expired. */
  expiresInDays: number;
}

/** The certificates of one cluster in the data of `certs`. */
export interface ClusterCertificates {
  context: string;
  /** Where the signing certificate is; absent when that could not be read. */
  secret?: "cacerts" | "istio-ca-secret" | "none";
  roots: CertificateData[];
  /** The signing certificate first, then what stands above it; without the roots. */
  chain: CertificateData[];
}

/** Whether the roots of cluster `from` verify the chain of cluster `to`, both by context. */
export interface TrustPair {
  from: string;
  to: string;
  ok: boolean;
  /** `roots`: the chain could not be read, so only the roots were compared. */
  by: "chain" | "roots";
  /** Why not. */
  reason?: string;
}

/** A rotation of the root that is going on, as a report has it. */
export interface RotationData {
  /** Fingerprint of the root that is to stay, and those of the others. */
  to: string;
  from: string[];
  /** False where neither ages nor order of the roots tell which is to stay. */
  certain: boolean;
  /** `stable`, `adding`, `both trusted`, `switched`, `dropping` or `done`. */
  phases: { context: string; phase: string }[];
  /** Some clusters are more than one step behind others. */
  apart: boolean;
}

/** Of `certs`. */
export interface CertsData {
  clusters: ClusterCertificates[];
  pairs: TrustPair[];
  /** Absent while no cluster has several roots. */
  rotation?: RotationData;
  /** Lines that inform: fingerprints of roots, and each chain's certificates. */
  notes: string[];
}
