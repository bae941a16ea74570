import { describe, expect, test } from "vitest";
import { podsZtunnel } from "../../../src/checks/pods-ztunnel/check.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type { Facts, NodeFact, SchedulingFact } from "../../../src/model/facts.ts";
import { type Gathered, missing } from "../../../src/model/gathered.ts";
import { labels, node, NOW, pod, runCluster, workload } from "../../support/facts.ts";

type Changed = { [K in keyof Facts]?: Facts[K] | Gathered<Facts[K]> };

const on = (nodeName: string, name = `pod-${nodeName}`) => pod({ name, nodeName });
const GPU = { key: "dedicated", value: "gpu", effect: "NoSchedule" };

function scheduling(changes: Partial<SchedulingFact> = {}): SchedulingFact {
  return { nodeSelector: new Map(), tolerations: [], ...changes };
}

/** ztunnel on node-1 only, CNI on node-2 too. */
function judge(
  second: Partial<NodeFact> = {},
  how: Partial<SchedulingFact> = {},
  changes: Changed = {},
): Verdict {
  return runCluster(podsZtunnel, {
    ztunnelPods: [on("node-1")],
    cniPods: [on("node-1"), on("node-2")],
    ztunnels: [workload({ scheduling: scheduling(how) })],
    nodes: [node(), node({ name: "node-2", ...second })],
    ...changes,
  });
}

const MESSAGE = "no ztunnel pod on node node-2, where Istio CNI takes pods into the mesh";
const PATCH = "kubectl --context ctx-a -n istio-system patch daemonset ztunnel --type=json -p";
const LOOK = [
  "kubectl --context ctx-a describe node node-2",
  "kubectl --context ctx-a get daemonsets -A -l app=ztunnel -o wide",
];
const OTHER = { key: "x", operator: "Exists", value: "", effect: "" };

