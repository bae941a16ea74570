import { meetsRequirement } from "../lib/labels.ts";
import type {
  NodeFact,
  NodeRequirement,
  SchedulingFact,
  TaintFact,
  TolerationFact,
} from "../model/facts.ts";
import { COMPUTE_TYPE } from "./names.ts";

/** What keeps the pods of a DaemonSet from a node. */
export type KeptAway =
  | { kind: "taint"; taint: TaintFact }
  /** A label that the nodeSelector wants and the node has not. */
  | { kind: "selector"; key: string; value: string }
  | { kind: "affinity" };

/** Kubernetes' DaemonSet controller lets its pods tolerate these: a cordon keeps none away. */
const TOLERATED: ReadonlySet<string> = new Set(
  [
    "not-ready",
    "unreachable",
    "disk-pressure",
    "memory-pressure",
    "pid-pressure",
    "unschedulable",
    "network-unavailable",
  ].map((name) => `node.kubernetes.io/${name}`),
);

/** Why Kubernetes puts no pod of the DaemonSet on the node; undefined where nothing speaks against it. */
export function keptAway(
  { nodeSelector, tolerations, affinity }: SchedulingFact,
  node: NodeFact,
): KeptAway | undefined {
  for (const [key, value] of nodeSelector) {
    if (node.labels.get(key) !== value) return { kind: "selector", key, value };
  }
  if (
    affinity &&
    !affinity.some((term) => term.length > 0 && term.every((one) => meets(node, one)))
  ) {
    return { kind: "affinity" };
  }
  const taint = node.taints.find(
    (one) =>
      (one.effect === "NoSchedule" || one.effect === "NoExecute") &&
      !TOLERATED.has(one.key) &&
      !tolerations.some((toleration) => tolerates(toleration, one)),
  );
  return taint && { kind: "taint", taint };
}

/** As Kubernetes has it: without a key every taint, without an effect every effect. */
function tolerates({ key, operator, value, effect }: TolerationFact, taint: TaintFact): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === "Exists" || (key !== "" && value === taint.value);
}

function meets(node: NodeFact, { field, key, operator, values }: NodeRequirement): boolean {
  const found = field ? (key === "metadata.name" ? node.name : undefined) : node.labels.get(key);
  if (operator === "Gt") return Number(found) > Number(values[0]);
  if (operator === "Lt") return Number(found) < Number(values[0]);
  // Of what a later Kubernetes may know nothing is claimed.
  return meetsRequirement(found, { operator, values }) ?? true;
}

/** `dedicated=gpu:NoSchedule`, as kubectl writes it. */
export function taintText({ key, value, effect }: TaintFact): string {
  return `${key}${value ? `=${value}` : ""}:${effect}`;
}

/** Taints of nodes that are no machines, or are about to go. */
const PASSING: ReadonlySet<string> = new Set([
  "virtual-kubelet.io/provider",
  COMPUTE_TYPE,
  "ToBeDeletedByClusterAutoscaler",
  "karpenter.sh/disrupted",
  "karpenter.sh/disruption",
]);

/** Whether node agents of the mesh belong on a node: not on Windows, Fargate, virtual nodes or those that go. */
export function isForAgents({ labels, taints }: NodeFact): boolean {
  return (
    labels.get("kubernetes.io/os") !== "windows" &&
    labels.get(COMPUTE_TYPE) !== "fargate" &&
    labels.get("type") !== "virtual-kubelet" &&
    !taints.some(({ key }) => PASSING.has(key))
  );
}
