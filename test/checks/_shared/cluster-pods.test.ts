import { describe, expect, test } from "vitest";
import { judgePods, podRow, type PodSet } from "../../../src/checks/_shared/cluster-pods.ts";
import type { PodFact, WorkloadFact } from "../../../src/model/facts.ts";
import { fail, remedy } from "../../../src/model/finding.ts";
import type { Finding } from "../../../src/model/report.ts";
import { clusterRef, NOW, pod, workload } from "../../support/facts.ts";

const none = (): Finding => fail("none", { remediation: remedy("Install it.") });

function judge(
  pods: PodFact[],
  workloads: WorkloadFact[] = [],
  kind: PodSet["kind"] = "DaemonSet",
): Finding[] {
  return judgePods({ kind, pods, workloads, none }, clusterRef());
}

function only(findings: Finding[]): Finding {
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
}

const ready = pod({ name: "ztunnel-aaaaa", nodeName: "node-1" });

function broken(changes: Partial<PodFact>): PodFact {
  return pod({ name: "ztunnel-bbbbb", healthy: false, ready: 0, ...changes });
}

describe("rows", () => {
  test("say what kubectl prints", () => {
    const createdAt = NOW - (10 * 60 + 18) * 1000;
    expect(podRow(pod({ createdAt }), NOW)).toEqual({
      namespace: "istio-system",
      name: "istiod-6d9cdf88cf-l47tf",
      ready: "1/1",
      status: "Running",
      restarts: 0,
      age: "10m18s",
    });
  });

  test("tell when the last restart was", () => {
    const row = podRow(pod({ restarts: 3, restartedAt: NOW - 300_000 }), NOW);
    expect(row).toMatchObject({ restarts: 3, restarted: "5m" });
    expect(podRow(pod({ restarts: 3 }), NOW)).not.toHaveProperty("restarted");
  });

  test("have an unknown age without a creation time", () => {
    const { createdAt: _, ...undated } = pod();
    expect(podRow(undated, NOW).age).toBe("<unknown>");
  });
});

describe("workloads", () => {
  test("with all their pods are fine", () => {
    expect(judge([ready], [workload()])).toEqual([]);
  });

  test("with fewer pods than wanted fail, since refused pods do not exist", () => {
    const finding = only(judge([ready], [workload({ desired: 3 })]));
    expect(finding).toMatchObject({
      severity: "fail",
      object: { kind: "DaemonSet", namespace: "istio-system", name: "ztunnel" },
    });
    expect(finding.message).toContain(
      "DaemonSet istio-system/ztunnel: 1 of 3 pods exist; pods that admission refuses",
    );
    expect(finding.message).toContain("never exist");
    expect(finding.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-system describe daemonset ztunnel",
      "kubectl --context ctx-a -n istio-system get events --field-selector=reason=FailedCreate --sort-by=.lastTimestamp",
    ]);
  });

  test("without any pod are one fault, that names what refuses them", () => {
    const refused = {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: "exceeded quota: pods",
    };
    const starved = workload({ kind: "Deployment", name: "istiod", conditions: [refused] });
    const finding = only(judge([], [starved], "Deployment"));
    expect(finding.severity).toBe("fail");
    expect(finding.message).toBe(
      "Deployment istio-system/istiod: 0 of 1 pods exist; the rest is refused: exceeded quota: pods",
    );
    const reasoned = { ...starved, conditions: [{ ...refused, message: "" }] };
    expect(only(judge([], [reasoned])).message).toContain("refused: FailedCreate");
  });

  test("with all pods but a refused rollout are a warning", () => {
    const conditions = [
      { type: "Progressing", status: "False", reason: "x", message: "x" },
      { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "quota" },
    ];
    const finding = only(judge([ready], [workload({ conditions })]));
    expect(finding.severity).toBe("warn");
    expect(finding.message).toContain("a pod of its rollout is refused: quota");
    expect(finding.remediation?.commands[0]).toContain("describe daemonset ztunnel");
  });

  test("do not count ended pods as theirs", () => {
    const evicted = broken({ status: "Evicted", phase: "Failed", finished: true });
    const findings = judge([evicted], [workload()]);
    expect(findings.map(({ severity }) => severity)).toEqual(["fail", "fail"]);
    expect(findings[0]?.message).toContain("0 of 1 pods exist");
  });

  test("that do not say how many they want are not counted", () => {
    const { desired: _, ...vague } = workload();
    expect(judge([ready], [vague])).toEqual([]);
    expect(only(judge([], [vague])).message).toBe("none");
  });

  test("scaled to zero fail, and warn where another one runs", () => {
    const zero = workload({ kind: "Deployment", name: "istiod", desired: 0 });
    const finding = only(judge([], [zero], "Deployment"));
    expect(finding).toMatchObject({
      severity: "fail",
      message: "Deployment istio-system/istiod is scaled to zero",
    });
    expect(finding.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-system scale deployment istiod --replicas=1",
    ]);
    const other = workload({ kind: "Deployment", name: "istiod-gloo" });
    const running = pod({ name: "istiod-gloo-6d9cdf88cf-l47tf" });
    expect(only(judge([running], [zero, other], "Deployment")).severity).toBe("warn");
  });

  test("wanted on no node fail, unless another one runs or the status is behind", () => {
    const idle = workload({ desired: 0 });
    const finding = only(judge([], [idle]));
    expect(finding).toMatchObject({
      severity: "fail",
      message: "DaemonSet istio-system/ztunnel wants no pod on any node",
    });
    expect(finding.remediation?.commands).toContain(
      "kubectl --context ctx-a get nodes --show-labels",
    );
    const elsewhere = pod({ namespace: "kube-system", name: "ztunnel-ccccc" });
    const second = workload({ namespace: "kube-system" });
    expect(judge([elsewhere], [idle, second])).toEqual([]);
    expect(judge([ready], [idle])).toEqual([]);
  });
});

