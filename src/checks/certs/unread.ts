import { grantCommands, refusedUser } from "../../mesh/commands/grant.ts";
import { contextWord, kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { objectRef, remedy, warn } from "../../model/finding.ts";
import type { Missing } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import type { ClusterCertificates } from "./cluster-certificates.ts";

/** The cluster's signing certificate is not to be had: only roots could be compared. */
export function unreadFindings({ cluster, context, intermediate }: ClusterCertificates): Finding[] {
  const lead = `cluster ${context}: intermediate certificates were not checked, only roots:`;
  const about = { cluster: context };
  if (!intermediate.ok) {
    return [
      warn(`${lead} ${intermediate.detail}`, {
        ...about,
        object: objectRef("Secret", { namespace: cluster.istioNamespace, name: "cacerts" }),
        remediation: access(cluster, intermediate),
      }),
    ];
  }
  const why =
    intermediate.value.external ??
    `${cluster.istioNamespace} has neither Secret cacerts nor istio-ca-secret, one of which istiod makes when it signs: an external CA signs, or no istiod has started yet`;
  return [
    warn(`${lead} ${why}`, {
      ...about,
      remediation: remedy(
        "Look at a workload's certificates, and see that whoever signs does so for all clusters under one root.",
        `istioctl --context ${contextWord(cluster)} ztunnel-config certificates`,
      ),
    }),
  ];
}

function access(cluster: ClusterRef, cause: Missing): Remediation {
  const inNamespace = (...parameters: string[]): string =>
    kubectl(cluster, "-n", cluster.istioNamespace, ...parameters);
  const look = inNamespace("get", "secrets", "cacerts", "istio-ca-secret", "--ignore-not-found");
  if (cause.why === "not-recorded") {
    return remedy(
      "Record the cluster with mc snapshot, which keeps certificates and no keys, or check it live.",
      look,
    );
  }
  if (cause.why !== "forbidden") return remedy("Read the Secrets directly.", look);
  const grant = {
    name: "mc-cacerts",
    verbs: "get",
    resource: "secrets",
    names: ["cacerts", "istio-ca-secret"],
    namespace: cluster.istioNamespace,
  };
  return remedy(
    `Allow whoever runs mc to get Secrets cacerts and istio-ca-secret in namespace ${cluster.istioNamespace} (as someone who may grant it).`,
    ...grantCommands(cluster, grant, refusedUser(cause.detail)),
  );
}
