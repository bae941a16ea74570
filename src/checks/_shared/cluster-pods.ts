import { ownerOf } from "../../mesh/pod-owner.ts";
import { age } from "../../lib/time.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { PodRow } from "./pods-data.ts";
import type { PodFact, WorkloadFact } from "../../model/facts.ts";
import { fail, objectRef, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { endingRemedy, leftoverRemedy, podRemedy } from "./pod-remedies.ts";
import { judgeWorkload } from "./workload-replicas.ts";

/** What a starting pod is given before it counts as broken, ms. */
const GRACE = 2 * 60_000;

/** The pods of one component, all to be judged. */
export interface PodSet {
  kind: WorkloadFact["kind"];
  pods: readonly PodFact[];
  /** The workloads that should run them; none when they could not be read. */
  workloads: readonly WorkloadFact[];
  /** Which of them a pod is of, where more than names tell. */
  owner?: (pod: PodFact) => WorkloadFact | undefined;
  /** What to report when nothing runs and no other finding says why. */
  none: () => Finding;
}

/** A pod as `kubectl get pods` prints it. */
export function podRow(pod: PodFact, now: number): PodRow {
  return {
    namespace: pod.namespace,
    name: pod.name,
    ready: `${pod.ready}/${pod.total}`,
    status: pod.status,
    restarts: pod.restarts,
    ...(pod.restarts > 0 && pod.restartedAt !== undefined
      ? { restarted: age(now - pod.restartedAt) }
      : {}),
    age: age(pod.createdAt === undefined ? undefined : now - pod.createdAt),
  };
}

/** Findings of a component: its workloads' replicas, then each pod that is not Running and ready. */
export function judgePods(set: PodSet, cluster: ClusterRef): Finding[] {
  const owner = set.owner ?? ((pod) => ownerOf(pod, set.workloads));
  // Pods without a known workload stand together by namespace.
  const keyOf = (pod: PodFact): WorkloadFact | string => owner(pod) ?? pod.namespace;
  const groups = Map.groupBy(set.pods, keyOf);
  const alive = set.pods.some((pod) => !pod.finished);
  const findings = set.workloads.flatMap((workload) =>
    judgeWorkload(workload, groups.get(workload) ?? [], alive, cluster),
  );
  for (const [key, siblings] of groups) {
    const desired = typeof key === "string" ? undefined : key.desired;
    for (const pod of siblings) {
      if (pod.healthy) continue;
      const done = pod.finished || pod.deleting;
      findings.push(
        done
          ? judgeDone(pod, isReplaced(pod, set.kind, desired, siblings), cluster)
          : judgeUnready(pod, cluster),
      );
    }
  }
  return alive || findings.some(({ severity }) => severity === "fail")
    ? findings
    : [set.none(), ...findings];
}

/** Others do its work: all replicas that its workload wants are ready without it. */
function isReplaced(
  pod: PodFact,
  kind: WorkloadFact["kind"],
  desired: number | undefined,
  siblings: readonly PodFact[],
): boolean {
  const healthy = siblings.filter((sibling) => sibling.healthy);
  // A DaemonSet that has pods and wants none has a status that nobody has written yet.
  if (desired !== undefined && (desired > 0 || kind === "Deployment")) {
    return healthy.length >= Math.max(1, desired);
  }
  // How many are wanted is not known; a DaemonSet wants one on each node.
  return kind === "DaemonSet"
    ? healthy.some(({ nodeName }) => nodeName === pod.nodeName)
    : healthy.length > 0;
}

/** A pod that has ended or is being deleted: harmless once another one does its work. */
function judgeDone(pod: PodFact, replaced: boolean, cluster: ClusterRef): Finding {
  const object = objectRef("Pod", pod);
  const message = messageOf(pod);
  if (!replaced) {
    const remediation = pod.finished ? podRemedy(pod, cluster) : endingRemedy(pod, cluster);
    return fail(`${message}; no replacement is ready`, { object, remediation });
  }
  return pod.finished
    ? warn(`${message}; a leftover, its replacement is ready`, {
        object,
        remediation: leftoverRemedy(pod, cluster),
      })
    : warn(`${message}; its replacement is ready`, {
        object,
        remediation: endingRemedy(pod, cluster),
      });
}

function judgeUnready(pod: PodFact, cluster: ClusterRef): Finding {
  const details = { object: objectRef("Pod", pod), remediation: podRemedy(pod, cluster) };
  const message = messageOf(pod);
  const old = pod.createdAt === undefined ? Number.NaN : cluster.now - pod.createdAt;
  // A clock that is far behind the cluster's must not make every pod a young one.
  return Math.abs(old) < GRACE
    ? warn(`${message}; created ${age(Math.max(0, old))} ago, it may still be starting`, details)
    : fail(message, details);
}

/** The pod, its STATUS, with readiness where that alone is wrong, and why. */
function messageOf({ namespace, name, status, why, ready, total }: PodFact): string {
  const state = status === "Running" ? `Running, ${ready}/${total} ready` : status;
  const said = why?.includes(status) ? why : [state, why].filter(Boolean).join(": ");
  return `${namespace}/${name}: ${said}`;
}