describe("no pod at all", () => {
  test("is what the check says", () => {
    expect(only(judge([])).message).toBe("none");
  });

  test("goes without saying when an ended pod says why", () => {
    const evicted = broken({ status: "Evicted", phase: "Failed", finished: true });
    expect(only(judge([evicted])).message).toContain("Evicted");
  });
});

describe("pods that are not ready", () => {
  test.each<[string, Partial<PodFact>, string, string, string]>([
    [
      "a crash",
      { status: "CrashLoopBackOff", why: "last exit 1: no license", failing: "side" },
      "CrashLoopBackOff: last exit 1: no license",
      "log of its last run",
      "logs ztunnel-bbbbb -c side --previous",
    ],
    [
      "a crash of nobody knows which container",
      { status: "CrashLoopBackOff" },
      "CrashLoopBackOff",
      "log of its last run",
      "logs ztunnel-bbbbb --all-containers --previous",
    ],
    [
      "an exit that may be the first",
      { status: "Error", failing: "istio-proxy" },
      "Error",
      "log of its last run",
      "logs ztunnel-bbbbb -c istio-proxy\n",
    ],
    [
      "an init container",
      { status: "Init:CrashLoopBackOff", failing: "init" },
      "Init:CrashLoopBackOff",
      "log of its last run",
      "logs ztunnel-bbbbb -c init --previous",
    ],
    [
      "a gate",
      { status: "SchedulingGated", phase: "Pending" },
      "SchedulingGated",
      "scheduling gates",
      "describe pod ztunnel-bbbbb",
    ],
    [
      "an image",
      { status: "ImagePullBackOff", why: 'container x: ImagePullBackOff: Back-off pulling "x"' },
      'container x: ImagePullBackOff: Back-off pulling "x"',
      "pull secret",
      "describe pod ztunnel-bbbbb",
    ],
    [
      "a ConfigMap",
      { status: "CreateContainerConfigError", why: "CreateContainerConfigError" },
      "CreateContainerConfigError",
      "ConfigMap, Secret",
      "describe pod ztunnel-bbbbb",
    ],
    [
      "the scheduler",
      { status: "Pending", phase: "Pending", why: "0/3 nodes are available" },
      "Pending: 0/3 nodes are available",
      "scheduler",
      "get nodes",
    ],
    [
      "its node",
      { status: "Running", ready: 1, why: "NodeStatusUnknown", nodeName: "node-1" },
      "Running, 1/1 ready: NodeStatusUnknown",
      "node is up",
      "kubectl --context ctx-a get node node-1",
    ],
    [
      "a readiness gate",
      { status: "Running", ready: 1, why: "readiness gate lb is not set" },
      "Running, 1/1 ready: readiness gate lb is not set",
      "readiness gates",
      "describe pod ztunnel-bbbbb",
    ],
    ["a probe", { status: "Running" }, "Running, 0/1 ready", "get ready", "--all-containers"],
    [
      "a probe with a reason",
      { status: "Running", why: "containers with unready status: [istio-proxy]" },
      "Running, 0/1 ready: containers with unready status",
      "get ready",
      "--tail=50",
    ],
  ])("fail for %s", (_, changes, message, summary, command) => {
    const finding = only(judge([broken(changes)]));
    expect(finding.severity).toBe("fail");
    expect(finding.message).toContain(`istio-system/ztunnel-bbbbb: ${message}`);
    expect(finding.object).toEqual({
      kind: "Pod",
      namespace: "istio-system",
      name: "ztunnel-bbbbb",
    });
    expect(finding.remediation?.summary).toContain(summary);
    expect(finding.remediation?.commands.join("\n")).toContain(command);
  });

  test.each([
    [119_000, "warn"],
    [-30_000, "warn"],
    [120_000, "fail"],
    [-3_600_000, "fail"],
    [undefined, "fail"],
  ])("created %d ms ago: %s", (old, severity) => {
    const { createdAt: _, ...undated } = broken({ status: "ContainerCreating" });
    const young = old === undefined ? undated : { ...undated, createdAt: NOW - old };
    const finding = only(judge([young], [workload()]));
    expect(finding.severity).toBe(severity);
    expect(finding.message.includes("may still be starting")).toBe(severity === "warn");
    expect(finding.message).not.toContain("<invalid>");
    expect(finding.remediation?.summary).toContain("CNI plugin");
  });

  test("are not excused by a ready pod beside them", () => {
    const crashing = broken({ status: "CrashLoopBackOff" });
    expect(only(judge([ready, crashing], [workload()])).severity).toBe("fail");
  });
});

