import { kubectl } from "../lib/shell.ts";
import type { GatheredCluster, WritableCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import { RESOURCES } from "../model/resource.ts";
import { factOf, type Problem, problem } from "./problem.ts";
import { noCrds, noNetwork } from "./target.ts";

/** What must be read of a cluster to write Gateways to it. */
export const SOURCE_FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "namespaces",
  "gateways",
  "gatewayClasses",
];

/**
 * Everything that stands against writing Gateways of a class into a namespace of a cluster: its
 * network label, the CRDs, the class, the namespace, our permission. All is asked for; nothing is
 * written.
 */
export async function writeProblems(
  cluster: GatheredCluster,
  writer: WritableCluster,
  namespace: string,
  className: string,
): Promise<Problem[]> {
  const { ref } = cluster;
  const connection = factOf(cluster, "connection");
  if ("missing" in connection) {
    return [problem(ref, `cannot be reached: ${connection.missing.detail}`)];
  }
  return [
    ...namespaceProblems(cluster, namespace),
    ...classProblems(cluster, className),
    ...(await permissionProblems(cluster, writer, namespace)),
  ];
}

function namespaceProblems(cluster: GatheredCluster, namespace: string): Problem[] {
  const { ref } = cluster;
  const namespaces = factOf(cluster, "namespaces");
  if ("missing" in namespaces) {
    return [problem(ref, `its namespaces could not be read: ${namespaces.missing.detail}`)];
  }
  return [
    ...(ref.network ? [] : [noNetwork(ref)]),
    ...(namespaces.value.some(({ name }) => name === namespace)
      ? []
      : [
          problem(
            ref,
            `namespace ${namespace} does not exist`,
            kubectl(ref, "create", "namespace", namespace),
          ),
        ]),
  ];
}

function classProblems(cluster: GatheredCluster, className: string): Problem[] {
  const { ref } = cluster;
  const gateways = factOf(cluster, "gateways");
  if ("missing" in gateways) {
    return [problem(ref, `its Gateways could not be read: ${gateways.missing.detail}`)];
  }
  if (!gateways.value.served) return [noCrds(ref)];
  const classes = factOf(cluster, "gatewayClasses");
  if ("missing" in classes) {
    return [problem(ref, `its GatewayClasses could not be read: ${classes.missing.detail}`)];
  }
  const found = classes.value.find(({ name }) => name === className);
  const logs = kubectl(ref, "-n", ref.istioNamespace, "logs", "-l", "app=istiod", "--tail=100");
  if (!found) {
    return [
      problem(
        ref,
        `GatewayClass ${className} does not exist: istiod makes it when peering is enabled (platforms.peering.enabled=true)`,
        kubectl(ref, "get", "gatewayclasses"),
        logs,
      ),
    ];
  }
  return found.accepted?.status === "True"
    ? []
    : [
        problem(
          ref,
          `GatewayClass ${className} is not accepted: no istiod handles it`,
          kubectl(ref, "describe", "gatewayclass", className),
          logs,
        ),
      ];
}

async function permissionProblems(
  { ref }: GatheredCluster,
  writer: WritableCluster,
  namespace: string,
): Promise<Problem[]> {
  const { group, plural } = RESOURCES.gateways;
  const allowed = await writer.allowed({ verb: "patch", group, resource: plural, namespace });
  // Who may not ask finds out by the dry run that precedes every write.
  if (!allowed.ok || allowed.value) return [];
  return [
    problem(
      ref,
      `you may not patch ${plural}.${group} in namespace ${namespace}`,
      kubectl(ref, "auth", "can-i", "patch", `${plural}.${group}`, "-n", namespace),
    ),
  ];
}
