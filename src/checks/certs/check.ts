import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { meshCheck, type MeshCheckContext, type Verdict } from "../../model/check.ts";
import { pass, remedy, summarize, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { TrustMatrix } from "../../model/trust.ts";
import { configMapDiffersFindings } from "./config-map-differs.ts";
import { replaceSigning, showSigning } from "./commands.ts";
import { certsData } from "./details.ts";
import { distrustFindings } from "./distrust.ts";
import { expiryFindings, unusedRootFindings } from "./expiry.ts";
import {
  isSelfMade,
  certificatesOf,
  ownRoot,
  selfMadeText,
  type CertsFacts,
  type ClusterCertificates,
} from "./cluster-certificates.ts";
import { clusterFindings } from "./cluster-findings.ts";
import { judgePairs, type Distrust } from "./pairs.ts";
import { rotationAmong, rotationFindings } from "./rotation.ts";
import { named } from "../../mesh/trust/certificate-text.ts";
import { view } from "./view.ts";
import type { CertsData } from "./data.ts";
import { explanation } from "./explanation.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    certs: CertsData;
  }
}

/** With one cluster there are no pairs: what can be said of it alone. */
function aloneFindings(
  member: ClusterCertificates,
  trust: TrustMatrix,
  { absent }: Pick<MeshCheckContext, "absent">,
): Finding[] {
  const { context } = member;
  const root = ownRoot(trust, member);
  return [
    ...(root
      ? [
          pass(`cluster ${context}: root ${named(root)} verifies its intermediate certificate`, {
            cluster: context,
          }),
        ]
      : []),
    ...(isSelfMade(member)
      ? [
          warn(`cluster ${context}: istiod signs with ${selfMadeText(member)}`, {
            cluster: context,
            remediation: remedy(
              "Before linking the cluster, make a root for all clusters and give each an intermediate certificate from it in Secret cacerts.",
              showSigning(member),
              ...replaceSigning(member),
            ),
          }),
        ]
      : []),
    pairsSkipped("intermediate certificates are not compared", absent),
  ];
}

/** Fingerprints of certificates whose dates are the fault that findings on pairs name. */
function outOfDate(distrusts: readonly Distrust[]): Set<string> {
  return new Set(
    distrusts.flatMap(({ fault, certificate }) =>
      certificate && (fault === "expired" || fault === "not-yet-valid") ? [certificate] : [],
    ),
  );
}

function judge(
  members: readonly ClusterCertificates[],
  trust: TrustMatrix,
  context: Pick<MeshCheckContext, "absent">,
): Verdict<"certs"> {
  const { pairs, fine, distrusts } = judgePairs(members, trust);
  const [only] = members;
  const alone = only && members.length === 1 ? aloneFindings(only, trust, context) : [];
  const rotation = rotationAmong(members, trust);
  const findings = [
    ...members.flatMap((member) => [
      ...clusterFindings(member, trust),
      ...configMapDiffersFindings(member, members, distrusts, trust),
    ]),
    ...distrustFindings(distrusts, members, trust),
    ...rotationFindings(rotation, members),
    ...expiryFindings(members, trust, outOfDate(distrusts)),
    ...unusedRootFindings(members, trust),
    ...fine,
    ...alone,
  ];
  const healthy =
    alone.length > 0
      ? "the cluster's own certificates are valid"
      : "all clusters have compatible intermediate certificates";
  return {
    findings,
    summary: summarize(findings, healthy),
    data: certsData(members, pairs, rotation),
  };
}

export const certs = meshCheck({
  id: "certs",
  title: "Intermediate Certs Compatibility Check",
  view,
  explanation,
  why: "Workloads and istiods of different clusters talk over mutual TLS: each must trust the root that the other's certificates lead to.",
  reads:
    "root-cert.pem of ConfigMap istio-ca-root-cert; the certificates and revocation lists, never the keys, of Secret cacerts or istio-ca-secret, as istiod's environment says.",
  faults: [
    "The roots of one cluster do not verify the intermediate certificate of another.",
    "A certificate of the chain has expired, is not valid yet, or will expire soon.",
    "A certificate of the chain is no CA, may not sign certificates, or exceeds a path length.",
    "A cluster signs with the self-signed CA that istiod makes when there is no Secret cacerts.",
    "The root of the Secret and the one that workloads get from the ConfigMap differ.",
    "A bundle or chain is missing, empty, cut off or not PEM as Go reads it: BEGIN and END on lines of their own.",
    "Secret cacerts lacks a file that istiod needs, or its roots do not verify its own certificate: istiod does not start with it.",
    "A root is being rotated, and some clusters are more than one phase behind others.",
    "A certificate of the chain allows TLS servers or clients only, or a revocation list names it.",
  ],
  fixes: [
    "Make one root and let it sign an intermediate certificate for each cluster, in Secret cacerts of the istio namespace: mc certs root, intermediate and install do so.",
    "During a rotation put the old and the new root into root-cert.pem of every cluster before the first certificate of the new one is used: mc certs status shows where clusters are, mc certs rotate takes one step when it is safe.",
    "Restart istiod after a change of Secret cacerts.",
  ],
  needs: ["rootCertificate"],
  uses: ["intermediate", "ztunnelDumps"],
  artifacts: ["trust"],
  run(members: readonly CertsFacts[], context) {
    const { trust } = context.artifacts;
    return judge(
      members.map((member) => certificatesOf(member, trust)),
      trust,
      context,
    );
  },
});
