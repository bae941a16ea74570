import type { PodFact, WorkloadFact } from "../model/facts.ts";

/**
 * The workload that made a pod: the one in its namespace with the longest name that begins the
 * pod's (`istiod-gloo` before `istiod`), else the only one there.
 */
export function ownerOf<W extends WorkloadFact>(
  pod: PodFact,
  workloads: readonly W[],
): W | undefined {
  const near = workloads.filter(({ namespace }) => namespace === pod.namespace);
  const [owner] = near
    .filter(({ name }) => pod.name.startsWith(`${name}-`))
    .toSorted((one, other) => other.name.length - one.name.length);
  return owner ?? (near.length === 1 ? near[0] : undefined);
}
