import { isClusterLocal } from "../../mesh/cluster-local.ts";
import { showService } from "../../mesh/commands/services.ts";
import { CLUSTER_DOMAIN, GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import { isLabelledGlobal, isMultiNetworkAmbient } from "../../mesh/service-scope.ts";
import { portsOf } from "../../mesh/services.ts";
import { contexts, qualified } from "../../mesh/wording.ts";
import type { ClusterRef, MeshMember } from "../../model/check.ts";
import type { ServiceFact } from "../../model/facts.ts";
import { objectRef, pass, remedy, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";

export type SamenessMember = MeshMember<"services" | "namespaces", "meshConfigs" | "istiods">;

interface Copy {
  cluster: ClusterRef;
  service: ServiceFact;
}

/**
 * Services that istiods take for one as they are called alike: all of community Istio, unless ambient
 * joins networks, where only those that say so are shared.
 */
function copiesIn({ cluster, facts }: SamenessMember): Copy[] {
  const configs = valueOr(facts.meshConfigs, []);
  const onlyGlobal = facts.istiods.ok && isMultiNetworkAmbient(facts.istiods.value);
  return facts.services
    .filter(
      (service) =>
        service.namespace !== cluster.istioNamespace &&
        !service.labels.has(GATEWAY_NAME) &&
        !service.labels.has(NETWORK) &&
        (!onlyGlobal || isLabelledGlobal(service)) &&
        !isClusterLocal(
          {
            namespace: service.namespace,
            host: `${service.name}.${service.namespace}.${CLUSTER_DOMAIN}`,
          },
          configs,
        ),
    )
    .map((service) => ({ cluster, service }));
}

/** No cluster IP: callers get the addresses of pods from DNS. */
function kindOf({ service: { clusterIPs, type } }: Copy): string {
  if (type === "ExternalName") return "an ExternalName";
  return clusterIPs.length === 0 ? "headless" : "with a cluster IP";
}

/** `80/TCP in a, b; 443/TCP in c` */
function listed(groups: ReadonlyMap<string, readonly Copy[]>): string {
  return [...groups].map(([text, copies]) => `${text} in ${contexts(copies)}`).join("; ");
}

function compared(key: string, copies: readonly Copy[]): Finding[] {
  const [first] = copies;
  if (!first || copies.length < 2) return [];
  const object = objectRef("Service", first.service);
  const ports = Map.groupBy(copies, portsOf);
  const kinds = Map.groupBy(copies, kindOf);
  const differing = [
    ...(ports.size > 1 ? [{ what: "has different ports", groups: ports }] : []),
    ...(kinds.size > 1 ? [{ what: "is not alike", groups: kinds }] : []),
  ];
  if (differing.length === 0) {
    return [pass(`Service ${key} is the same in ${contexts(copies)}`, { object })];
  }
  return differing.map(({ what, groups }) =>
    warn(`Service ${key} ${what}: ${listed(groups)}`, {
      object,
      remediation: remedy(
        "Make it the same in all clusters, which take it for one service, or give it another name where it is another.",
        ...[...groups.values()].flatMap((group) =>
          group.slice(0, 1).map(({ cluster, service }) => showService(cluster, service)),
        ),
      ),
    }),
  );
}

/** Compares the Services that several clusters have, and says of how many that are. */
export function samenessFindings(members: readonly SamenessMember[]): {
  findings: Finding[];
  count: number;
} {
  const copies = Map.groupBy(members.flatMap(copiesIn), ({ service }) => qualified(service));
  const shared = [...copies].filter(([, all]) => all.length > 1);
  return {
    findings: shared.flatMap(([key, all]) => compared(key, all)),
    count: shared.length,
  };
}
