import { caFilesOf } from "../../mesh/trust/cacerts.ts";
import { fail, objectRef, remedy, warn } from "../../model/finding.ts";
import type { IntermediateFact } from "../../model/facts.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import type { CertificateFacts, TrustMatrix } from "../../model/trust.ts";
import { replaceSigning, showRoot } from "./commands.ts";
import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { anchors } from "./expiry.ts";
import {
  configMapOf,
  isAmong,
  rootsName,
  isUnread,
  refusal,
  secretRoots,
  type ClusterCertificates,
} from "./cluster-certificates.ts";
import type { Distrust } from "./pairs.ts";
import { rootsText } from "./wording.ts";

/**
 * The Secret's roots and the ConfigMap's should be the same: istiod copies them. It is the fault
 * itself, rather than a warning, where only the Secret's verify a chain of the run.
 */
export function configMapDiffersFindings(
  member: ClusterCertificates,
  members: readonly ClusterCertificates[],
  distrusts: readonly Distrust[],
  trust: TrustMatrix,
): Finding[] {
  const { cluster, context, intermediate } = member;
  const roots = secretRoots(trust, member);
  if (!intermediate.ok || roots.length === 0 || member.roots.length === 0) return [];
  const extra = member.roots.filter((one) => !isAmong(one, roots));
  if (extra.length === 0 && roots.every((one) => isAmong(one, member.roots))) return [];
  // With a Secret that istiod does not take, a restart mends nothing.
  if (intermediate.value.lacks || refusal(trust, member) !== undefined) return [];
  const { secret } = intermediate.value;
  const namespace = cluster.istioNamespace;
  const isStale = distrusts.some(({ truster, stale }) => stale && truster === member);
  const used = anchors(member, members, trust);
  const needed = extra.filter((one) => used.includes(one) || isOfUnread(one, members));
  return [
    (isStale ? fail : warn)(
      `cluster ${context}: Secret ${namespace}/${secret} and ConfigMap ${rootsName(member)} differ: ${rootsText(roots)} against ${rootsText(member.roots)}`,
      {
        cluster: context,
        object: isStale ? configMapOf(member) : objectRef("Secret", { namespace, name: secret }),
        remediation:
          needed.length > 0
            ? keep(needed, member, intermediate.value)
            : remedy(
                "Restart istiod, which copies the root of the Secret into the ConfigMap of every namespace.",
                showRoot(member),
                restartIstiod(cluster),
              ),
      },
    ),
  ];
}

/** A cluster whose chain could not be read may have one below any of its roots. */
function isOfUnread(root: CertificateFacts, members: readonly ClusterCertificates[]): boolean {
  return members.some((one) => isUnread(one) && isAmong(root, one.roots));
}

/** For roots that the ConfigMap alone has: with a restart the cluster would cease to trust them. */
function keep(
  roots: readonly CertificateFacts[],
  member: ClusterCertificates,
  signer: IntermediateFact,
): Remediation {
  const key = caFilesOf(signer.keys).root;
  const what =
    signer.secret === "cacerts"
      ? `Add ${rootsText(roots)} to ${key} of Secret cacerts`
      : `Write Secret cacerts, with ${rootsText(roots)} in ${key},`;
  const it = roots.length === 1 ? "it" : "them";
  return remedy(
    `${what} before istiod restarts and takes ${it} out of the ConfigMap, so that certificates below ${it} stay trusted.`,
    showRoot(member),
    ...replaceSigning(member),
  );
}
