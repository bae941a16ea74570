import { describe, expect, test } from "vitest";
import { automatedPeering } from "../../../src/checks/automated-peering/check.ts";
import type { Facts, GatewayFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  eastWestGateway,
  env,
  istiod,
  remoteGateway,
  runMesh,
  service,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, ofSeverity } from "../../support/verdict.ts";

type Changes = NonNullable<TestMember["changes"]>;

function istiods(value: string): Facts["istiods"] {
  return {
    judged: [istiod({ env: env({ PEERING_AUTOMATIC_LOCAL_GATEWAY: value }) })],
    others: [],
  };
}

const ACCEPTED = ["a", "b"].map((name) => ({ namespace: "ops", name, approval: "ACCEPTED" }));
const PLANE = [service(), service({ namespace: "ops", name: "gloo-mesh-mgmt-server" })];

function holding(id: string, remote: GatewayFact[]): Facts["gateways"] {
  return { served: true, eastWest: [eastWestGateway(id)], remote };
}

/** Two clusters as automated peering links them, the management plane in the first. */
function run(a: Changes = {}, b: Changes = {}) {
  const remote = [remoteGateway("a"), remoteGateway("b")];
  return runMesh(automatedPeering, {
    a: {
      changes: {
        istiods: istiods("true"),
        gateways: holding("a", remote),
        services: PLANE,
        kubernetesClusters: ACCEPTED,
        ...a,
      },
    },
    b: { changes: { istiods: istiods("true"), gateways: holding("b", remote), ...b } },
  });
}

const messages = ({ findings }: ReturnType<typeof run>): string[] =>
  findings.filter(({ severity }) => severity !== "pass").map(({ message }) => message);

test("a mesh that is linked by hand passes", () => {
  expect(runMesh(automatedPeering)).toEqual({
    summary: "no istiod has links made automatically",
    findings: [{ severity: "pass", message: "no istiod has links made automatically" }],
  });
});

test("a healthy automated mesh passes", () => {
  const verdict = run();
  expect(verdict.summary).toBe("links are made automatically");
  expect(verdict.findings.map(({ severity }) => severity)).toEqual(["pass", "pass", "pass"]);
  expect(verdict.findings.at(-1)?.message).toBe(
    "the management plane in ops of ctx-a has accepted all clusters",
  );
});

describe("each break is a warning", () => {
  test("an istiod that makes none", () => {
    const verdict = run({}, { istiods: istiods("false") });
    expect(messages(verdict)).toEqual([
      "istiod istio-system/istiod of ctx-b does not have PEERING_AUTOMATIC_LOCAL_GATEWAY=true, as others have: no Gateway for ctx-b is made that could be copied to them",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      "kubectl --context ctx-b -n istio-system set env deployment/istiod -c discovery PEERING_AUTOMATIC_LOCAL_GATEWAY=true",
    ]);
  });

  test("no Gateway for the cluster itself", () => {
    const verdict = run({ gateways: holding("a", [remoteGateway("b")]) });
    expect(messages(verdict)).toEqual([
      "ctx-a has no remote gateway for itself, which its istiod makes for its east-west gateway and the management plane copies to the others",
    ]);
    expect(commandsOf(verdict, "warn")[0]).toContain("logs");
  });

  test("a Gateway that was not copied", () => {
    const verdict = run({}, { gateways: holding("b", [remoteGateway("b")]) });
    expect(messages(verdict)).toEqual(["no remote gateway of ctx-a has been copied to ctx-b"]);
  });

  test("a cluster that the management plane does not know", () => {
    const verdict = run({ kubernetesClusters: ACCEPTED.slice(0, 1) });
    expect(messages(verdict)).toEqual([
      "the management plane in ops of ctx-a has no KubernetesCluster called as b",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      "kubectl --context ctx-a -n ops get kubernetesclusters.admin.gloo.solo.io -o yaml",
    ]);
  });

  test.each([
    ["PENDING", "PENDING"],
    [undefined, "not given"],
  ])("a cluster that it has not accepted: %s", (approval, said) => {
    const waiting = {
      namespace: "ops",
      name: "ctx-b",
      ...(approval === undefined ? {} : { approval }),
    };
    const others = [{ namespace: "ops", name: "z" }];
    const verdict = run({ kubernetesClusters: [...ACCEPTED.slice(0, 1), waiting, ...others] });
    expect(messages(verdict)).toEqual([
      `KubernetesCluster ops/ctx-b of ctx-a is not accepted: its approval is ${said}`,
    ]);
  });

  test("a management plane without Istio", () => {
    const verdict = run({ istiods: { judged: [], others: [] } });
    expect(messages(verdict)).toContain(
      "the management plane in ops of ctx-a has no Istio in its cluster, which automated linking needs",
    );
  });
});

describe("no fault is", () => {
  test("an east-west gateway that has no address yet", () => {
    const eastWest = [eastWestGateway("a", { statusAddresses: [] })];
    const gateways = { served: true, eastWest, remote: [remoteGateway("b")] };
    const services = PLANE.map((one) => ({ ...one, addresses: [] }));
    const verdict = run({ gateways, services });
    expect(ofSeverity(verdict, "skip")).toMatchObject([{ blockedBy: "ctx-a/gateways" }]);
    expect(ofSeverity(verdict, "warn")).toEqual([]);
  });

  test("a management plane outside of the run, or what was not read", () => {
    expect(messages(run({ services: [service()] }))).toEqual([
      "what the management plane knows of the clusters not checked: no cluster of this run has it",
    ]);
    const refused = missing("forbidden", "refused");
    expect(messages(run({ services: refused }))).toEqual([
      "what the management plane knows of the clusters not checked: refused",
    ]);
    expect(messages(run({ kubernetesClusters: refused }))).toEqual([
      "KubernetesClusters in ctx-a not checked: refused",
    ]);
  });
});

test("a cluster without CLUSTER_ID is named by its context", () => {
  const verdict = runMesh(automatedPeering, {
    a: {
      cluster: {
        context: "ctx-a",
        contextArgument: "ctx-a",
        istioNamespace: "istio-system",
        now: 0,
      },
      changes: {
        istiods: istiods("true"),
        gateways: holding("a", [remoteGateway("a")]),
        services: PLANE,
        kubernetesClusters: [],
      },
    },
  });
  expect(messages(verdict)).toContain(
    "the management plane in ops of ctx-a has no KubernetesCluster called as ctx-a",
  );
});
