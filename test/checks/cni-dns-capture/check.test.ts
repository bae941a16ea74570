import { describe, expect, test } from "vitest";
import { cniDnsCapture } from "../../../src/checks/cni-dns-capture/check.ts";
import type { CniConfigFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { clusterRef, runCluster, workload } from "../../support/facts.ts";

function config(dnsCapture?: string, namespace = "istio-system"): CniConfigFact {
  const name = "istio-cni-config";
  return dnsCapture === undefined ? { namespace, name } : { namespace, name, dnsCapture };
}

test("healthy, as in the sample", () => {
  expect(runCluster(cniDnsCapture)).toMatchObject({
    summary: "AMBIENT_DNS_CAPTURE is enabled",
    findings: [{ severity: "pass", message: "AMBIENT_DNS_CAPTURE is enabled" }],
  });
});

test.each(["TRUE", "True", "1", "t"])("%s is true to the CNI agent", (value) => {
  const { findings } = runCluster(cniDnsCapture, { cniConfigs: [config(value)] });
  expect(findings[0]?.severity).toBe("pass");
});

describe("not enabled", () => {
  test.each([
    [undefined, "not set"],
    ["", '"", not "true"'],
    ["false", '"false", not "true"'],
    ["yes", '"yes", not "true"'],
  ])("%j fails", (value, state) => {
    const { summary, findings } = runCluster(cniDnsCapture, { cniConfigs: [config(value)] });
    expect(summary).toBe(`istio-system/istio-cni-config: AMBIENT_DNS_CAPTURE is ${state}`);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: "fail",
      object: { kind: "ConfigMap", namespace: "istio-system", name: "istio-cni-config" },
    });
    expect(findings[0]?.remediation?.summary).toContain("ambient.dnsCapture=true");
    expect(findings[0]?.remediation?.commands).toEqual([
      `kubectl --context ctx-a -n istio-system patch configmap istio-cni-config --type=merge -p '{"data":{"AMBIENT_DNS_CAPTURE":"true"}}'`,
      "kubectl --context ctx-a -n istio-system rollout restart daemonset/istio-cni-node",
    ]);
  });

  test("the DaemonSet of the same namespace is restarted", () => {
    const { findings } = runCluster(cniDnsCapture, {
      cniConfigs: [config("false", "kube-system")],
      cnis: [
        workload({ namespace: "istio-system", name: "elsewhere" }),
        workload({ namespace: "kube-system", name: "istio-cni-node-1-28" }),
      ],
    });
    expect(findings[0]?.remediation?.commands[1]).toBe(
      "kubectl --context ctx-a -n kube-system rollout restart daemonset/istio-cni-node-1-28",
    );
  });

  test("with the DaemonSets unread, the usual one", () => {
    const { findings } = runCluster(cniDnsCapture, {
      cniConfigs: [config("false", "kube-system")],
      cnis: missing("forbidden", "daemonsets.apps is forbidden"),
    });
    expect(findings[0]?.remediation?.commands[1]).toBe(
      "kubectl --context ctx-a -n kube-system rollout restart daemonset/istio-cni-node",
    );
  });
});

test("each of several ConfigMaps that agents read is judged", () => {
  const cnis = ["istio-system", "kube-system", "x"].map((namespace) => workload({ namespace }));
  const { summary, findings } = runCluster(cniDnsCapture, {
    cniConfigs: [config("true"), config("false", "kube-system")],
    cnis,
  });
  expect(findings.map(({ severity, message }) => [severity, message])).toEqual([
    ["pass", "istio-system/istio-cni-config: AMBIENT_DNS_CAPTURE is enabled"],
    ["fail", 'kube-system/istio-cni-config: AMBIENT_DNS_CAPTURE is "false", not "true"'],
  ]);
  expect(summary).toBe(findings[1]?.message);
  const both = runCluster(cniDnsCapture, {
    cniConfigs: [config("true"), config("true", "x")],
    cnis,
  });
  expect(both.summary).toBe("AMBIENT_DNS_CAPTURE is enabled");
  const unread = missing("forbidden", "daemonsets.apps is forbidden");
  const blind = runCluster(cniDnsCapture, {
    cniConfigs: [config("true"), config("false", "x")],
    cnis: unread,
  });
  expect(blind.findings.map(({ severity }) => severity)).toEqual(["pass", "fail"]);
});

