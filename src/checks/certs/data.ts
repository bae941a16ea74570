import type { RotationPhase } from "../../mesh/rotation.ts";

/** A certificate in a report. */
export interface CertificateData {
  subject: string;
  issuer: string;
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
  key: string;
  /**
   * RFC 3339.
   * @format date-time
   */
  notBefore: string;
  /** @format date-time */
  notAfter: string;
  /**
   * Whole days from the time that the cluster is judged by; negative once expired.
   * @asType integer
   */
  expiresInDays: number;
}

/** The certificates of one cluster. */
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

/** A rotation of the root that is going on. */
export interface RotationData {
  /** Fingerprint of the root that is to stay, and those of the others. */
  to: string;
  from: string[];
  /** False where neither ages nor order of the roots tell which is to stay. */
  certain: boolean;
  phases: { context: string; phase: RotationPhase }[];
  /** Some clusters are more than one step behind others. */
  tooFarApart: boolean;
}

/** The certificates of every cluster, and whose roots verify whose chain. */
export interface CertsData {
  clusters: ClusterCertificates[];
  pairs: TrustPair[];
  /** Absent while no cluster has several roots. */
  rotation?: RotationData;
  /** Lines that inform: fingerprints of roots, and each chain's certificates. */
  notes: string[];
}
