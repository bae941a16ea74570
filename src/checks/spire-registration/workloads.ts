import { DATAPLANE_MODE } from "../../mesh/names.ts";
import { qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { NamespaceFact, PodFact } from "../../model/facts.ts";
import type { SpireWorkloadFact } from "../../model/spire.ts";

/** What a pod is given to get its entry, ms: the controller manager looks every few seconds. */
const GRACE = 2 * 60_000;

export type Role = "ztunnel" | "gateway" | "ambient";

/** A pod that must have an identity of SPIRE's. */
export interface Needing {
  pod: SpireWorkloadFact;
  role: Role;
}

interface Around {
  pods: readonly SpireWorkloadFact[];
  ztunnelPods: readonly PodFact[];
  namespaces: readonly NamespaceFact[];
  /** ztunnel asks for the identities of ambient pods. */
  byZtunnel: boolean;
  cluster: ClusterRef;
}

/** As Istio CNI decides it: the pod's label, else that of its namespace; never on the node's network. */
function isAmbient(pod: SpireWorkloadFact, namespaces: readonly NamespaceFact[]): boolean {
  const mode =
    pod.labels.get(DATAPLANE_MODE) ??
    namespaces.find(({ name }) => name === pod.namespace)?.labels.get(DATAPLANE_MODE);
  return mode === "ambient" && !pod.hostNetwork;
}

/** The pods that must have an identity; those that wait for a node, or are young, get theirs later. */
export function needing({ pods, ztunnelPods, namespaces, byZtunnel, cluster }: Around): Needing[] {
  const ztunnels = new Set(ztunnelPods.map(qualified));
  return pods.flatMap((pod): Needing[] => {
    const isYoung = pod.createdAt !== undefined && Math.abs(cluster.now - pod.createdAt) < GRACE;
    if (pod.nodeName === undefined || isYoung) return [];
    if (ztunnels.has(qualified(pod))) return byZtunnel ? [{ pod, role: "ztunnel" }] : [];
    if (pod.mountsSocket) return [{ pod, role: "gateway" }];
    return byZtunnel && isAmbient(pod, namespaces) ? [{ pod, role: "ambient" }] : [];
  });
}

/** The workload of a pod as people know it: the Deployment of a ReplicaSet, else its owner, else itself. */
export function workloadName({ namespace, name, owner, labels }: SpireWorkloadFact): string {
  if (!owner) return `Pod ${namespace}/${name}`;
  const hash = labels.get("pod-template-hash");
  const end = hash === undefined ? /-[^-]*$/ : undefined;
  if (owner.kind !== "ReplicaSet") return `${owner.kind} ${namespace}/${owner.name}`;
  const deployment = end ? owner.name.replace(end, "") : owner.name.slice(0, -`-${hash}`.length);
  return `Deployment ${namespace}/${deployment}`;
}