describe("pods that have ended", () => {
  const evicted = broken({
    status: "Evicted",
    phase: "Failed",
    finished: true,
    why: "The node was low on resource: memory.",
    nodeName: "node-2",
  });

  test("are a warning beside a workload with all replicas ready", () => {
    const finding = only(judge([ready, evicted], [workload()]));
    expect(finding.severity).toBe("warn");
    expect(finding.message).toContain("Evicted: The node was low on resource: memory.; a leftover");
    expect(finding.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-system delete pod ztunnel-bbbbb",
    ]);
  });

  test("fail when replicas are missing", () => {
    const findings = judge([ready, evicted], [workload({ desired: 2 })]);
    expect(findings.map(({ severity }) => severity)).toEqual(["fail", "fail"]);
    expect(findings[1]?.message).toContain("no replacement is ready");
    expect(findings[1]?.remediation?.commands).toContain(
      "kubectl --context ctx-a -n istio-system get events --sort-by=.lastTimestamp",
    );
  });

  test("are replaced on their own node when the DaemonSet is not known", () => {
    expect(only(judge([ready, evicted])).severity).toBe("fail");
    expect(only(judge([ready, { ...evicted, nodeName: "node-1" }])).severity).toBe("warn");
  });

  test("are replaced on their own node when the DaemonSet's status is not written", () => {
    const idle = [workload({ desired: 0 })];
    expect(only(judge([ready, evicted], idle)).severity).toBe("fail");
    expect(only(judge([ready, { ...evicted, nodeName: "node-1" }], idle)).severity).toBe("warn");
  });

  test("are replaced by any replica when the Deployment is not known", () => {
    const done = broken({ status: "Completed", phase: "Succeeded", finished: true });
    expect(only(judge([ready, done], [], "Deployment")).severity).toBe("warn");
    expect(only(judge([done], [], "Deployment")).severity).toBe("fail");
  });
});

describe("pods that are being deleted", () => {
  const ending = broken({ status: "Terminating", deleting: true, nodeName: "node-1" });

  test("are a warning once replaced", () => {
    const finding = only(judge([ready, ending], [workload()]));
    expect(finding.severity).toBe("warn");
    expect(finding.message).toContain("Terminating; its replacement is ready");
    expect(finding.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-system describe pod ztunnel-bbbbb",
      "kubectl --context ctx-a get node node-1",
    ]);
  });

  test("fail until then", () => {
    const { nodeName: _, ...homeless } = ending;
    const finding = only(judge([homeless], [workload()]));
    expect(finding.severity).toBe("fail");
    expect(finding.message).toContain("Terminating; no replacement is ready");
    expect(finding.remediation?.commands).toHaveLength(1);
  });
});
