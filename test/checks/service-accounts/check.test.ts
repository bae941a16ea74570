import { describe, expect, test } from "vitest";
import { serviceAccounts } from "../../../src/checks/service-accounts/check.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  clusterRef,
  eastWestGateway,
  labels,
  remoteGateway,
  runMesh,
  type TestMember,
  workload,
} from "../../support/facts.ts";
import { commandsOf } from "../../support/verdict.ts";

const FINE = "all compared remote gateways match their peer east-west gateway service accounts";
const ANNOTATION = "gateway.istio.io/service-account";

function linkedBy(annotations: Record<string, string>, name = "peer"): TestMember {
  return {
    changes: {
      gateways: {
        served: true,
        eastWest: [eastWestGateway("a")],
        remote: [remoteGateway("b", { name, annotations: labels(annotations) })],
      },
    },
  };
}

function running(name: string, serviceAccount?: string) {
  return workload({
    kind: "Deployment",
    namespace: "istio-eastwest",
    name: `${name}-x`,
    labels: labels({ "gateway.networking.k8s.io/gateway-name": name }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  });
}

const GATEWAY = { kind: "Gateway", namespace: "istio-eastwest", name: "peer" };

test("passes in the vendor's words", () => {
  const verdict = runMesh(serviceAccounts);
  expect(verdict.summary).toBe(FINE);
  expect(verdict.findings.map(({ severity }) => severity)).toEqual(["pass", "pass"]);
});

test("another account than the peer's gateway has is a fault", () => {
  const verdict = runMesh(serviceAccounts, { a: linkedBy({ [ANNOTATION]: "other" }), b: {} });
  expect(verdict.summary).toBe(
    "Remote gateway istio-eastwest/peer of ctx-a expects service account other, but the east-west gateway of ctx-b runs as istio-eastwest",
  );
  expect(verdict.findings.filter(({ severity }) => severity === "fail")).toMatchObject([
    { cluster: "ctx-a", object: GATEWAY },
  ]);
  expect(commandsOf(verdict, "fail")).toEqual([
    "kubectl --context ctx-a -n istio-eastwest annotate gateways.gateway.networking.k8s.io peer gateway.istio.io/service-account=istio-eastwest --overwrite",
  ]);
});

test("the account is that of the Deployment, whatever the gateway is called", () => {
  const b = { changes: { gatewayDeployments: [running("istio-eastwest", "custom")] } };
  const right = runMesh(serviceAccounts, { a: linkedBy({ [ANNOTATION]: "custom" }), b });
  expect(right.summary).toBe(FINE);
  const wrong = runMesh(serviceAccounts, { a: linkedBy({ [ANNOTATION]: "istio-eastwest" }), b });
  expect(wrong.summary).toContain("of ctx-b runs as custom");
});

describe("without the annotation", () => {
  test.each([{}, { [ANNOTATION]: "" }])("the Gateway's own name counts, a warning: %j", (given) => {
    const verdict = runMesh(serviceAccounts, { a: linkedBy(given), b: {} });
    expect(verdict.summary).toBe(
      "Remote gateway istio-eastwest/peer of ctx-a has no annotation gateway.istio.io/service-account, so that its own name is expected as service account, but the east-west gateway of ctx-b runs as istio-eastwest",
    );
    expect(verdict.findings.map(({ severity }) => severity)).toContain("warn");
    expect(verdict.findings.map(({ severity }) => severity)).not.toContain("fail");
  });

  test("a Gateway that is called as the account passes", () => {
    const verdict = runMesh(serviceAccounts, { a: linkedBy({}, "istio-eastwest"), b: {} });
    expect(verdict.summary).toBe(FINE);
  });
});

describe("a target with two east-west gateways", () => {
  const two = (value: string): TestMember => ({
    changes: {
      gateways: {
        served: true,
        eastWest: [
          eastWestGateway("b"),
          eastWestGateway("b", {
            name: "second",
            statusAddresses: [{ type: "IPAddress", value }],
          }),
        ],
        remote: [],
      },
      gatewayDeployments: [running("istio-eastwest"), running("second")],
    },
  });
  const a = linkedBy({ [ANNOTATION]: "second" });

  test("is compared by the one whose address the link has", () => {
    const verdict = runMesh(serviceAccounts, { a, b: two("198.51.100.1") });
    expect(verdict.summary).toContain("of ctx-b runs as istio-eastwest");
  });

  test("is compared with both where no address tells", () => {
    const verdict = runMesh(serviceAccounts, {
      a: {
        changes: {
          gateways: {
            served: true,
            eastWest: [],
            remote: [
              remoteGateway("b", {
                annotations: labels({ [ANNOTATION]: "second" }),
                addresses: [{ type: "IPAddress", value: "203.0.113.9" }],
              }),
            ],
          },
        },
      },
      b: two("198.51.100.1"),
    });
    expect(verdict.summary).toBe(FINE);
  });
});

describe("it is no fault", () => {
  const wrong = linkedBy({ [ANNOTATION]: "other" });

  test("with --precheck, but a warning", () => {
    const verdict = runMesh(serviceAccounts, { a: wrong, b: {} }, { precheck: true });
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["warn", "pass"]);
  });

  test("without the Deployments, but a warning that says so", () => {
    const b = { changes: { gatewayDeployments: missing("forbidden", "refused") } };
    const verdict = runMesh(serviceAccounts, { a: wrong, b });
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["warn", "pass", "info"]);
    expect(verdict.findings.at(-1)).toEqual({
      severity: "info",
      cluster: "ctx-b",
      message: "which account the east-west gateway of ctx-b runs as not checked: refused",
    });
  });

  test("where the peer has no east-west gateway", () => {
    const b = { changes: { gateways: { served: true, eastWest: [], remote: [] } } };
    const verdict = runMesh(serviceAccounts, { a: wrong, b });
    expect(verdict.findings).toEqual([
      {
        severity: "skip",
        cluster: "ctx-a",
        object: GATEWAY,
        message:
          "Remote gateway istio-eastwest/peer of ctx-a: not compared, ctx-b has no east-west gateway",
      },
    ]);
  });

  test("where no peer is in the run, or was read", () => {
    const alone = runMesh(serviceAccounts, { a: wrong });
    expect(alone).toMatchObject({
      summary: "no remote gateway whose peer is in this run",
      findings: [{ severity: "skip" }],
    });
    const unread = runMesh(serviceAccounts, { a: wrong }, { absent: [clusterRef("b")] });
    expect(unread.findings).toMatchObject([{ severity: "skip" }]);
  });

  test("of a Gateway for the cluster that it is in", () => {
    const remote = [remoteGateway("a", { annotations: labels({ [ANNOTATION]: "other" }) })];
    const gateways = { served: true, eastWest: [eastWestGateway("a")], remote };
    const verdict = runMesh(serviceAccounts, { a: { changes: { gateways } } });
    expect(verdict.findings).toMatchObject([{ severity: "skip" }]);
  });
});
