import { kubectl } from "../../mesh/commands/shell.ts";
import { ROOT_CONFIG_MAP } from "../../mesh/names.ts";
import { info, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireTrustMatrix, TrustVerdict } from "../../model/trust.ts";
import type { Member } from "./members.ts";

/**
 * Gateways that istiod gives certificates and workloads that SPIRE gives theirs meet at the border of a
 * cluster: each side must know the other's root.
 */
export function rootsFinding({ cluster }: Member, trust: SpireTrustMatrix): Finding[] {
  const { context, istioNamespace } = cluster;
  const [ofIstiod, ofSpire] = [trust.istiodBySpire.get(context), trust.spireByIstiod.get(context)];
  if (!ofIstiod || !ofSpire || (ofIstiod.ok && ofSpire.ok)) return [];
  if (ofIstiod.ok || ofSpire.ok) {
    // What is wrong with the upstream CA itself is said by the check of bundles.
    if (![ofIstiod, ofSpire].some(isUnknown)) return [];
    // Which of both CAs signs for gateways is not known for certain.
    const [trusts, lacks] = ofIstiod.ok
      ? [
          "SPIRE's bundle verifies istiod's certificates",
          "istiod's roots do not verify those of SPIRE",
        ]
      : [
          "istiod's roots verify the certificates of SPIRE",
          "SPIRE's bundle does not verify those of istiod",
        ];
    const message = `one way only in ${context}: ${trusts}, but ${lacks}; mutual TLS between a gateway of the one CA and workloads of the other needs both`;
    return [info(message, { cluster: context })];
  }
  const message = `SPIRE's bundle of ${context} does not verify istiod's certificates, nor istiod's roots those of SPIRE: a gateway with a certificate of the one does not trust workloads with one of the other (${ofIstiod.reason})`;
  const remediation = remedy(
    "Put the root of Secret cacerts into SPIRE's bundle (key bundle.crt of its Secret), and SPIRE's root into root-cert.pem of Secret cacerts; or sign both below one root. Then restart SPIRE's server and istiod.",
    kubectl(cluster, "-n", istioNamespace, "get", "configmap", ROOT_CONFIG_MAP, "-o", "yaml"),
  );
  return [warn(message, { cluster: context, remediation })];
}

/** Another root is needed. */
function isUnknown(verdict: TrustVerdict): boolean {
  return !verdict.ok && (verdict.fault === "unknown-issuer" || verdict.fault === "other-key");
}
