import { findIstiod, restartIstiod } from "../../mesh/commands/istiod.ts";
import { checkOf, fail, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { TrustMatrix } from "../../model/trust.ts";
import { configMapOf, rootsName, type ClusterCertificates } from "./cluster-certificates.ts";
import { showRoot } from "./commands.ts";
import { contentFindings } from "./content.ts";
import { signingSecretFindings } from "./signing-secret.ts";
import { unreadFindings } from "./unread.ts";
import { workloadFindings } from "./workloads.ts";

/** What is wrong with a cluster's certificates without looking at any other cluster. */
export function clusterFindings(member: ClusterCertificates, trust: TrustMatrix): Finding[] {
  const { intermediate, facts } = member;
  const signer = intermediate.ok ? intermediate.value : undefined;
  // Where istiod has not even written its root there is no CA, rather than an external one.
  const hasNone = signer?.secret === "none" && signer.external === undefined;
  if (facts.rootCertificate.missing && hasNone) return rootFindings(member);
  return [
    ...rootFindings(member),
    ...(signer && signer.secret !== "none"
      ? signingSecretFindings(member, signer, trust)
      : unreadFindings(member)),
    ...workloadFindings(member, trust),
  ];
}

function rootFindings(member: ClusterCertificates): Finding[] {
  const { cluster, bundle, context, facts } = member;
  const namespace = cluster.istioNamespace;
  const text = `ConfigMap ${namespace}/${rootsName(member)}`;
  if (facts.rootCertificate.missing) {
    return [
      fail(`cluster ${context}: there is no ${text}, which istiod writes into every namespace`, {
        cluster: context,
        blockedBy: checkOf(context, "pods-istiod"),
        remediation: remedy(
          "Let istiod write it: see that it runs, or restart it.",
          findIstiod(cluster, "pods"),
          restartIstiod(cluster),
        ),
      }),
    ];
  }
  const details = {
    cluster: context,
    object: configMapOf(member),
    remediation: remedy(
      "Put the root certificates into root-cert.pem of Secret cacerts, each with its BEGIN and END line, and restart istiod, which copies them into the ConfigMap.",
      showRoot(member),
      restartIstiod(cluster),
    ),
  };
  return bundle
    ? contentFindings(`cluster ${context}: root-cert.pem of ${text}`, bundle, details)
    : [fail(`cluster ${context}: ${text} has no key root-cert.pem`, details)];
}
