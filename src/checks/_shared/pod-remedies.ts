import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { PodFact } from "../../model/facts.ts";
import { remedy } from "../../model/finding.ts";
import type { Remediation } from "../../model/report.ts";

const CAUSES: readonly {
  when: RegExp;
  summary: string;
  /** A container has run and ended: its log tells why. */
  logged?: true;
}[] = [
  {
    when: /ImagePull|ErrImage|InvalidImageName|RegistryUnavailable/,
    summary: "Correct the image, its pull secret or the node's way to the registry.",
  },
  {
    when: /^(Init:)?(CrashLoopBackOff|OOMKilled|Error$|ExitCode|Signal|StartError|ContainerCannotRun)/,
    summary: "Find in the log of its last run why the container exits, and correct that.",
    logged: true,
  },
  {
    when: /ConfigError|ContainerCreating|PodInitializing/,
    summary: "Provide what its containers wait for: a ConfigMap, Secret, volume or the CNI plugin.",
  },
];

/** What to do about a pod that is not Running and ready. */
export function podRemedy(pod: PodFact, cluster: ClusterRef): Remediation {
  const on = (...words: string[]): string => kubectl(cluster, "-n", pod.namespace, ...words);
  const describe = on("describe", "pod", pod.name);
  const cause = CAUSES.find(({ when }) => when.test(pod.status));
  if (cause?.logged) {
    // A container that waits to be started again has its log in the run before; one that has just
    // ended still has it, and there may be none before.
    const which = [
      ...(pod.failing === undefined ? ["--all-containers"] : ["-c", pod.failing]),
      ...(pod.status.endsWith("CrashLoopBackOff") ? ["--previous"] : []),
    ];
    return remedy(cause.summary, on("logs", pod.name, ...which), describe);
  }
  if (cause) return remedy(cause.summary, describe);
  if (pod.finished) {
    return remedy(
      "See why the pod ended and why nothing replaces it, then free what its node lacks.",
      describe,
      on("get", "events", "--sort-by=.lastTimestamp"),
    );
  }
  if (pod.status === "SchedulingGated") {
    return remedy(
      "Find who should lift the pod's scheduling gates, and why nobody does.",
      describe,
    );
  }
  if (pod.status === "Pending") {
    return remedy(
      "Give the scheduler a node that the pod fits: room, tolerations, node labels.",
      describe,
      kubectl(cluster, "get", "nodes"),
    );
  }
  if (pod.phase === "Running" && pod.total > 0 && pod.ready >= pod.total) {
    // Its containers say that they are well: somebody else says that it is not ready.
    return remedy(
      "See whether its node is up, and who sets its readiness gates.",
      describe,
      ...(pod.nodeName ? [kubectl(cluster, "get", "node", pod.nodeName)] : []),
    );
  }
  return remedy(
    "Find out why its containers do not get ready, and correct that.",
    describe,
    on("logs", pod.name, "--all-containers", "--tail=50"),
  );
}

/** What to do about one that ended and is not needed any more. */
export function leftoverRemedy({ namespace, name }: PodFact, cluster: ClusterRef): Remediation {
  return remedy(
    "Delete the leftover once its reason is understood.",
    kubectl(cluster, "-n", namespace, "delete", "pod", name),
  );
}

/** What to do about one that is being deleted. */
export function endingRemedy(
  { namespace, name, nodeName }: PodFact,
  cluster: ClusterRef,
): Remediation {
  return remedy(
    "See what keeps the pod from ending: a finalizer, a long shutdown, or a node that is gone.",
    kubectl(cluster, "-n", namespace, "describe", "pod", name),
    ...(nodeName ? [kubectl(cluster, "get", "node", nodeName)] : []),
  );
}