describe("a node with Istio CNI and without ztunnel", () => {
  test.each<[string, Partial<NodeFact>, Partial<SchedulingFact>, string, string[]]>([
    [
      "a taint",
      { taints: [GPU] },
      {},
      ": DaemonSet istio-system/ztunnel does not tolerate taint dedicated=gpu:NoSchedule",
      [
        `${PATCH} '[{"op":"add","path":"/spec/template/spec/tolerations","value":[{"key":"dedicated","operator":"Equal","value":"gpu","effect":"NoSchedule"}]}]'`,
      ],
    ],
    [
      "a taint without a value, beside tolerations of others",
      { taints: [{ ...GPU, value: "" }] },
      { tolerations: [OTHER] },
      ": DaemonSet istio-system/ztunnel does not tolerate taint dedicated:NoSchedule",
      [
        `${PATCH} '[{"op":"add","path":"/spec/template/spec/tolerations/-","value":{"key":"dedicated","operator":"Exists","effect":"NoSchedule"}}]'`,
      ],
    ],
    [
      "the nodeSelector",
      {},
      { nodeSelector: labels({ "example.com/pool": "mesh" }) },
      ": nodeSelector example.com/pool=mesh of DaemonSet istio-system/ztunnel keeps it away",
      [`${PATCH} '[{"op":"remove","path":"/spec/template/spec/nodeSelector/example.com~1pool"}]'`],
    ],
    [
      "the affinity",
      {},
      { affinity: [] },
      ": the node affinity of DaemonSet istio-system/ztunnel keeps it away",
      ["kubectl --context ctx-a -n istio-system edit daemonset ztunnel"],
    ],
    ["nothing that is known", {}, {}, "", LOOK],
  ])("%s", (_, second, how, said, commands) => {
    const verdict = judge(second, how);
    expect(verdict.findings).toMatchObject([
      {
        severity: "warn",
        message: `${MESSAGE}${said}`,
        object: { kind: "Node", name: "node-2" },
        remediation: { summary: expect.any(String) as string, commands },
      },
    ]);
    expect(verdict.summary).toBe(`${MESSAGE}${said}`);
  });

  test("one of several DaemonSets may be meant: none is blamed", () => {
    const ztunnels = [workload({ desired: 0 }), workload({ name: "ztunnel-gpu", desired: 0 })];
    const { findings } = judge({ taints: [GPU] }, {}, { ztunnels });
    expect(findings).toMatchObject([{ message: MESSAGE, remediation: { commands: LOOK } }]);
  });

  test("DaemonSets that may not be read are not blamed", () => {
    const ztunnels = missing("forbidden", "daemonsets is forbidden");
    const { findings } = judge({ taints: [GPU] }, {}, { ztunnels });
    expect(findings.map(({ message }) => message)).toEqual([
      "number of ztunnel pods not checked: daemonsets is forbidden",
      MESSAGE,
    ]);
  });

  test("many with one cause are one finding", () => {
    const names = Array.from({ length: 7 }, (_, index) => `node-${index + 2}`);
    const { findings } = judge(
      {},
      {},
      {
        cniPods: names.map((name) => on(name)),
        nodes: names.map((name) => node({ name, taints: name === "node-8" ? [] : [GPU] })),
      },
    );
    expect(findings.map(({ message }) => message)).toEqual([
      "no ztunnel pod on nodes node-2, node-3, node-4, node-5, node-6 and 1 more, where Istio CNI takes pods into the mesh: DaemonSet istio-system/ztunnel does not tolerate taint dedicated=gpu:NoSchedule",
      "no ztunnel pod on node node-8, where Istio CNI takes pods into the mesh",
    ]);
  });

  test.each<[string, Partial<NodeFact>]>([
    ["just made", { createdAt: NOW - 60_000 }],
    ["just made, by a clock that is ahead", { createdAt: NOW + 60_000 }],
    ["of Windows", { labels: labels({ "kubernetes.io/os": "windows" }) }],
    ["of Fargate", { labels: labels({ "eks.amazonaws.com/compute-type": "fargate" }) }],
    ["that is gone", { name: "node-3" }],
  ])("%s is no fault", (_, second) => {
    expect(judge(second).findings).toEqual([]);
  });

  test("that is cordoned and old is one, and the cordon is not to blame", () => {
    const cordon = { key: "node.kubernetes.io/unschedulable", value: "", effect: "NoSchedule" };
    const second = { createdAt: NOW - 3 * 60_000, taints: [cordon] };
    expect(judge(second).findings).toMatchObject([{ severity: "warn", message: MESSAGE }]);
  });

  test.each<[string, Changed]>([
    ["ztunnel waits for a node", { ztunnelPods: [on("node-1"), pod({ name: "z2" })] }],
    ["ztunnel has come by now", { ztunnelPods: [on("node-1"), on("node-2")] }],
    [
      "CNI there has ended",
      { cniPods: [on("node-1"), pod({ nodeName: "node-2", finished: true })] },
    ],
    ["CNI may not be read", { cniPods: missing("forbidden", "pods is forbidden") }],
    ["where ztunnel runs is not known", { ztunnelPods: [pod({ name: "z" })] }],
  ])("is not told where %s", (_, changes) => {
    const { findings } = judge({}, {}, changes);
    expect(findings.filter(({ message }) => message.includes("no ztunnel pod"))).toEqual([]);
  });

  test("is not told beside pods that the DaemonSet lacks", () => {
    const { findings } = judge({}, {}, { ztunnels: [workload({ desired: 2 })] });
    expect(findings).toMatchObject([
      { severity: "fail", message: expect.stringContaining("1 of 2 pods exist") as string },
    ]);
  });

  test("is not judged where nodes may not be read", () => {
    const nodes = missing("forbidden", "nodes is forbidden");
    expect(judge({}, {}, { nodes }).findings).toEqual([
      {
        severity: "info",
        message: "nodes with Istio CNI and without ztunnel not checked: nodes is forbidden",
      },
    ]);
  });

  test("a DaemonSet whose status is not written yet is no reason to be silent", () => {
    const { desired: _, ...rest } = workload({ scheduling: scheduling({ affinity: [] }) });
    expect(judge({}, {}, { ztunnels: [rest] }).findings).toMatchObject([{ severity: "warn" }]);
  });
});
