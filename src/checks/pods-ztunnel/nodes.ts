import { kubectl } from "../../mesh/commands/shell.ts";
import { isForAgents } from "../../mesh/scheduling.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { NodeFact, PodFact, WorkloadFact } from "../../model/facts.ts";
import { objectRef, remedy, warn } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { type Agents, byCause, causeOf, causeRemedy, causeText } from "../_shared/kept-away.ts";
import { notChecked } from "../_shared/not-checked.ts";

/** What a node is given to get its pods, ms. */
const GRACE = 2 * 60_000;

interface Surroundings {
  ztunnelPods: readonly PodFact[];
  cniPods: Gathered<readonly PodFact[]>;
  ztunnels: Gathered<readonly WorkloadFact[]>;
  nodes: Gathered<readonly NodeFact[]>;
}

function nodesOf(pods: readonly PodFact[]): Set<string> {
  return new Set(
    pods.flatMap(({ nodeName, finished }) =>
      nodeName === undefined || finished ? [] : [nodeName],
    ),
  );
}

/**
 * Nodes where Istio CNI takes pods into the mesh and no ztunnel is there to carry their traffic. A
 * pod that waits for a node is a fault of its own, and so are those that do not exist.
 */
export function uncoveredNodes(
  { ztunnelPods, cniPods, ztunnels, nodes }: Surroundings,
  cluster: ClusterRef,
): Finding[] {
  const covered = nodesOf(ztunnelPods);
  const bare = cniPods.ok ? nodesOf(cniPods.value).difference(covered) : new Set<string>();
  if (covered.size === 0 || bare.size === 0) return [];
  const waits = ztunnelPods.some(({ nodeName, finished }) => nodeName === undefined && !finished);
  if (waits) return [];
  if (!nodes.ok) return [notChecked("nodes with Istio CNI and without ztunnel", nodes)];
  const found = nodes.value.filter(
    (node) => bare.has(node.name) && isForAgents(node) && !isNew(node, cluster),
  );
  const daemonSets = ztunnels.ok ? ztunnels.value : [];
  const [daemonSet, ...others] = daemonSets;
  const isShort = daemonSets.some(({ desired }) => desired !== undefined && desired > covered.size);
  if (isShort) return [];
  const only = others.length === 0 ? daemonSet : undefined;
  const agents = only && { what: "ztunnel", release: "ztunnel", ...only };
  return byCause(agents, found).map(({ first, names }) => finding(first, names, agents, cluster));
}

function isNew({ createdAt }: NodeFact, { now }: ClusterRef): boolean {
  return createdAt !== undefined && Math.abs(now - createdAt) < GRACE;
}

function finding(
  first: NodeFact,
  names: readonly string[],
  agents: Agents | undefined,
  cluster: ClusterRef,
): Finding {
  const where = `${names.length === 1 ? "node" : "nodes"} ${enumerate(names)}`;
  const message = `no ztunnel pod on ${where}, where Istio CNI takes pods into the mesh`;
  const object = objectRef("Node", { name: first.name });
  const cause = agents && causeOf(agents, first);
  if (!agents || !cause) {
    const remediation = remedy(
      "Compare the nodeSelector, affinity and tolerations of ztunnel's DaemonSet with the node.",
      kubectl(cluster, "describe", "node", first.name),
      kubectl(cluster, "get", "daemonsets", "-A", "-l", "app=ztunnel", "-o", "wide"),
    );
    return warn(message, { object, remediation });
  }
  const remediation = causeRemedy(cause, agents, cluster);
  return warn(`${message}: ${causeText(cause, agents)}`, { object, remediation });
}
