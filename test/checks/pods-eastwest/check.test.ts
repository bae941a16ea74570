import { expect, test } from "vitest";
import { podsEastwest } from "../../../src/checks/pods-eastwest/check.ts";
import type { EastWestPodsData } from "../../../src/checks/pods-eastwest/data.ts";
import type { PodFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import type { Verdict } from "../../../src/model/check.ts";
import {
  conditions,
  eastWestGateway,
  healthyFacts,
  labels,
  pod,
  runCluster,
  workload,
} from "../../support/facts.ts";

const FINE = "all pods healthy";
const GATEWAY = "gateway.networking.k8s.io/gateway-name";

function partsOf(verdict: Verdict): EastWestPodsData["gateways"] {
  return (verdict.data as EastWestPodsData).gateways;
}

const second = eastWestGateway("a", { namespace: "istio-gateways", name: "ew-2" });
const two = { served: true, remote: [], eastWest: [eastWestGateway("a"), second] };
const crashing = pod({
  namespace: "istio-gateways",
  name: "ew-2-857b77fc5d-qgnrl",
  labels: labels({ [GATEWAY]: "ew-2" }),
  healthy: false,
  ready: 0,
  status: "CrashLoopBackOff",
});

test("ready pods are healthy", () => {
  const verdict = runCluster(podsEastwest);
  expect(verdict).toMatchObject({ summary: FINE, findings: [] });
  expect(partsOf(verdict)).toEqual([
    {
      namespace: "istio-eastwest",
      name: "istio-eastwest",
      status: "pass",
      summary: FINE,
      findings: [],
      rows: [expect.objectContaining({ name: "istio-eastwest-857b77fc5d-qgnrl", age: "10m" })],
    },
  ]);
});

test("each Gateway has its own verdict", () => {
  const verdict = runCluster(podsEastwest, {
    gateways: two,
    gatewayPods: [...healthyFacts().gatewayPods, crashing],
  });
  expect(verdict.findings).toMatchObject([{ severity: "fail" }]);
  expect(verdict.summary).toBe("istio-gateways/ew-2-857b77fc5d-qgnrl: CrashLoopBackOff");
  expect(partsOf(verdict)).toMatchObject([
    { name: "istio-eastwest", status: "pass", summary: FINE, findings: [] },
    { name: "ew-2", status: "fail", findings: [0], rows: [{ status: "CrashLoopBackOff" }] },
  ]);
});

test("no link comes in through a Gateway without a ready pod", () => {
  const stops = (...gatewayPods: PodFact[]): (true | undefined)[] =>
    runCluster(podsEastwest, {
      gateways: { ...two, eastWest: [second] },
      gatewayPods,
    }).findings.map(({ stopsPeering }) => stopsPeering);
  expect(stops()).toEqual([true]);
  expect(stops(crashing)).toEqual([true]);
  const ready = pod({ ...crashing, name: "ew-2-ready", healthy: true, ready: 1 });
  expect(stops(crashing, ready)).toEqual([undefined]);
});

test("pods of other Gateways or namespaces are none of its", () => {
  const astray = pod({ ...crashing, namespace: "istio-eastwest" });
  const verdict = runCluster(podsEastwest, {
    gatewayPods: [...healthyFacts().gatewayPods, astray],
  });
  expect(verdict.findings).toEqual([]);
});

test("a Deployment without its pods is a fault", () => {
  const { findings, summary } = runCluster(podsEastwest, { gatewayPods: [] });
  expect(findings).toMatchObject([{ severity: "fail" }]);
  expect(summary).toContain("Deployment istio-eastwest/istio-eastwest: 0 of 1 pods exist");
});

test("no Deployment is a fault that names it", () => {
  const { findings, summary } = runCluster(podsEastwest, {
    gatewayPods: [],
    gatewayDeployments: [],
  });
  expect(findings).toMatchObject([
    {
      severity: "fail",
      object: { kind: "Gateway", namespace: "istio-eastwest", name: "istio-eastwest" },
    },
  ]);
  expect(findings[0]).not.toHaveProperty("blockedBy");
  expect(summary).toBe(
    "no pod of Gateway istio-eastwest/istio-eastwest: Deployment istio-eastwest does not exist; istiod makes it from the Gateway",
  );
  expect(findings[0]?.remediation?.commands).toEqual([
    "kubectl --context ctx-a -n istio-eastwest get deployments,replicasets,pods -l gateway.networking.k8s.io/gateway-name=istio-eastwest",
    "kubectl --context ctx-a -n istio-eastwest get events --sort-by=.lastTimestamp",
  ]);
});

test("a Gateway that nobody took up has no pods because of that", () => {
  const pending = eastWestGateway("a", { conditions: conditions({ Programmed: "Unknown" }) });
  const { findings } = runCluster(podsEastwest, {
    gateways: { served: true, remote: [], eastWest: [pending] },
    gatewayPods: [],
    gatewayDeployments: [],
  });
  expect(findings).toMatchObject([{ severity: "fail", blockedBy: "ctx-a/gateways" }]);
});

test("a Deployment that does not say how many it wants has no pods", () => {
  const labelled = workload({
    kind: "Deployment",
    namespace: "istio-eastwest",
    name: "ew",
    labels: labels({ [GATEWAY]: "istio-eastwest" }),
  });
  const { desired: _, ...vague } = labelled;
  const { summary } = runCluster(podsEastwest, { gatewayPods: [], gatewayDeployments: [vague] });
  expect(summary).toBe(
    "no pod of Gateway istio-eastwest/istio-eastwest: Deployment ew has no pods",
  );
});

test("without Deployments the pods are judged, and the number is not", () => {
  const gatewayDeployments = missing("forbidden", "deployments.apps is forbidden");
  const verdict = runCluster(podsEastwest, { gatewayDeployments });
  expect(verdict).toMatchObject({
    summary: FINE,
    findings: [
      {
        severity: "info",
        message: "number of gateway pods not checked: deployments.apps is forbidden",
      },
    ],
  });
  expect(partsOf(verdict)).toMatchObject([{ status: "info", findings: [0] }]);
  const { findings } = runCluster(podsEastwest, { gatewayDeployments, gatewayPods: [] });
  expect(findings).toMatchObject([{ severity: "fail" }, { severity: "info" }]);
  expect(findings[0]?.message).toContain("Deployment istio-eastwest has no pods");
});

test("without an east-west Gateway it does not apply", () => {
  const verdict = runCluster(podsEastwest, {
    gateways: { served: true, remote: [], eastWest: [] },
  });
  expect(verdict).toMatchObject({
    summary: "no east-west gateway",
    findings: [{ severity: "skip", blockedBy: "ctx-a/gateways" }],
    data: { gateways: [] },
  });
});
