import { expect, test } from "vitest";
import { missing } from "../../src/model/gathered.ts";
import type { ClusterCheck } from "../../src/model/check.ts";
import type { FactKey } from "../../src/model/facts.ts";
import { pod, runCluster, workload } from "../support/facts.ts";

/** A component that a DaemonSet runs on each node, and the check of its pods. */
interface NodeAgentCase<P extends FactKey, D extends FactKey> {
  check: ClusterCheck<P, D, "pods-cni" | "pods-ztunnel">;
  pods: P;
  daemonSets: D;
  /** As messages call it. */
  name: string;
  daemonSet: string;
  selector: string;
}

/** The tests of a check of such a component: they are the same for each. */
export function testNodeAgent<P extends FactKey, D extends FactKey>(
  agent: NodeAgentCase<P, D>,
): void {
  const { check, pods, daemonSets, name, daemonSet, selector } = agent;

  test("ready pods are healthy, and rows of the table", () => {
    const verdict = runCluster(check);
    expect(verdict).toMatchObject({ summary: "all pods healthy", findings: [] });
    expect(verdict.data).toEqual({
      rows: [expect.objectContaining({ ready: "1/1", status: "Running", restarts: 0, age: "10m" })],
    });
  });

  test("in another namespace they are as good", () => {
    const verdict = runCluster(check, {
      [pods]: [pod({ namespace: "kube-system", name: `${daemonSet}-abcde` })],
      [daemonSets]: [workload({ namespace: "kube-system", name: daemonSet })],
    });
    expect(verdict.findings).toEqual([]);
  });

  test("none is a fault", () => {
    const { findings, summary, data } = runCluster(check, { [pods]: [], [daemonSets]: [] });
    expect(findings).toMatchObject([{ severity: "fail" }]);
    expect(summary).toBe(`no ${name} pod in any namespace`);
    expect(findings[0]?.remediation?.commands).toEqual([
      `kubectl --context ctx-a get daemonsets,pods -A -l ${selector}`,
    ]);
    expect(data).toEqual({ rows: [] });
  });

  test("fewer than desired is a fault", () => {
    const { summary, findings } = runCluster(check, {
      [daemonSets]: [workload({ name: daemonSet, desired: 2 })],
    });
    expect(findings).toMatchObject([{ severity: "fail" }]);
    expect(summary).toContain(`DaemonSet istio-system/${daemonSet}: 1 of 2 pods exist`);
  });

  test("a pod that is not ready is a fault, with its reason", () => {
    const crashing = pod({
      name: `${daemonSet}-abcde`,
      healthy: false,
      ready: 0,
      status: "CrashLoopBackOff",
      why: "last exit 255",
    });
    const { summary, findings } = runCluster(check, { [pods]: [crashing] });
    expect(findings).toMatchObject([{ severity: "fail" }]);
    expect(summary).toBe(`istio-system/${daemonSet}-abcde: CrashLoopBackOff: last exit 255`);
  });

  test("without DaemonSets the pods are judged, and the number is not", () => {
    const { summary, findings } = runCluster(check, {
      [daemonSets]: missing("forbidden", "daemonsets.apps is forbidden"),
    });
    expect(findings).toMatchObject([
      {
        severity: "info",
        message: `number of ${name} pods not checked: daemonsets.apps is forbidden`,
      },
    ]);
    expect(summary).toBe("all pods healthy");
  });
}
