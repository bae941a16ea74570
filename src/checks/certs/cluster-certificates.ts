import { ROOT_CONFIG_MAP } from "../../mesh/names.ts";
import type { ClusterRef, MeshMember } from "../../model/check.ts";
import type { IntermediateFact } from "../../model/facts.ts";
import { objectRef } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { ObjectRef } from "../../model/report.ts";
import type { CertificateFacts, PemContent, TrustMatrix, TrustVerdict } from "../../model/trust.ts";

export type CertsFacts = MeshMember<"rootCertificate", "intermediate" | "ztunnelDumps">;

/** A cluster with its certificates as parsed. */
export interface ClusterCertificates {
  cluster: ClusterRef;
  context: string;
  facts: CertsFacts["facts"];
  /** Of ConfigMap istio-ca-root-cert; absent when the key is. */
  bundle?: PemContent;
  roots: readonly CertificateFacts[];
  intermediate: Gathered<IntermediateFact>;
  /** The certificate that istiod signs with. */
  signing?: CertificateFacts;
  /** The signing certificate and what stands above it, without the cluster's roots. */
  chain: readonly CertificateFacts[];
}

const NOTHING: PemContent = {
  certificates: [],
  problems: [],
  otherFirst: false,
  unparsed: false,
};

export function contentOf(trust: TrustMatrix, text: string | undefined): PemContent {
  return (text === undefined ? undefined : trust.pems.get(text)) ?? NOTHING;
}

export function certificatesOf(
  { cluster, facts }: CertsFacts,
  trust: TrustMatrix,
): ClusterCertificates {
  const { pem } = facts.rootCertificate;
  const { intermediate } = facts;
  const signer = intermediate.ok ? intermediate.value : undefined;
  const own = contentOf(trust, signer?.certificate).certificates;
  const above = contentOf(trust, signer?.chain).certificates;
  const bundle = pem === undefined ? undefined : contentOf(trust, pem);
  const roots = bundle?.certificates ?? [];
  const [signing] = own;
  const unique = new Map([...own, ...above].map((one) => [one.sha256, one]));
  return {
    cluster,
    context: cluster.context,
    facts,
    roots,
    intermediate,
    chain: signing
      ? [...unique.values()].filter((one) => one.sha256 === signing.sha256 || !isAmong(one, roots))
      : [],
    ...(bundle ? { bundle } : {}),
    ...(signing ? { signing } : {}),
  };
}

/** The ConfigMap of the roots. */
export function rootsName({ facts }: Pick<ClusterCertificates, "facts">): string {
  return facts.rootCertificate.configMap ?? ROOT_CONFIG_MAP;
}

export function configMapOf(member: ClusterCertificates): ObjectRef {
  const { istioNamespace: namespace } = member.cluster;
  return objectRef("ConfigMap", { namespace, name: rootsName(member) });
}

export function isAmong(one: CertificateFacts, others: readonly CertificateFacts[]): boolean {
  return others.some(({ sha256 }) => sha256 === one.sha256);
}

/** Whether the roots of one cluster verify the chain of another. */
export function verdictOf(
  trust: TrustMatrix,
  truster: ClusterCertificates,
  owner: ClusterCertificates,
): TrustVerdict | undefined {
  return trust.verdicts.get(truster.context)?.get(owner.context);
}

/** The same by the roots of the truster's Secret, for a chain that its ConfigMap's do not verify. */
export function nextVerdictOf(
  trust: TrustMatrix,
  truster: ClusterCertificates,
  owner: ClusterCertificates,
): TrustVerdict | undefined {
  return trust.afterRestart.get(truster.context)?.get(owner.context);
}

/** The root that anchors a cluster's chain under its own roots. */
export function ownRoot(
  trust: TrustMatrix,
  member: ClusterCertificates,
): CertificateFacts | undefined {
  return anchorOf(verdictOf(trust, member, member), member.roots);
}

/** As `ownRoot`; where the ConfigMap lacks that root, as the Secret has it. */
export function chainRoot(
  trust: TrustMatrix,
  member: ClusterCertificates,
): CertificateFacts | undefined {
  return (
    ownRoot(trust, member) ??
    anchorOf(nextVerdictOf(trust, member, member), secretRoots(trust, member))
  );
}

function anchorOf(
  verdict: TrustVerdict | undefined,
  roots: readonly CertificateFacts[],
): CertificateFacts | undefined {
  const anchor = verdict?.ok ? verdict.path.at(-1) : undefined;
  return roots.find(({ sha256 }) => sha256 === anchor);
}

/** What istiod writes into the ConfigMap when it is restarted. */
export function secretRoots(
  trust: TrustMatrix,
  { context }: ClusterCertificates,
): readonly CertificateFacts[] {
  return trust.nextRoots.get(context) ?? [];
}

/** istiod signs with a CA that it made for itself. */
export function isSelfMade({ intermediate, signing }: ClusterCertificates): boolean {
  if (!intermediate.ok || !signing?.selfSigned) return false;
  const { secret, keys } = intermediate.value;
  return secret === "istio-ca-secret" || keys.includes("istio-generated");
}

/** What such a cluster signs with. */
export function selfMadeText(member?: ClusterCertificates): string {
  const where = member?.intermediate.ok ? `, Secret ${member.intermediate.value.secret}` : "";
  return `a CA that istiod made for itself (self-signed${where}), which can match no other cluster`;
}

/**
 * Why istiod would not take the Secret as it is: the roots in it do not verify its certificate. What
 * not even the roots in use verify is told as distrust between clusters.
 */
export function refusal(trust: TrustMatrix, member: ClusterCertificates): string | undefined {
  const next = nextVerdictOf(trust, member, member);
  const now = verdictOf(trust, member, member);
  return next && !next.ok && now?.ok !== false ? next.reason : undefined;
}

/** There is no certificate to judge: its Secret could not be read, or an external CA signs. */
export function isUnread({ intermediate }: ClusterCertificates): boolean {
  return !intermediate.ok || intermediate.value.secret === "none";
}
