import { kubectl } from "../../mesh/commands/shell.ts";
import { isForAgents, keptAway, type KeptAway, taintText } from "../../mesh/scheduling.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { NodeFact, PodFact, SchedulingFact, WorkloadFact } from "../../model/facts.ts";
import { objectRef, remedy, warn } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
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
  const groups = new Map<string, { first: NodeFact; names: string[] }>();
  for (const node of found) {
    const cause = JSON.stringify(causeOf(only, node) ?? null);
    const group = groups.get(cause) ?? { first: node, names: [] };
    group.names.push(node.name);
    groups.set(cause, group);
  }
  return [...groups.values()].map(({ first, names }) => finding(first, names, only, cluster));
}

function isNew({ createdAt }: NodeFact, { now }: ClusterRef): boolean {
  return createdAt !== undefined && Math.abs(now - createdAt) < GRACE;
}

function causeOf(daemonSet: WorkloadFact | undefined, node: NodeFact): KeptAway | undefined {
  return daemonSet?.scheduling && keptAway(daemonSet.scheduling, node);
}

function finding(
  first: NodeFact,
  names: readonly string[],
  daemonSet: WorkloadFact | undefined,
  cluster: ClusterRef,
): Finding {
  const where = `${names.length === 1 ? "node" : "nodes"} ${enumerate(names)}`;
  const message = `no ztunnel pod on ${where}, where Istio CNI takes pods into the mesh`;
  const object = objectRef("Node", { name: first.name });
  const scheduling = daemonSet?.scheduling;
  const cause = causeOf(daemonSet, first);
  if (!daemonSet || !scheduling || !cause) {
    const remediation = remedy(
      "Compare the nodeSelector, affinity and tolerations of ztunnel's DaemonSet with the node.",
      kubectl(cluster, "describe", "node", first.name),
      kubectl(cluster, "get", "daemonsets", "-A", "-l", "app=ztunnel", "-o", "wide"),
    );
    return warn(message, { object, remediation });
  }
  return warn(`${message}: ${said(cause, daemonSet)}`, {
    object,
    remediation: causeRemedy(cause, daemonSet, scheduling, cluster),
  });
}

function said(cause: KeptAway, daemonSet: WorkloadFact): string {
  const subject = `DaemonSet ${qualified(daemonSet)}`;
  if (cause.kind === "taint") return `${subject} does not tolerate taint ${taintText(cause.taint)}`;
  return cause.kind === "selector"
    ? `nodeSelector ${cause.key}=${cause.value} of ${subject} keeps it away`
    : `the node affinity of ${subject} keeps it away`;
}

const SPEC = "/spec/template/spec";
const LASTING = "until the next upgrade of the ztunnel Helm release this does it";

function causeRemedy(
  cause: KeptAway,
  { namespace, name }: WorkloadFact,
  { tolerations }: SchedulingFact,
  cluster: ClusterRef,
): Remediation {
  const on = (...words: string[]): string => kubectl(cluster, "-n", namespace, ...words);
  const patch = (operation: object): string =>
    on("patch", "daemonset", name, "--type=json", "-p", JSON.stringify([operation]));
  if (cause.kind === "taint") {
    const { key, value, effect } = cause.taint;
    const toleration = value
      ? { key, operator: "Equal", value, effect }
      : { key, operator: "Exists", effect };
    const operation =
      tolerations.length > 0
        ? { op: "add", path: `${SPEC}/tolerations/-`, value: toleration }
        : { op: "add", path: `${SPEC}/tolerations`, value: [toleration] };
    return remedy(
      `Let ztunnel tolerate the taint, by tolerations of its Helm values; ${LASTING}.`,
      patch(operation),
    );
  }
  if (cause.kind === "selector") {
    const key = cause.key.replaceAll("~", "~0").replaceAll("/", "~1");
    return remedy(
      `Let ztunnel run on every node of the mesh, without nodeSelector in its Helm values; ${LASTING}.`,
      patch({ op: "remove", path: `${SPEC}/nodeSelector/${key}` }),
    );
  }
  return remedy(
    "Let ztunnel run on every node of the mesh: correct affinity in its Helm values, or in the DaemonSet.",
    on("edit", "daemonset", name),
  );
}
