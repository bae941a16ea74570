import { describe, expect, test } from "vitest";
import { license } from "../../../src/checks/license/check.ts";
import type { LicenseFact, PodFact } from "../../../src/model/facts.ts";
import { gathered, missing, type Missing } from "../../../src/model/gathered.ts";
import { pod, runCluster } from "../../support/facts.ts";

function answered(state: string, product: string, name = "istiod-1"): LicenseFact {
  return { namespace: "istio-system", pod: name, answer: gathered({ state, product }) };
}

function unanswered(answer: Missing): LicenseFact {
  return { namespace: "istio-system", pod: "istiod-1", answer };
}

test("healthy, as in the sample", () => {
  const { summary, findings } = runCluster(license);
  expect(summary).toBe("license is valid for multicluster");
  expect(findings.map(({ severity }) => severity)).toEqual(["pass"]);
});

describe("valid", () => {
  test.each([
    ["OK", "gloo-mesh"],
    ["OK", "gloo-trial"],
    ["BYPASSED", "gloo-mesh"],
    ["OK", "Gloo-Mesh"],
  ])("%s %s", (state, product) => {
    const { findings } = runCluster(license, { licenses: [answered(state, product)] });
    expect(findings).toMatchObject([
      {
        severity: "pass",
        message: `istio-system/istiod-1: ${product} license is ${state}`,
        object: { kind: "Pod", namespace: "istio-system", name: "istiod-1" },
      },
    ]);
  });

  test.each([
    ["gloo-mesh-next", "gloo-mesh-next"],
    ["score-board", "score-board"],
    ["", "(none)"],
  ])("an unknown product %j informs", (product, shown) => {
    const { summary, findings } = runCluster(license, { licenses: [answered("OK", product)] });
    expect(summary).toBe("license is valid for multicluster");
    expect(findings).toMatchObject([
      {
        severity: "info",
        message: `istio-system/istiod-1: license product ${shown} is not one that mc knows`,
      },
    ]);
  });
});

describe("invalid", () => {
  test.each(["EXPIRED", "INVALID", "UNSET", "ok", ""])("state %j", (state) => {
    const { summary, findings } = runCluster(license, { licenses: [answered(state, "gloo-mesh")] });
    expect(summary).toBe(`istio-system/istiod-1: license state is ${state || "not given"}`);
    expect(findings).toMatchObject([{ severity: "fail", stopsPeering: true }]);
  });

  test.each([
    "gloo-mesh-core",
    "gloo-core",
    "istio-support-basic",
    "Gloo-Mesh-Core",
    "gloo_core",
    "Support Basic",
  ])("product %s", (product) => {
    for (const state of ["OK", "BYPASSED"]) {
      const { summary, findings } = runCluster(license, { licenses: [answered(state, product)] });
      expect(summary).toBe(
        `istio-system/istiod-1: license product ${product} does not include multicluster`,
      );
      expect(findings).toMatchObject([{ severity: "fail", stopsPeering: true }]);
    }
  });

  test("the remedy names the three ways to give a license", () => {
    const { findings } = runCluster(license, { licenses: [answered("EXPIRED", "gloo-mesh")] });
    const remediation = findings[0]?.remediation;
    for (const name of ["license.value", "license.secretRef", "SOLO_LICENSE_KEY"]) {
      expect(remediation?.summary).toContain(name);
    }
    expect(remediation?.commands).toEqual([
      'helm upgrade --reuse-values istiod "oci://${HELM_REPO:?}/istiod" --kube-context ctx-a -n istio-system --version "${ISTIO_IMAGE:?}" --set "license.value=${SOLO_ISTIO_LICENSE_KEY:?}"',
      "kubectl --context ctx-a -n istio-system rollout restart deployment -l app=istiod",
    ]);
  });

  test("one replica is enough, and several are counted", () => {
    const one = [answered("OK", "gloo-mesh"), answered("UNSET", "", "istiod-2")];
    expect(runCluster(license, { licenses: one }).summary).toBe(
      "istio-system/istiod-2: license state is UNSET",
    );
    const two = [...one, answered("EXPIRED", "gloo-mesh", "istiod-3")];
    expect(runCluster(license, { licenses: two }).summary).toBe("2 faults");
  });
});

