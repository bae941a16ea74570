import type { PodFact, WorkloadFact } from "../model/facts.ts";

/** Whether what the pod says of its owner names the workload, or a ReplicaSet of it. */
function isMadeBy({ owner }: PodFact, { kind, name }: WorkloadFact): boolean {
  if (!owner) return false;
  return kind === "DaemonSet"
    ? owner.kind === kind && owner.name === name
    : owner.kind === "ReplicaSet" && owner.name.replace(/-[^-]*$/, "") === name;
}

/**
 * The workload that made a pod: the one in its namespace that the pod names, else the one with the
 * longest name that begins the pod's (`istiod-gloo` before `istiod`), else the only one there.
 */
export function ownerOf<W extends WorkloadFact>(
  pod: PodFact,
  workloads: readonly W[],
): W | undefined {
  const near = workloads.filter(({ namespace }) => namespace === pod.namespace);
  const named = near.find((workload) => isMadeBy(pod, workload));
  if (named) return named;
  const [owner] = near
    .filter(({ name }) => pod.name.startsWith(`${name}-`))
    .toSorted((one, other) => other.name.length - one.name.length);
  return owner ?? (near.length === 1 ? near[0] : undefined);
}
