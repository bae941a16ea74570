import { isAccepted } from "../mesh/conditions.ts";
import { GATEWAY_RESOURCE } from "../mesh/names.ts";
import { istiodLog } from "../mesh/commands/istiod.ts";
import { installGatewayApi } from "../mesh/commands/gateways.ts";
import { grantCommands } from "../mesh/commands/grant.ts";
import { kubectl } from "../mesh/commands/shell.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster, WritableCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import type { AccessRequest } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { gatewaysIn } from "./known-gateways.ts";
import { networkProblems } from "./network.ts";
import { factOf, hasNamespace, type Problem, problem, read } from "./problem.ts";

/** What must be read of a cluster to write Gateways to it. */
export const SOURCE_FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "namespaces",
  "gateways",
  "gatewayClasses",
];

const { group: GROUP, plural: PLURAL } = RESOURCES.gateways;

/** What is to be written to a cluster. */
export interface Intent {
  namespace: string;
  className: string;
  /** Some of the Gateways are not there yet. */
  creates: boolean;
}

/**
 * Everything that stands against writing Gateways of a class into a namespace of a cluster: its
 * network label, the CRDs, the class, the namespace, our permission. All is asked for; nothing is
 * written.
 */
export async function writeProblems(
  cluster: GatheredCluster,
  writer: WritableCluster,
  intent: Intent,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (!read(cluster, "connection", problems)) return problems;
  const denied = await permissionProblems(cluster, writer, intent);
  return [
    ...networkProblems(cluster),
    ...namespaceProblems(cluster, intent.namespace),
    ...classProblems(cluster, intent),
    ...denied,
  ];
}

function namespaceProblems(cluster: GatheredCluster, namespace: string): Problem[] {
  const { ref, facts } = cluster;
  // Namespaces that could not be read are named with the network; one that cannot be told of is met
  // by the dry run.
  if (!facts.namespaces?.ok) return [];
  if (hasNamespace(cluster, facts.namespaces.value, namespace) !== false) return [];
  const create = kubectl(ref, "create", "namespace", namespace);
  return [problem(ref, `namespace ${namespace} does not exist`, create)];
}

function classProblems(cluster: GatheredCluster, { className, namespace }: Intent): Problem[] {
  const { ref } = cluster;
  const problems: Problem[] = [];
  const gateways = gatewaysIn(cluster, namespace, problems);
  if (!gateways) return problems;
  if (!gateways.served) return [noCrds(ref)];
  const classes = read(cluster, "gatewayClasses", problems);
  if (!classes) return problems;
  if (classes.some(({ name }) => name === className)) return [];
  const message = `GatewayClass ${className} does not exist: istiod makes it when peering is enabled (platforms.peering.enabled=true)`;
  return [problem(ref, message, kubectl(ref, "get", "gatewayclasses"), istiodLog(ref))];
}

/** A class that is there, and that no istiod has accepted: nobody would handle its Gateways. */
export function unacceptedClass({ ref, facts }: GatheredCluster, className: string): Problem[] {
  const classes = facts.gatewayClasses?.ok ? facts.gatewayClasses.value : [];
  const found = classes.find(({ name }) => name === className);
  if (!found || isAccepted(found)) return [];
  const { accepted } = found;
  const state = accepted ? `${accepted.reason}: ${accepted.message}` : "it has no such condition";
  const message = `GatewayClass ${className} is not accepted by istiod (${state})`;
  return [
    problem(ref, message, kubectl(ref, "describe", "gatewayclass", className), istiodLog(ref)),
  ];
}

export function noCrds(ref: ClusterRef): Problem {
  return problem(ref, "the Gateway API is not installed", installGatewayApi(ref));
}

async function permissionProblems(
  cluster: GatheredCluster,
  writer: WritableCluster,
  { namespace, creates }: Intent,
): Promise<Problem[]> {
  writer.renew?.();
  // Applying what is not there yet needs the right to create as well.
  const verbs: AccessRequest["verb"][] = creates ? ["create", "patch"] : ["patch"];
  const answers = await Promise.all(
    verbs.map((verb) => writer.allowed({ verb, group: GROUP, resource: PLURAL, namespace })),
  );
  // Who may not ask finds out by the dry run that precedes every write.
  const denied = verbs.filter((_, index) => {
    const answer = answers[index];
    return answer?.ok === true && !answer.value;
  });
  if (denied.length === 0) return [];
  const { ref } = cluster;
  const message = `you may not ${denied.join(" or ")} ${GATEWAY_RESOURCE} in namespace ${namespace}`;
  return [problem(ref, message, ...grant(cluster, namespace, verbs))];
}

/** Commands for someone who may grant it. */
function grant(cluster: GatheredCluster, namespace: string, verbs: readonly string[]): string[] {
  const { ref } = cluster;
  const connection = factOf(cluster, "connection");
  const user = "value" in connection ? connection.value.user : undefined;
  const resource = GATEWAY_RESOURCE;
  if (user === undefined) {
    return verbs.map((verb) => kubectl(ref, "-n", namespace, "auth", "can-i", verb, resource));
  }
  const verb = `get,list,watch,${verbs.join(",")}`;
  return grantCommands(ref, { name: "mc-link", verbs: verb, resource, namespace }, user);
}
