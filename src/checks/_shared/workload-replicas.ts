import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { PodFact, WorkloadFact } from "../../model/facts.ts";
import { fail, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";

/**
 * Whether a workload has the pods that it wants. `alive`: some pod of the component runs, be it of
 * another workload.
 */
export function judgeWorkload(
  workload: WorkloadFact,
  pods: readonly PodFact[],
  alive: boolean,
  cluster: ClusterRef,
): Finding[] {
  const { kind, namespace, name, desired, conditions } = workload;
  if (desired === undefined) return [];
  const object = objectRef(kind, workload);
  const subject = `${kind} ${namespace}/${name}`;
  const living = pods.filter((pod) => !pod.finished).length;
  if (desired === 0) return living > 0 ? [] : nobodyWanted(workload, alive, cluster);
  const refused = conditions.find(({ type }) => type === "ReplicaFailure");
  const cause = refused?.message || refused?.reason;
  const remediation = refusedRemedy(workload, cluster);
  if (living < desired) {
    const why = cause
      ? `the rest is refused: ${cause}`
      : "pods that admission refuses (quota, Pod Security, SCC, a webhook) never exist, only events tell of them";
    const message = `${subject}: ${living} of ${desired} pods exist; ${why}`;
    return [fail(message, { object, remediation })];
  }
  return cause
    ? [warn(`${subject}: a pod of its rollout is refused: ${cause}`, { object, remediation })]
    : [];
}

function nobodyWanted(workload: WorkloadFact, alive: boolean, cluster: ClusterRef): Finding[] {
  const { kind, namespace, name } = workload;
  const object = objectRef(kind, workload);
  if (kind === "Deployment") {
    const details = {
      object,
      remediation: remedy(
        "Scale the Deployment up.",
        kubectl(cluster, "-n", namespace, "scale", "deployment", name, "--replicas=1"),
      ),
    };
    const message = `Deployment ${namespace}/${name} is scaled to zero`;
    return [alive ? warn(message, details) : fail(message, details)];
  }
  // One DaemonSet of several, such as that of a node pool without nodes, may idle.
  if (alive) return [];
  const remediation = remedy(
    "Compare the DaemonSet's nodeSelector, affinity and tolerations with the nodes.",
    kubectl(cluster, "-n", namespace, "describe", "daemonset", name),
    kubectl(cluster, "get", "nodes", "--show-labels"),
  );
  return [fail(`DaemonSet ${namespace}/${name} wants no pod on any node`, { object, remediation })];
}

/** A pod that admission refused does not exist: only events tell of it. */
function refusedRemedy({ kind, namespace, name }: WorkloadFact, cluster: ClusterRef): Remediation {
  return remedy(
    `Find in the events what refuses the ${kind}'s pods, and allow them.`,
    kubectl(cluster, "-n", namespace, "describe", kind.toLowerCase(), name),
    kubectl(
      cluster,
      "-n",
      namespace,
      "get",
      "events",
      "--field-selector=reason=FailedCreate",
      "--sort-by=.lastTimestamp",
    ),
  );
}