describe("no answer", () => {
  test("no such endpoint warns", () => {
    const licenses = [unanswered(missing("not-found", "404 page not found"))];
    const { summary, findings } = runCluster(license, { licenses });
    expect(summary).toBe(
      "istio-system/istiod-1: no license endpoint; it needs Istio 1.27 or later",
    );
    expect(findings[0]).toMatchObject({
      severity: "warn",
      remediation: {
        commands: ["kubectl --context ctx-a -n istio-system logs istiod-1 -c discovery"],
      },
    });
  });

  test("forbidden by RBAC names the rule", () => {
    const request = { verb: "create", group: "", resource: "pods/portforward" } as const;
    const detail = 'pods "istiod-1" is forbidden';
    const licenses = [unanswered(missing("forbidden", detail, request))];
    const { summary, findings } = runCluster(license, { licenses });
    expect(summary).toBe(`istio-system/istiod-1: license could not be read: ${detail}`);
    expect(findings[0]?.severity).toBe("error");
    expect(findings[0]?.remediation?.summary).toContain("pods/portforward");
    expect(findings[0]?.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-system create role mc-pods-portforward --verb=get,create --resource=pods/portforward",
    ]);
  });

  test.each([
    missing("forbidden", "istiod answered 403"),
    missing("timeout", "no answer within 10 s"),
    missing("unreadable", "not JSON"),
  ])("$why: $detail", (answer) => {
    const { summary, findings } = runCluster(license, { licenses: [unanswered(answer)] });
    expect(summary).toBe(`istio-system/istiod-1: license could not be read: ${answer.detail}`);
    expect(findings[0]).toMatchObject({
      severity: "error",
      remediation: {
        commands: ["kubectl --context ctx-a -n istio-system port-forward pod/istiod-1 15014"],
      },
    });
  });

  test("of a pod that is not ready is blocked by that", () => {
    const licenses = [unanswered(missing("unreachable", "connection refused"))];
    const name = "istiod-1";
    const down = { name, healthy: false, ready: 0, status: "CrashLoopBackOff" };
    const of = (istiodPods: PodFact[]) =>
      runCluster(license, { licenses, istiodPods }).findings[0]?.blockedBy;
    expect(of([pod(down)])).toBe("ctx-a/pods-istiod");
    expect(of([pod({ name })])).toBeUndefined();
    expect(of([pod({ ...down, name: "istiod-2" }), pod({ ...down, namespace: "x" })])).toBe(
      undefined,
    );
    const forbidden = missing("forbidden", "pods is forbidden");
    const unread = runCluster(license, { licenses, istiodPods: forbidden });
    expect(unread.findings[0]).toMatchObject({ severity: "error" });
  });

  test("of a pod that is not ready is no matter where another replica has answered", () => {
    const licenses = [
      answered("OK", "gloo-mesh", "istiod-2"),
      unanswered(missing("unreachable", "connection refused")),
    ];
    const istiodPods = [pod({ name: "istiod-1", healthy: false, ready: 0 })];
    const { summary, findings } = runCluster(license, { licenses, istiodPods });
    expect(summary).toBe("license is valid for multicluster");
    expect(findings).toMatchObject([
      { severity: "pass" },
      {
        severity: "info",
        message: "istio-system/istiod-1: license could not be read: connection refused",
        blockedBy: "ctx-a/pods-istiod",
      },
    ]);
    expect(runCluster(license, { licenses }).findings[1]?.severity).toBe("error");
  });

  test("that was not recorded is to be recorded, not asked for", () => {
    const answer = missing("not-recorded", "not recorded: DIR has no answer");
    const licenses = [{ namespace: "istio-system", pod: "istiod-1", answer }];
    const { findings } = runCluster(license, { licenses });
    expect(findings).toMatchObject([
      {
        severity: "error",
        remediation: { commands: ["mc snapshot --contexts ctx-a --output-dir DIR"] },
      },
    ]);
  });

  test("without a running istiod it waits for the pods", () => {
    const { summary, findings } = runCluster(license, { licenses: [] });
    expect(summary).toBe("no running istiod pod to ask for its license");
    expect(findings).toMatchObject([{ severity: "skip", blockedBy: "ctx-a/pods-istiod" }]);
  });
});
