import { expect, test } from "vitest";
import { podNetworks } from "../../../src/checks/pod-networks/check.ts";
import type { ProxyPodFact } from "../../../src/model/facts.ts";
import { COMMUNITY, labels, namespace, runCluster } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed } from "../../support/verdict.ts";

function pod(name: string, changes: Partial<ProxyPodFact> = {}): ProxyPodFact {
  return { namespace: "sample", name, labels: labels({}), network: "net-a", ...changes };
}

test("proxies on the cluster's network pass", () => {
  const verdict = runCluster(podNetworks, { proxyPods: [pod("x")] }, COMMUNITY);
  expect(verdict.summary).toBe("all proxies are on network net-a");
});

test("pods with the same mistake are one fault, and each namespace is restarted", () => {
  const proxyPods = [
    pod("a", { network: "other" }),
    pod("b", { network: "other", namespace: "more" }),
  ];
  const verdict = runCluster(podNetworks, { proxyPods }, COMMUNITY);
  expect(messagesOf(verdict, "fail")).toEqual([
    "proxies of 2 pods have network other, but the cluster's is net-a: sample/a, more/b",
  ]);
  expect(commandsOf(verdict, "fail")).toEqual([
    "kubectl --context ctx-a -n sample rollout restart deployment",
    "kubectl --context ctx-a -n more rollout restart deployment",
  ]);
});

test("a label that the proxy does not agree with does not save it", () => {
  const placed = pod("a", {
    network: "other",
    labels: labels({ "topology.istio.io/network": "vm" }),
  });
  expect(notPassed(runCluster(podNetworks, { proxyPods: [placed] }, COMMUNITY))).toEqual(["fail"]);
});

test("one that it agrees with is meant", () => {
  const meant = pod("a", { network: "vm", labels: labels({ "topology.istio.io/network": "vm" }) });
  expect(notPassed(runCluster(podNetworks, { proxyPods: [meant] }, COMMUNITY))).toEqual(["info"]);
});

test("without proxies, or a name to compare with, there is nothing to judge", () => {
  const ofGateway = pod("g", { labels: labels({ "gateway.networking.k8s.io/gateway-name": "g" }) });
  expect(runCluster(podNetworks, { proxyPods: [ofGateway] }, COMMUNITY).summary).toBe(
    "no pod has a proxy",
  );
  const facts = { proxyPods: [pod("x")], namespaces: [namespace("istio-system")] };
  expect(notPassed(runCluster(podNetworks, facts, COMMUNITY))).toEqual(["skip"]);
});
