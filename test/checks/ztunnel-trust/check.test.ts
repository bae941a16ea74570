import { describe, expect, test } from "vitest";
import { ztunnelTrust } from "../../../src/checks/ztunnel-trust/check.ts";
import type { IstiodFact, WorkloadFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { env, istiod, runCluster, workload } from "../../support/facts.ts";
import { commandsOf } from "../../support/verdict.ts";

const VARIABLE = "CA_TRUSTED_NODE_ACCOUNTS";
const COMMUNITY = [{ container: "discovery", image: "registry.example/pilot:1.28.5" }];

function trusting(accounts: string | undefined, changes: Partial<IstiodFact> = {}): IstiodFact {
  return istiod({ env: env(accounts === undefined ? {} : { [VARIABLE]: accounts }), ...changes });
}

function ztunnel(changes: Partial<WorkloadFact> = {}): WorkloadFact {
  return workload({ serviceAccount: "ztunnel", ...changes });
}

function run(istiods: IstiodFact[], ztunnels: WorkloadFact[] = [ztunnel()]) {
  return runCluster(ztunnelTrust, { istiods: { judged: istiods, others: [] }, ztunnels });
}

test.each(["istio-system/ztunnel", " kube-system/ztunnel , istio-system/ztunnel,"])(
  "istiod that trusts ztunnel passes: %j",
  (accounts) => {
    const verdict = run([trusting(accounts)]);
    expect(verdict.summary).toBe("istiod trusts ztunnel");
    expect(verdict.findings).toEqual([
      {
        severity: "pass",
        message: "istiod istio-system/istiod trusts ztunnel istio-system/ztunnel",
        object: { kind: "DaemonSet", namespace: "istio-system", name: "ztunnel" },
      },
    ]);
  },
);

test("ztunnel in kube-system of an istiod that was not told is a fault, with what mends it", () => {
  const verdict = run([trusting("istio-system/ztunnel")], [ztunnel({ namespace: "kube-system" })]);
  expect(verdict.findings).toMatchObject([
    {
      severity: "fail",
      object: { kind: "DaemonSet", namespace: "kube-system", name: "ztunnel" },
    },
  ]);
  expect(verdict.summary).toBe(
    "ztunnel kube-system/ztunnel runs as kube-system/ztunnel, but CA_TRUSTED_NODE_ACCOUNTS of istiod istio-system/istiod has only istio-system/ztunnel: istiod refuses it the certificates of workloads (impersonation)",
  );
  const [helm, kubectl] = commandsOf(verdict, "fail");
  expect(helm).toMatch(
    /^helm upgrade --reuse-values istiod .* -n istio-system .* --set trustedZtunnelNamespace=kube-system$/,
  );
  expect(kubectl).toBe(
    "kubectl --context ctx-a -n istio-system set env deployment/istiod -c discovery CA_TRUSTED_NODE_ACCOUNTS=istio-system/ztunnel,kube-system/ztunnel",
  );
});

test("an account of another name is told to the chart too", () => {
  const verdict = run([trusting("")], [ztunnel({ serviceAccount: "zt" })]);
  expect(verdict.summary).toContain("is empty: istiod refuses it");
  expect(commandsOf(verdict, "fail")[0]).toContain("--set trustedZtunnelName=zt");
});

describe("no fault is", () => {
  test("a template that does not say the account, where the namespace is trusted", () => {
    const plain = workload();
    expect(run([trusting("istio-system/anything")], [plain]).summary).toBe("istiod trusts ztunnel");
    expect(run([trusting("kube-system/ztunnel")], [plain]).findings).toMatchObject([
      { severity: "fail" },
    ]);
  });

  test("an istiod of another revision that does not trust it", () => {
    const verdict = run([trusting("kube-system/ztunnel"), trusting("istio-system/ztunnel")]);
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["pass"]);
  });

  test.each<[string, IstiodFact, WorkloadFact]>([
    [
      "istiod has ENABLE_CA_SERVER=false",
      istiod({ env: env({ ENABLE_CA_SERVER: "false", [VARIABLE]: "" }) }),
      ztunnel(),
    ],
    [
      "it asks cert-manager-istio-csr.cert-manager.svc:443",
      trusting(""),
      ztunnel({ env: env({ CA_ADDRESS: "cert-manager-istio-csr.cert-manager.svc:443" }) }),
    ],
  ])("another CA: %s", (why, one, two) => {
    const verdict = run([one], [two]);
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["skip"]);
    expect(verdict.summary).toContain("needs no trust of istiod: ");
    expect(verdict.summary).toContain(why);
  });

  test.each(["istiod.istio-system.svc:15012", "https://istiod-1-28.istio-system.svc:15012", ""])(
    "istiod's own address is no other CA: %j",
    (address) => {
      const own = ztunnel({ env: env({ CA_ADDRESS: address }) });
      expect(run([trusting("")], [own]).findings).toMatchObject([{ severity: "fail" }]);
    },
  );

  test("what a Solo build does not set: its default is not known", () => {
    const verdict = run([trusting(undefined)]);
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["skip"]);
    expect(verdict.summary).toBe(
      "CA_TRUSTED_NODE_ACCOUNTS of istiod istio-system/istiod is not set: whether Solo's build trusts ztunnel istio-system/ztunnel all the same is not known",
    );
    const unknown = trusting(undefined, { images: [] });
    expect(run([unknown]).findings).toMatchObject([{ severity: "skip" }]);
  });

  test("what a community build does not set, but a warning", () => {
    const verdict = run([trusting(undefined, { images: COMMUNITY })]);
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["warn"]);
    expect(verdict.summary).toContain("which its chart always sets: it trusts nobody then");
    expect(commandsOf(verdict, "warn")[1]).toContain("=istio-system/ztunnel");
  });

  test("a variable that could not be resolved", () => {
    const hidden = istiod({
      env: new Map([
        [VARIABLE, { kind: "unresolved", from: "ConfigMap x", why: "forbidden" } as const],
      ]),
    });
    expect(run([hidden]).findings).toMatchObject([
      {
        severity: "info",
        message:
          "whether istiod istio-system/istiod trusts ztunnel istio-system/ztunnel not checked: ConfigMap x: forbidden",
      },
    ]);
  });

  test("no istiod at all, which another check says", () => {
    expect(run([])).toEqual({
      summary: "no istiod whose trust could be looked at",
      findings: [
        {
          severity: "skip",
          message: "no istiod whose trust could be looked at",
          blockedBy: "ctx-a/pods-istiod",
        },
      ],
    });
  });

  test("an istiod that does not trust who has its certificates of SPIRE", () => {
    const istiods = { judged: [trusting("")], others: [] };
    const spire = {
      signs: ["ztunnel has X"],
      byZtunnel: false,
      agents: [],
      drivers: [],
      ztunnelSockets: [],
    };
    expect(runCluster(ztunnelTrust, { istiods, spire })).toEqual({
      summary: "ztunnel has its certificates of SPIRE: ztunnel has X",
      findings: [
        { severity: "skip", message: "ztunnel has its certificates of SPIRE: ztunnel has X" },
      ],
    });
    const unread = runCluster(ztunnelTrust, { istiods, spire: missing("forbidden", "refused") });
    expect(unread.findings.map(({ severity }) => severity)).toEqual(["info"]);
    const fine = { judged: [trusting("istio-system/ztunnel")], others: [] };
    const passed = runCluster(ztunnelTrust, {
      istiods: fine,
      ztunnels: [ztunnel()],
      spire: missing("forbidden", "refused"),
    });
    expect(passed.findings.map(({ severity }) => severity)).toEqual(["pass"]);
  });

  test("ztunnels that could not be read", () => {
    const verdict = runCluster(ztunnelTrust, { ztunnels: missing("forbidden", "refused") });
    expect(verdict.findings).toEqual([
      { severity: "info", message: "whether istiod trusts ztunnel not checked: refused" },
    ]);
  });

  test("no ztunnel, as in a mesh of sidecars", () => {
    expect(run([trusting("")], [])).toEqual({
      summary: "no ztunnel for istiod to trust",
      findings: [{ severity: "skip", message: "no ztunnel for istiod to trust" }],
    });
  });
});
