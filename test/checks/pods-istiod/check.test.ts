import { describe, expect, test } from "vitest";
import { podsIstiod } from "../../../src/checks/pods-istiod/check.ts";
import type { IstiodsFact, PodFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import type { Finding } from "../../../src/model/report.ts";
import { clusterRef, istiod, labels, NOW, pod, runCluster } from "../../support/facts.ts";

const broken = { healthy: false, ready: 0, status: "CrashLoopBackOff", why: "last exit 1" };

const LIST = "kubectl --context ctx-a get deployments,pods -A -l app=istiod -L istio.io/rev";

const gloo = istiod({ name: "istiod-gloo", revision: "gloo" });
const old = istiod({ name: "istiod", revision: "default", peering: false });
const glooPod = pod({
  name: "istiod-gloo-7d9cdf88cf-aaaaa",
  labels: labels({ app: "istiod", "istio.io/rev": "gloo" }),
});
const migration: IstiodsFact = { judged: [gloo], others: [old] };

test("ready pods are healthy, and rows of the table", () => {
  const verdict = runCluster(podsIstiod);
  expect(verdict).toMatchObject({ summary: "all pods healthy", findings: [] });
  expect(verdict.data).toEqual({
    rows: [expect.objectContaining({ name: "istiod-6d9cdf88cf-l47tf", age: "10m" })],
  });
});

test("none is a fault", () => {
  const { findings, summary } = runCluster(podsIstiod, {
    istiodPods: [],
    istiods: { judged: [], others: [] },
  });
  expect(findings).toMatchObject([{ severity: "fail" }]);
  expect(summary).toBe("no istiod pod in any namespace");
  expect(findings[0]?.remediation?.commands).toEqual([
    'helm upgrade --install istiod "oci://${HELM_REPO:?}/istiod" --kube-context ctx-a -n istio-system --version "${ISTIO_IMAGE:?}" --set "profile=ambient" --set "platforms.peering.enabled=true" --set "license.value=${SOLO_ISTIO_LICENSE_KEY:?}" --set global.network=net-a --set global.multiCluster.clusterName=net-a',
    LIST,
  ]);
});

test("none, and nothing of the revision that is asked for: that one is installed", () => {
  const facts = { istiodPods: [], istiods: { judged: [], others: [] } };
  const { network: _, ...cluster } = clusterRef("a");
  const { findings } = runCluster(podsIstiod, facts, { revision: "$(x)", cluster });
  expect(findings[0]?.remediation?.commands[0]).toMatch(
    / --set "global\.network=\$\{NETWORK:\?\}" .* --set 'revision=\$\(x\)'$/,
  );
});

test("none, though there may be or is a Deployment: it is not installed again", () => {
  const unread = missing("forbidden", "deployments.apps is forbidden");
  const { desired: _, ...unwritten } = istiod();
  for (const istiods of [unread, { judged: [unwritten], others: [old] }]) {
    const { summary, findings } = runCluster(podsIstiod, { istiodPods: [], istiods });
    expect(summary).toBe("no istiod pod in any namespace");
    expect(findings[0]?.remediation?.commands).toEqual([LIST]);
  }
});

test("a Deployment without pods or scaled to zero is a fault", () => {
  const without = runCluster(podsIstiod, { istiodPods: [] });
  expect(without.findings).toMatchObject([{ severity: "fail" }]);
  expect(without.summary).toContain("Deployment istio-system/istiod: 0 of 1 pods exist");
  const zero = runCluster(podsIstiod, {
    istiodPods: [],
    istiods: { judged: [istiod({ desired: 0 })], others: [] },
  });
  expect(zero.findings).toMatchObject([{ severity: "fail" }]);
  expect(zero.summary).toBe("Deployment istio-system/istiod is scaled to zero");
});

test("a pod that is not ready is a fault, with its reason", () => {
  const { summary, findings } = runCluster(podsIstiod, { istiodPods: [pod(broken)] });
  expect(findings).toMatchObject([{ severity: "fail" }]);
  expect(summary).toBe("istio-system/istiod-6d9cdf88cf-l47tf: CrashLoopBackOff: last exit 1");
});

test("without Deployments the pods are judged, and the number is not", () => {
  const istiods = missing("forbidden", "deployments.apps is forbidden");
  expect(runCluster(podsIstiod, { istiods })).toMatchObject({
    summary: "all pods healthy",
    findings: [
      {
        severity: "info",
        message: "number of istiod pods not checked: deployments.apps is forbidden",
      },
    ],
  });
  const bad = runCluster(podsIstiod, { istiods, istiodPods: [glooPod, pod(broken)] });
  expect(bad.findings).toMatchObject([{ severity: "fail" }, { severity: "info" }]);
  const chosen = runCluster(
    podsIstiod,
    { istiods, istiodPods: [glooPod, pod(broken)] },
    { revision: "gloo" },
  );
  expect(chosen.findings).toMatchObject([{ severity: "info" }]);
});

describe("what keeps the cluster from peering", () => {
  const stops = (...args: Parameters<typeof run>): boolean =>
    run(...args).some(({ stopsPeering }) => stopsPeering);
  const run = (istiodPods: PodFact[], istiods?: IstiodsFact, revision?: string): Finding[] =>
    runCluster(
      podsIstiod,
      { istiodPods, ...(istiods ? { istiods } : {}) },
      revision === undefined ? {} : { revision },
    ).findings;
  const second = pod({ ...broken, name: "istiod-6d9cdf88cf-zzzzz" });

  test("no pod that is ready, or none at all", () => {
    expect(stops([pod(broken)])).toBe(true);
    expect(stops([pod(broken), second])).toBe(true);
    expect(stops([])).toBe(true);
    expect(stops([], { judged: [], others: [] })).toBe(true);
  });

  test("not one pod of several", () => {
    expect(run([pod(), second])).toMatchObject([{ severity: "fail" }]);
    expect(stops([pod(), second])).toBe(false);
  });

  test("a ready pod counts unless its revision does not peer", () => {
    const down = { ...glooPod, ...broken };
    expect(stops([pod(), down], migration)).toBe(true);
    expect(stops([pod(), down], { judged: [gloo], others: [{ ...old, peering: true }] })).toBe(
      false,
    );
    expect(stops([pod(), down], { judged: [gloo], others: [] })).toBe(false);
    const others = [old, gloo];
    expect(stops([pod(), glooPod], { judged: [], others }, "nope")).toBe(false);
    expect(stops([pod(), down], { judged: [], others }, "nope")).toBe(true);
  });

  test("a pod that may still be starting is no fault", () => {
    expect(stops([pod({ ...broken, createdAt: NOW - 1000 })])).toBe(false);
  });
});

describe("side by side", () => {
  test("revisions without peering are listed, not judged", () => {
    const { findings, summary, data } = runCluster(podsIstiod, {
      istiods: migration,
      istiodPods: [glooPod, pod(broken)],
    });
    expect(summary).toBe("all pods healthy");
    expect(findings).toMatchObject([
      {
        severity: "info",
        message:
          "istio-system/istiod: revision default is not judged, peering is not enabled there; 0 of 1 pods healthy",
        object: { kind: "Deployment", namespace: "istio-system", name: "istiod" },
      },
    ]);
    expect(data).toMatchObject({ rows: [{ name: glooPod.name }, { name: pod().name }] });
  });

  test("pods count for the istiod of their revision, whatever they are called", () => {
    const twin = istiod({ name: "istiod-twin", revision: "twin" });
    const podOf = (name: string, revision: string) =>
      pod({ name, labels: labels({ app: "istiod", "istio.io/rev": revision }) });
    const istiodPods = [podOf("a", "gloo"), podOf("istiod-gloo-b", "twin")];
    const istiods = { judged: [gloo, twin], others: [old] };
    expect(runCluster(podsIstiod, { istiods, istiodPods }).findings).toMatchObject([
      { severity: "info", object: { name: "istiod" } },
    ]);
  });

  test("a pod that no name fits goes by its revision", () => {
    const odd = { ...broken, name: "x" };
    const istiods = { judged: [gloo], others: [old, istiod({ name: "istiod-x", revision: "x" })] };
    const unlabelled = pod({ ...odd, labels: labels({ app: "istiod" }) });
    const unjudged = runCluster(podsIstiod, { istiods, istiodPods: [glooPod, unlabelled] });
    expect(unjudged.findings).toMatchObject([{ severity: "info" }, { severity: "info" }]);
    const stray = pod({ ...odd, labels: labels({ "istio.io/rev": "stray" }) });
    const judged = runCluster(podsIstiod, { istiods, istiodPods: [glooPod, stray] });
    expect(judged.findings).toMatchObject([
      { severity: "fail", message: "istio-system/x: CrashLoopBackOff: last exit 1" },
      { severity: "info" },
      { severity: "info" },
    ]);
  });

  test("-r names the one to judge, and the only rows", () => {
    const { findings, data } = runCluster(
      podsIstiod,
      { istiods: migration, istiodPods: [glooPod, pod(broken)] },
      { revision: "gloo" },
    );
    expect(findings).toEqual([]);
    expect(data).toMatchObject({ rows: [{ name: glooPod.name }] });
  });

  test("-r of a revision that is not there is a fault, with those that are", () => {
    const facts = { istiods: { judged: [], others: [old, gloo] }, istiodPods: [pod(), glooPod] };
    const { findings, summary } = runCluster(podsIstiod, facts, { revision: "nope" });
    expect(findings).toMatchObject([{ severity: "fail" }]);
    expect(summary).toBe("no istiod pod of revision nope in any namespace; there is default, gloo");
    expect(findings[0]?.remediation?.commands).toEqual([
      "kubectl --context ctx-a get deployments,pods -A -l app=istiod -L istio.io/rev",
    ]);
    const empty = { istiods: { judged: [], others: [] }, istiodPods: [] };
    expect(runCluster(podsIstiod, empty, { revision: "nope" }).summary).toBe(
      "no istiod pod of revision nope in any namespace",
    );
  });
});
