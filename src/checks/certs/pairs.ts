import { pass } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { TrustFault, TrustMatrix } from "../../model/trust.ts";
import type { TrustPair } from "./data.ts";
import {
  chainRoot,
  isAmong,
  isSelfMade,
  isUnread,
  nextVerdictOf,
  secretRoots,
  verdictOf,
  type ClusterCertificates,
} from "./cluster-certificates.ts";
import { named } from "../../mesh/trust/certificate-text.ts";

/** Why the roots of one cluster do not verify the chain of another. */
export interface Distrust {
  truster: ClusterCertificates;
  owner: ClusterCertificates;
  fault: TrustFault | "self-made" | "no-shared-root";
  reason: string;
  /** What it comes from: the same for all that one cause explains. */
  cause: string;
  /** The truster's Secret has the root that its ConfigMap lacks: istiod has not copied it. */
  stale: boolean;
  /** Fingerprint of the certificate at fault, when it is one. */
  certificate?: string;
}

export interface Pairs {
  pairs: TrustPair[];
  fine: Finding[];
  distrusts: Distrust[];
}

/**
 * Judges each ordered pair, and each cluster's own chain under its own roots. `A has compatible
 * intermediate certificates with B` says that the roots of A verify the chain of B: what A needs to
 * accept the workloads of B. Where B's chain could not be read, the roots of both are compared.
 */
export function judgePairs(members: readonly ClusterCertificates[], trust: TrustMatrix): Pairs {
  const result: Pairs = { pairs: [], fine: [], distrusts: [] };
  for (const truster of members) {
    if (truster.roots.length === 0) continue;
    for (const owner of members) judgePair(truster, owner, trust, result);
  }
  return result;
}

function judgePair(
  truster: ClusterCertificates,
  owner: ClusterCertificates,
  trust: TrustMatrix,
  result: Pairs,
): void {
  const own = truster === owner;
  const verdict = verdictOf(trust, truster, owner);
  if (!verdict) {
    if (!own && isUnread(owner)) compareRoots(truster, owner, trust, result);
    return;
  }
  const names = { from: truster.context, to: owner.context };
  if (verdict.ok) {
    if (own) return;
    result.pairs.push({ ...names, ok: true, by: "chain" });
    result.fine.push(
      pass(
        `cluster ${names.from} has compatible intermediate certificates with cluster ${names.to}`,
        { cluster: names.from },
      ),
    );
    return;
  }
  const { reason, certificate } = verdict;
  if (!own) result.pairs.push({ ...names, ok: false, by: "chain", reason });
  const noIssuer = verdict.fault === "unknown-issuer" || verdict.fault === "other-key";
  const fault = noIssuer && isSelfMade(owner) ? "self-made" : verdict.fault;
  result.distrusts.push({
    truster,
    owner,
    fault,
    reason,
    cause:
      fault === "self-made"
        ? fault
        : `${fault} ${noIssuer ? (chainRoot(trust, owner)?.sha256 ?? certificate) : certificate}`,
    stale: nextVerdictOf(trust, truster, owner)?.ok === true,
    certificate,
  });
}

function compareRoots(
  truster: ClusterCertificates,
  owner: ClusterCertificates,
  trust: TrustMatrix,
  { pairs, fine, distrusts }: Pairs,
): void {
  if (owner.roots.length === 0) return;
  const names = { from: truster.context, to: owner.context };
  const shared = owner.roots.find((root) => isAmong(root, truster.roots));
  if (!shared) {
    const reason = "they share no root";
    pairs.push({ ...names, ok: false, by: "roots", reason });
    const cause = owner.roots.map(({ sha256 }) => sha256).join(" ");
    const stale = secretRoots(trust, truster).some((root) => isAmong(root, owner.roots));
    distrusts.push({ truster, owner, fault: "no-shared-root", reason, cause, stale });
    return;
  }
  pairs.push({ ...names, ok: true, by: "roots" });
  fine.push(
    pass(
      `cluster ${names.from} has root ${named(shared)} of cluster ${names.to}, whose intermediate certificate was not checked`,
      { cluster: names.from },
    ),
  );
}
