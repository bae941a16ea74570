import { expect, test } from "vitest";
import { podsCni } from "../../../src/checks/pods-cni/check.ts";
import { missing } from "../../../src/model/gathered.ts";
import { pod, runCluster, workload } from "../../support/facts.ts";

test("ready pods are healthy, and rows of the table", () => {
  const verdict = runCluster(podsCni);
  expect(verdict).toMatchObject({ summary: "all pods healthy", findings: [] });
  expect(verdict.data).toEqual({
    rows: [expect.objectContaining({ ready: "1/1", status: "Running", restarts: 0, age: "10m" })],
  });
});

test("in another namespace they are as good", () => {
  const verdict = runCluster(podsCni, {
    cniPods: [pod({ namespace: "kube-system", name: "istio-cni-node-abcde" })],
    cnis: [workload({ namespace: "kube-system", name: "istio-cni-node" })],
  });
  expect(verdict.findings).toEqual([]);
});

test("none is a fault", () => {
  const { findings, summary, data } = runCluster(podsCni, { cniPods: [], cnis: [] });
  expect(findings).toMatchObject([{ severity: "fail" }]);
  expect(summary).toBe("no Istio CNI pod in any namespace");
  expect(findings[0]?.remediation?.commands).toEqual([
    "kubectl --context ctx-a get daemonsets,pods -A -l k8s-app=istio-cni-node",
  ]);
  expect(data).toEqual({ rows: [] });
});

test("fewer than desired is a fault", () => {
  const { summary, findings } = runCluster(podsCni, {
    cnis: [workload({ name: "istio-cni-node", desired: 2 })],
  });
  expect(findings).toMatchObject([{ severity: "fail" }]);
  expect(summary).toContain("DaemonSet istio-system/istio-cni-node: 1 of 2 pods exist");
});

test("a pod that is not ready is a fault, with its reason", () => {
  const crashing = pod({
    name: "istio-cni-node-abcde",
    healthy: false,
    ready: 0,
    status: "CrashLoopBackOff",
    why: "last exit 255",
  });
  const { summary, findings } = runCluster(podsCni, { cniPods: [crashing] });
  expect(findings).toMatchObject([{ severity: "fail" }]);
  expect(summary).toBe("istio-system/istio-cni-node-abcde: CrashLoopBackOff: last exit 255");
});

test("without DaemonSets the pods are judged, and the number is not", () => {
  const { summary, findings } = runCluster(podsCni, {
    cnis: missing("forbidden", "daemonsets.apps is forbidden"),
  });
  expect(findings).toMatchObject([
    {
      severity: "info",
      message: "number of Istio CNI pods not checked: daemonsets.apps is forbidden",
    },
  ]);
  expect(summary).toBe("all pods healthy");
});
