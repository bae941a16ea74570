import { expect, test } from "vitest";
import { peerSegments } from "../../../src/checks/peer-segments/check.ts";
import type { Condition, SegmentFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { remoteGateway, runCluster } from "../../support/facts.ts";
import { commandsOf } from "../../support/verdict.ts";

const FINE = "no rejected peer segments found";

function condition(type: string, status: string, reason = "", message = ""): Condition {
  return { type, status, reason, message };
}

function acme(...conditions: Condition[]): SegmentFact {
  return { namespace: "istio-system", name: "acme", domain: "mesh.acme", conditions };
}

test("passes in the vendor's words", () => {
  expect(runCluster(peerSegments)).toEqual({ summary: FINE, findings: [] });
});

test.each([
  acme(),
  acme(condition("Accepted", "True", "Accepted")),
  acme(condition("Rejected", "False"), condition("Degraded", "False")),
  { namespace: "istio-system", name: "acme" },
])("a Segment that nobody rejects passes: %j", (segment) => {
  expect(runCluster(peerSegments, { segments: [segment] }).summary).toBe(FINE);
});

test.each([
  [condition("Accepted", "False"), "condition Accepted is False"],
  [
    condition("Accepted", "False", "DomainTaken", "mesh.acme is that of other"),
    "condition Accepted is False (DomainTaken: mesh.acme is that of other)",
  ],
  [condition("Rejected", "True", "Duplicate"), "condition Rejected is True (Duplicate)"],
  [condition("Ready", "False", "RejectedByPeer"), "condition Ready is False (RejectedByPeer)"],
])("a Segment that is rejected warns: %j", (one, text) => {
  const verdict = runCluster(peerSegments, { segments: [acme(one)] });
  expect(verdict.summary).toBe(`Segment istio-system/acme is rejected: ${text}`);
  expect(verdict.findings).toMatchObject([
    { severity: "warn", object: { kind: "Segment", namespace: "istio-system", name: "acme" } },
  ]);
  expect(commandsOf(verdict, "warn")).toEqual([
    "kubectl --context ctx-a -n istio-system get segments.admin.solo.io acme -o yaml",
  ]);
});

function ofRemote(type: string, status: string, reason: string) {
  const remote = remoteGateway("b", {
    conditions: new Map([[type, condition(type, status, reason)]]),
  });
  return runCluster(peerSegments, {
    gateways: { served: true, eastWest: [], remote: [remote] },
  });
}

test.each([
  ["gloo.solo.io/SegmentsAccepted", "False", "Conflict"],
  ["gloo.solo.io/PeeringSucceeded", "False", "SegmentRejected"],
])("condition %s %s (%s) of a remote Gateway warns", (type, status, reason) => {
  const verdict = ofRemote(type, status, reason);
  expect(verdict.findings.map(({ severity }) => severity)).toEqual(["warn"]);
  expect(verdict.summary).toBe(
    `segments of peer istio-eastwest/istio-remote-peer-net-b are rejected: condition ${type} is ${status} (${reason})`,
  );
});

test.each([
  ["gloo.solo.io/SegmentsAccepted", "True", "Accepted"],
  ["gloo.solo.io/PeeringSucceeded", "False", "Disconnected"],
])("condition %s %s (%s) of a remote Gateway says nothing of segments", (type, status, reason) => {
  expect(ofRemote(type, status, reason)).toEqual({ summary: FINE, findings: [] });
});

test("Segments that could not be read are told", () => {
  const verdict = runCluster(peerSegments, { segments: missing("forbidden", "refused") });
  expect(verdict).toEqual({
    summary: FINE,
    findings: [{ severity: "info", message: "conditions of the Segments not checked: refused" }],
  });
});
