import { expect, test } from "vitest";
import { remoteClusters } from "../../../src/checks/remote-clusters/check.ts";
import type { RemoteClusterFact } from "../../../src/model/community-facts.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { COMMUNITY, env, istiod, NOW, runCluster } from "../../support/facts.ts";
import { messagesOf, notPassed } from "../../support/verdict.ts";

function answers(...entries: RemoteClusterFact[]): Facts["remoteClusters"] {
  return [{ namespace: "istio-system", pod: "istiod-1", answer: gathered(entries) }];
}

const OWN = { id: "a", status: "synced" };

function secret(createdAt: number): Facts["remoteSecrets"] {
  const kubeconfigs = gathered([{ cluster: "b", authorities: [], credentials: ["token"] }]);
  return [{ namespace: "istio-system", name: "s", createdAt, kubeconfigs }];
}

test("each cluster that istiod reads is told, but not its own", () => {
  const read = answers(OWN, { id: "b", secret: "istio-system/s", status: "synced" });
  const verdict = runCluster(remoteClusters, { remoteClusters: read }, COMMUNITY);
  expect(verdict.summary).toBe("istiod reads b");
  expect(messagesOf(verdict, "pass")).toEqual([
    "istiod istio-system/istiod-1 reads cluster b (Secret istio-system/s)",
  ]);
});

test.each([
  ["closed", "fail"],
  ["", "fail"],
  ["timeout", "fail"],
  ["syncing", "warn"],
])("%j is a %s", (status, severity) => {
  const read = answers(OWN, { id: "b", secret: "x/y", status });
  expect(notPassed(runCluster(remoteClusters, { remoteClusters: read }, COMMUNITY))).toEqual([
    severity,
  ]);
});

test("a Secret of this minute may not have been taken up yet", () => {
  const judge = (createdAt: number) =>
    notPassed(
      runCluster(
        remoteClusters,
        { remoteClusters: answers(OWN), remoteSecrets: secret(createdAt) },
        COMMUNITY,
      ),
    );
  expect(judge(NOW - 10_000)).toEqual(["warn"]);
  expect(judge(NOW - 600_000)).toEqual(["fail"]);
});

test("what was not read is no fault", () => {
  const unread = missing("forbidden", "no");
  const pods = [{ namespace: "istio-system", pod: "istiod-1", answer: unread }];
  const verdict = runCluster(
    remoteClusters,
    { remoteClusters: pods, remoteSecrets: unread, istiods: unread },
    COMMUNITY,
  );
  expect(notPassed(verdict)).toEqual(["info"]);
  expect(verdict.summary).toBe("istiod reads no other cluster");
});

test("without an istiod, or one that reads remote secrets, there is nothing to judge", () => {
  const none = runCluster(remoteClusters, { istiods: { judged: [], others: [] } }, COMMUNITY);
  expect(none.summary).toBe("no istiod here");
  const silent = runCluster(remoteClusters, {
    istiods: { judged: [istiod({ env: env({}) })], others: [] },
  });
  expect(silent.summary).toBe("no istiod that could be asked");
  expect(notPassed(runCluster(remoteClusters))).toEqual(["info"]);
});
