import type { CertificateFacts } from "../model/trust.ts";

/*
 * A root is rotated in steps, each of which all clusters take before the next: the new root is added
 * beside the old one, istiod signs below it, the old one is dropped. Where a cluster stands shows in
 * its Secret and its ConfigMap.
 */

export type RotationPhase =
  /** The new root is in neither. */
  | "stable"
  /** It is in the Secret; istiod has not taken it over into the ConfigMap. */
  | "adding"
  /** Workloads trust the old root and the new one; istiod signs below the old one. */
  | "both trusted"
  /** istiod signs below the new root; the old one is trusted still. */
  | "switched"
  /** The Secret has the new root alone; istiod has not taken that over. */
  | "dropping"
  | "done";

/** How far a cluster is in what matters to others: whom it trusts, and below what it signs. */
const LEVEL: Readonly<Record<RotationPhase, number>> = {
  stable: 0,
  adding: 0,
  "both trusted": 1,
  switched: 2,
  dropping: 3,
  done: 3,
};

/** Two steps between clusters: one of them does not trust what the other signs with, or will not. */
const TOO_FAR = 2;

const DAY = 24 * 60 * 60_000;

/** The roots of one cluster. */
export interface ClusterRoots {
  context: string;
  /** Of the Secret that istiod signs with. */
  written: readonly CertificateFacts[];
  /** Of ConfigMap istio-ca-root-cert. */
  trusted: readonly CertificateFacts[];
  /** The root that anchors the signing certificate. */
  anchor: CertificateFacts;
}

/** A rotation that is going on. */
export interface Rotation {
  to: CertificateFacts;
  /** The other roots that clusters have in their bundles or sign below. */
  from: readonly CertificateFacts[];
  /**
   * False where neither the ages of the roots nor their order tell which is to stay: phases are then
   * those of a rotation to the root that is last in the bundles.
   */
  certain: boolean;
  /** Clusters that have one of these roots, in the order given. */
  phases: readonly { context: string; phase: RotationPhase }[];
  /** Some clusters are more than one step behind others. */
  tooFarApart: boolean;
}

interface Fingerprint {
  sha256: string;
}

/** Where a cluster stands in a rotation to the root with this fingerprint. */
export function rotationPhase(
  cluster: {
    written: readonly Fingerprint[];
    trusted: readonly Fingerprint[];
    anchor: Fingerprint | undefined;
  },
  to: string,
): RotationPhase {
  const { written, trusted, anchor } = cluster;
  if (!has(written, to)) return "stable";
  if (!has(trusted, to)) return "adding";
  if (anchor?.sha256 !== to) return "both trusted";
  if (written.length > 1) return "switched";
  return trusted.length > 1 ? "dropping" : "done";
}

/** An intermediate that is trusted by itself beside its root is no second root. */
function isRoot({ selfSigned }: CertificateFacts): boolean {
  return selfSigned;
}

/**
 * The rotation that clusters are in, if they are: some bundle holds several roots.
 *
 * @param given those whose Secret and ConfigMap could be read
 */
export function rotationOf(given: readonly ClusterRoots[]): Rotation | undefined {
  const clusters = given.map((cluster) => ({
    ...cluster,
    written: cluster.written.filter(isRoot),
    trusted: cluster.trusted.filter(isRoot),
  }));
  const rotating = clusters.filter(
    ({ written, trusted }) => written.length > 1 || trusted.length > 1,
  );
  const [first] = rotating;
  if (!first) return undefined;
  const involved = unique(rotating.flatMap(rootsOf));
  const { to, certain } = newRoot(first, involved);
  const phases = clusters
    .filter((cluster) => rootsOf(cluster).some(({ sha256 }) => has(involved, sha256)))
    .map((cluster) => ({ context: cluster.context, phase: rotationPhase(cluster, to.sha256) }));
  const from = involved.filter(({ sha256 }) => sha256 !== to.sha256);
  return { to, from, certain, phases, tooFarApart: areTooFarApart(phases) };
}

function areTooFarApart(phases: Rotation["phases"]): boolean {
  const levels = phases.map(({ phase }) => LEVEL[phase]);
  return Math.max(...levels) - Math.min(...levels) >= TOO_FAR;
}

/** The newest root; where several are of one day, the one that a bundle has last. */
function newRoot(
  { written }: ClusterRoots,
  involved: readonly CertificateFacts[],
): Pick<Rotation, "to" | "certain"> {
  const newest = involved.reduce((one, other) => (other.notBefore > one.notBefore ? other : one));
  const certain = involved.every((one) => one === newest || newest.notBefore - one.notBefore > DAY);
  return { to: certain ? newest : (written.at(-1) ?? newest), certain };
}

function rootsOf({ written, trusted }: ClusterRoots): CertificateFacts[] {
  return unique([...written, ...trusted]);
}

function unique(roots: readonly CertificateFacts[]): CertificateFacts[] {
  return [...new Map(roots.map((root) => [root.sha256, root])).values()];
}

function has(roots: readonly Fingerprint[], sha256: string): boolean {
  return roots.some((root) => root.sha256 === sha256);
}
