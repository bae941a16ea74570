import { expect, test } from "vitest";
import { automates, isAutomaticCopy, isOfHelm } from "../../src/mesh/makers.ts";
import { env, istiod, labels, remoteGateway } from "../support/facts.ts";

test.each([
  ["true", true],
  ["1", true],
  ["false", false],
  [undefined, false],
])("istiod with PEERING_AUTOMATIC_LOCAL_GATEWAY %j makes links: %s", (value, made) => {
  const variables = value === undefined ? {} : { PEERING_AUTOMATIC_LOCAL_GATEWAY: value };
  expect(automates(istiod({ env: env(variables) }))).toBe(made);
});

test("a Gateway of Helm is known by its label or its annotation", () => {
  const label = { labels: labels({ "app.kubernetes.io/managed-by": "Helm" }) };
  const annotation = { annotations: labels({ "meta.helm.sh/release-name": "peering" }) };
  expect(isOfHelm(remoteGateway("b", label))).toBe(true);
  expect(isOfHelm(remoteGateway("b", annotation))).toBe(true);
  expect(isOfHelm(remoteGateway("b"))).toBe(false);
});

test.each([
  [["gloo-mesh"], true],
  [["pilot-discovery"], true],
  [["gloo-mesh", "kubectl-client-side-apply"], false],
  [["mc"], false],
  [["istioctl"], false],
  [["argocd-controller"], false],
  [[], false],
])("managers %j: a copy of automated peering: %s", (managers, copy) => {
  expect(isAutomaticCopy(remoteGateway("b", { managers }))).toBe(copy);
});

test("what Helm owns is no copy", () => {
  const annotations = labels({ "meta.helm.sh/release-name": "peering" });
  expect(isAutomaticCopy(remoteGateway("b", { managers: ["x"], annotations }))).toBe(false);
});