describe("a ConfigMap that was left behind", () => {
  const agent = workload({ namespace: "kube-system", name: "istio-cni-node" });

  test.each(["false", "true"])("with %s informs beside that of the agents", (stale) => {
    const { summary, findings } = runCluster(cniDnsCapture, {
      cniConfigs: [config(stale), config("true", "kube-system")],
      cnis: [agent],
    });
    expect(summary).toBe("AMBIENT_DNS_CAPTURE is enabled");
    expect(findings).toMatchObject([
      { severity: "pass", object: { namespace: "kube-system" } },
      {
        severity: "info",
        message:
          "istio-system/istio-cni-config not judged: no CNI DaemonSet is in its namespace, so no agent reads it",
        object: { kind: "ConfigMap", namespace: "istio-system", name: "istio-cni-config" },
      },
    ]);
  });

  test("with true does not make up for that of the agents", () => {
    const { summary, findings } = runCluster(cniDnsCapture, {
      cniConfigs: [config("true"), config("false", "kube-system")],
      cnis: [agent],
    });
    expect(findings.map(({ severity }) => severity)).toEqual(["fail", "info"]);
    expect(summary).toContain("kube-system/istio-cni-config: AMBIENT_DNS_CAPTURE is");
  });

  test("is judged when it is the only one", () => {
    const { findings } = runCluster(cniDnsCapture, {
      cniConfigs: [config("false")],
      cnis: [agent],
    });
    expect(findings).toMatchObject([{ severity: "fail", object: { namespace: "istio-system" } }]);
  });
});

describe("no ConfigMap", () => {
  test("and no DaemonSet: the CNI is not installed", () => {
    const { summary, findings } = runCluster(
      cniDnsCapture,
      { cniConfigs: [], cnis: [] },
      { cluster: clusterRef("a", { contextArgument: "<context>", istioNamespace: "istio" }) },
    );
    expect(summary).toBe(
      "no ConfigMap istio-cni-config in any namespace: the Istio CNI is not installed",
    );
    expect(findings[0]?.severity).toBe("fail");
    expect(findings[0]?.remediation?.commands).toEqual([
      'helm upgrade --install istio-cni "oci://${HELM_REPO:?}/cni" --kube-context \'<context>\' -n istio --version "${ISTIO_IMAGE:?}" --set "profile=ambient" --set "ambient.dnsCapture=true"',
    ]);
  });

  test("beside a DaemonSet: the chart has to write it", () => {
    const { summary, findings } = runCluster(cniDnsCapture, {
      cniConfigs: [],
      cnis: [workload({ namespace: "kube-system", name: "istio-cni-node" })],
    });
    expect(summary).toBe(
      "no ConfigMap istio-cni-config in any namespace, though DaemonSet kube-system/istio-cni-node exists",
    );
    expect(findings[0]).toMatchObject({
      severity: "fail",
      object: { kind: "DaemonSet", namespace: "kube-system", name: "istio-cni-node" },
    });
    expect(findings[0]?.remediation?.commands).toEqual([
      'helm upgrade --reuse-values istio-cni "oci://${HELM_REPO:?}/cni" --kube-context ctx-a -n kube-system --version "${ISTIO_IMAGE:?}" --set "ambient.dnsCapture=true"',
    ]);
  });

  test("DaemonSets unread: says no more than it knows", () => {
    const { summary, findings } = runCluster(cniDnsCapture, {
      cniConfigs: [],
      cnis: missing("forbidden", "daemonsets.apps is forbidden"),
    });
    expect(summary).toBe("no ConfigMap istio-cni-config in any namespace");
    expect(findings[0]?.remediation?.commands).toHaveLength(1);
  });
});
