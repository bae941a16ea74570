import { describe, expect, test } from "vitest";
import { platform } from "../../../src/checks/platform/check.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { labels, node, runCluster } from "../../support/facts.ts";

function fargate(name: string) {
  return node({ name, labels: labels({ "eks.amazonaws.com/compute-type": "fargate" }) });
}

function onOpenshift(type: string, routingViaHost?: boolean) {
  const network = gathered(routingViaHost === undefined ? { type } : { type, routingViaHost });
  return { platform: { openshift: true, network } };
}

test("passes with a count of nodes", () => {
  expect(runCluster(platform)).toEqual({
    summary: "1 node, no known limitation",
    findings: [{ severity: "pass", message: "1 node, no known limitation" }],
  });
  const other = node({ labels: labels({ "eks.amazonaws.com/compute-type": "ec2" }) });
  expect(runCluster(platform, { nodes: [node(), other] }).summary).toBe(
    "2 nodes, no known limitation",
  );
  expect(runCluster(platform, { nodes: [] }).summary).toBe("0 nodes, no known limitation");
});

describe("Fargate", () => {
  test("one node warns", () => {
    const { summary, findings } = runCluster(platform, { nodes: [node(), fargate("f-1")] });
    expect(summary).toBe("a node of AWS Fargate, where the Istio CNI cannot run: f-1");
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: "warn",
      object: { kind: "Node", name: "f-1" },
      remediation: {
        commands: ["kubectl --context ctx-a get nodes -l eks.amazonaws.com/compute-type=fargate"],
      },
    });
  });

  test("the names of many are cut short", () => {
    const nodes = ["f-1", "f-2", "f-3", "f-4", "f-5", "f-6", "f-7"].map(fargate);
    expect(runCluster(platform, { nodes }).summary).toBe(
      "7 nodes of AWS Fargate, where the Istio CNI cannot run: f-1, f-2, f-3, f-4, f-5 and 2 more",
    );
    expect(runCluster(platform, { nodes: nodes.slice(0, 3) }).summary).toMatch(/f-1, f-2, f-3$/);
  });
});

describe("OpenShift", () => {
  test("routing via the host passes", () => {
    const { summary, findings } = runCluster(platform, onOpenshift("OVNKubernetes", true));
    expect(summary).toBe("1 node, no known limitation");
    expect(findings.map(({ severity }) => severity)).toEqual(["pass"]);
  });

  test.each([undefined, false])("routingViaHost %s warns", (routingViaHost) => {
    const { summary, findings } = runCluster(
      platform,
      onOpenshift("OVNKubernetes", routingViaHost),
    );
    expect(summary).toContain("routingViaHost is not true");
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: "warn",
      object: { kind: "Network", name: "cluster" },
      remediation: {
        commands: [
          `kubectl --context ctx-a patch networks.operator.openshift.io cluster --type=merge -p '{"spec":{"defaultNetwork":{"ovnKubernetesConfig":{"gatewayConfig":{"routingViaHost":true}}}}}'`,
        ],
      },
    });
  });

  test("other network types and an unknown one have no such setting", () => {
    expect(runCluster(platform, onOpenshift("OpenShiftSDN")).findings[0]?.severity).toBe("pass");
    const { findings } = runCluster(platform, { platform: { openshift: true } });
    expect(findings[0]?.severity).toBe("pass");
  });

  test("a configuration that could not be read is not judged", () => {
    const network = missing("forbidden", 'networks.operator.openshift.io "cluster" is forbidden');
    const { summary, findings } = runCluster(platform, { platform: { openshift: true, network } });
    expect(summary).toBe("1 node, no known limitation");
    expect(findings).toEqual([
      {
        severity: "info",
        message:
          'OpenShift\'s routingViaHost not checked: networks.operator.openshift.io "cluster" is forbidden',
      },
    ]);
  });

  test("beside Fargate, both are named", () => {
    const verdict = runCluster(platform, {
      ...onOpenshift("OVNKubernetes"),
      nodes: [fargate("f")],
    });
    expect(verdict.summary).toBe("2 warnings");
  });
});
