import { kubectl } from "../../mesh/commands/shell.ts";
import { ROOT_CONFIG_MAP } from "../../mesh/names.ts";
import { isTaken } from "../../mesh/spire/entries.ts";
import { enumerate } from "../../mesh/wording.ts";
import { objectRef, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireTrustMatrix } from "../../model/trust.ts";
import { managersOf } from "../_shared/spire.ts";
import { domainOf, type Member } from "./pairs.ts";

/**
 * Gateways that istiod gives certificates and workloads that SPIRE gives theirs meet at the border of a
 * cluster: each side must know the other's root.
 */
export function rootsFinding({ cluster }: Member, trust: SpireTrustMatrix): Finding[] {
  const { context, istioNamespace } = cluster;
  const [ofIstiod, ofSpire] = [trust.istiodBySpire.get(context), trust.spireByIstiod.get(context)];
  if (!ofIstiod || !ofSpire || ofIstiod.ok || ofSpire.ok) return [];
  const message = `SPIRE's bundle of ${context} does not verify istiod's certificates, nor istiod's roots those of SPIRE: a gateway with a certificate of the one does not trust workloads with one of the other (${ofIstiod.reason})`;
  const remediation = remedy(
    "Put the root of Secret cacerts into SPIRE's bundle (key bundle.crt of its Secret), and SPIRE's root into root-cert.pem of Secret cacerts; or sign both below one root. Then restart SPIRE's server and istiod.",
    kubectl(cluster, "-n", istioNamespace, "get", "configmap", ROOT_CONFIG_MAP, "-o", "yaml"),
  );
  return [warn(message, { cluster: context, remediation })];
}

/** Trust domains that identities federate with, and whose bundle nobody fetches. */
export function federationFindings(member: Member): Finding[] {
  const { cluster, facts } = member;
  if (!facts.spireEntries.ok || !facts.spireEntries.value.federated.ok) return [];
  const { spiffeIds, staticEntries, federated } = facts.spireEntries.value;
  const managers = managersOf(facts.spireTrust);
  if (managers.length === 0 || !federated.ok) return [];
  const taken = <T extends { className: string }>(objects: readonly T[]): T[] =>
    objects.filter((one) => managers.some((manager) => isTaken(one, manager)));
  const fetched = new Set(taken(federated.value).map(({ trustDomain }) => trustDomain));
  const own = domainOf(member);
  const wanting = [
    ...taken(spiffeIds).map((one) => ({ kind: "ClusterSPIFFEID", ...one })),
    ...taken(staticEntries.ok ? staticEntries.value : []).map((one) => ({
      kind: "ClusterStaticEntry",
      ...one,
    })),
  ];
  return wanting.flatMap(({ kind, name, federatesWith }) => {
    const lacking = federatesWith.filter((domain) => domain !== own && !fetched.has(domain));
    if (lacking.length === 0) return [];
    const foreign = federated.value.find(({ trustDomain }) => lacking.includes(trustDomain));
    const why = foreign
      ? `ClusterFederatedTrustDomain ${foreign.name} has ${foreign.className === "" ? "no class" : `class ${foreign.className}`}, which the controller manager does not take`
      : "no ClusterFederatedTrustDomain is for it";
    const message = `${kind} ${name} of ${cluster.context} federates with ${enumerate(lacking)}, whose bundle SPIRE does not fetch: ${why}`;
    const remediation = remedy(
      `Add a ClusterFederatedTrustDomain of the controller manager's class for ${enumerate(lacking)}, with the bundle endpoint of that SPIRE.`,
      kubectl(cluster, "get", "clusterfederatedtrustdomains", "-o", "yaml"),
    );
    return [
      warn(message, { cluster: cluster.context, object: objectRef(kind, { name }), remediation }),
    ];
  });
}
