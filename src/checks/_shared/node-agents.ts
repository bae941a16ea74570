import { isAmbient } from "../../mesh/kind.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { IstiodsFact, PodFact, WorkloadFact } from "../../model/facts.ts";
import { fail, remedy, skip, summarize } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding, MeshKind } from "../../model/report.ts";
import { judgePods, podRow } from "./cluster-pods.ts";
import { notChecked } from "./not-checked.ts";
import type { PodsData } from "./pods-data.ts";

/** A component that a DaemonSet runs on each node. */
interface NodeAgent {
  /** As messages call it: `Istio CNI`. */
  name: string;
  /** What installs it: `istio-cni with the ambient profile`. */
  install: string;
  /** The label that its pods and DaemonSets have. */
  selector: string;
}

/** What `mc explain` says of each such component. */
export const NODE_AGENT_FAULTS = [
  "The DaemonSet has fewer pods than it wants: admission refused them, so they do not exist.",
  "A pod is not Running and ready.",
];

/**
 * Nothing of a component of ambient is there, and nothing says that it should be: in community
 * meshes sidecars may do without.
 */
export function isWithoutAmbient(
  kinds: ReadonlySet<MeshKind>,
  pods: readonly PodFact[],
  daemonSets: Gathered<WorkloadFact[]>,
  istiods: Gathered<IstiodsFact>,
): boolean {
  const none = pods.length === 0 && daemonSets.ok && daemonSets.value.length === 0;
  return !kinds.has("peering") && none && istiods.ok && !isAmbient(istiods.value);
}

/** What such a check says then. */
export function withoutAmbient(): { findings: Finding[]; data: PodsData; summary: string } {
  const message = "ambient is not in use: its traffic goes through sidecars";
  const findings = [skip(message, { because: { notInUse: "ambient" } })];
  return { findings, data: { rows: [] }, summary: message };
}

/**
 * Judges the pods of a component that ambient has on each node: there is no mesh without it, so
 * none at all is a fault.
 */
export function judgeNodeAgent(
  { name, install, selector }: NodeAgent,
  pods: readonly PodFact[],
  daemonSets: Gathered<WorkloadFact[]>,
  cluster: ClusterRef,
): { findings: Finding[]; data: PodsData; summary: string } {
  const findings = judgePods(
    {
      kind: "DaemonSet",
      pods,
      workloads: daemonSets.ok ? daemonSets.value : [],
      none: () =>
        fail(`no ${name} pod in any namespace`, {
          remediation: remedy(
            `Install ${install}, or find out why its DaemonSet has no pods.`,
            kubectl(cluster, "get", "daemonsets,pods", "-A", "-l", selector),
          ),
        }),
    },
    cluster,
  );
  if (!daemonSets.ok) findings.push(notChecked(`number of ${name} pods`, daemonSets));
  return {
    findings,
    data: { rows: pods.map((pod) => podRow(pod, cluster.now)) },
    summary: summarize(findings, "all pods healthy"),
  };
}
