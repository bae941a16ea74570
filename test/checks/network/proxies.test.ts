import { describe, expect, test } from "vitest";
import { network } from "../../../src/checks/network/check.ts";
import type { Facts, PodFact, ProxyPodFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  clusterRef,
  COMMUNITY,
  env,
  istiod,
  labels,
  namespace,
  pod,
  runMesh,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, ofSeverity } from "../../support/verdict.ts";

const NETWORK = "topology.istio.io/network";

function proxy(value: string, changes: Partial<PodFact> = {}): PodFact {
  return pod({
    namespace: "shop",
    name: "waypoint-x",
    labels: labels({ "gateway.networking.k8s.io/gateway-name": "waypoint" }),
    env: env({ ISTIO_META_NETWORK: value }),
    ...changes,
  });
}

function withPods(...gatewayPods: PodFact[]) {
  return runMesh(network, { a: { changes: { gatewayPods } }, b: {} });
}

test("a waypoint of another network than its cluster's is a fault", () => {
  const verdict = withPods(proxy("net-old"), proxy("net-older", { name: "waypoint-y" }));
  expect(ofSeverity(verdict, "fail")).toMatchObject([
    {
      cluster: "ctx-a",
      object: { kind: "Pod", namespace: "shop", name: "waypoint-x" },
      message:
        "2 istio proxy pod(s) with mismatched ISTIO_META_NETWORK in ctx-a, whose network is net-a: shop/waypoint-x has net-old, shop/waypoint-y has net-older",
    },
  ]);
  expect(commandsOf(verdict, "fail")).toEqual([
    "kubectl --context ctx-a -n shop rollout restart deployment -l gateway.networking.k8s.io/gateway-name=waypoint",
  ]);
});

test.each<[string, PodFact]>([
  ["of the cluster's network", proxy("net-a")],
  ["that says none", proxy("", { env: env({}) })],
  ["that is going", proxy("net-old", { deleting: true })],
  ["that has ended", proxy("net-old", { finished: true })],
])("a waypoint %s is no fault", (_, one) => {
  expect(ofSeverity(withPods(one), "fail")).toEqual([]);
});

test("a network that somebody chose for the pod is told", () => {
  const chosen = proxy("vm", { labels: labels({ [NETWORK]: "vm" }) });
  const verdict = withPods(chosen);
  expect(ofSeverity(verdict, "fail")).toEqual([]);
  expect(ofSeverity(verdict, "info")[0]?.message).toMatch(
    /^1 istio proxy pod\(s\) .*; their label topology\.istio\.io\/network says so too$/,
  );
});

describe("a sidecar in a mesh with peering", () => {
  function sidecar(value?: string, changes: Partial<ProxyPodFact> = {}): ProxyPodFact {
    const told = value === undefined ? {} : { network: value };
    return { namespace: "legacy", name: "api-x", labels: labels({}), ...told, ...changes };
  }
  const withSidecars = (...proxyPods: ProxyPodFact[]) =>
    runMesh(network, { a: { changes: { proxyPods, gatewayPods: [proxy("net-a")] } }, b: {} });

  test("of another network than its cluster's is a fault, once a namespace is enough to restart", () => {
    const verdict = withSidecars(sidecar("net-old"), sidecar("net-old", { name: "api-y" }));
    expect(ofSeverity(verdict, "fail").map(({ message }) => message)).toEqual([
      "2 istio proxy pod(s) with mismatched ISTIO_META_NETWORK in ctx-a, whose network is net-a: legacy/api-x has net-old, legacy/api-y has net-old",
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a -n legacy rollout restart deployment",
    ]);
  });

  test.each<[string, ProxyPodFact]>([
    ["of the cluster's network", sidecar("net-a")],
    ["that was told none", sidecar()],
    [
      "of a gateway, which is judged by its own pods",
      sidecar("net-old", { labels: labels({ "gateway.networking.k8s.io/gateway-name": "w" }) }),
    ],
  ])("%s is no fault", (_, one) => {
    expect(ofSeverity(withSidecars(one), "fail")).toEqual([]);
  });

  test("is told of as not checked where pods could not be read", () => {
    const a = { changes: { proxyPods: missing("forbidden", "refused") } };
    const verdict = runMesh(network, { a, b: {} });
    expect(ofSeverity(verdict, "info").map(({ message }) => message)).toEqual([
      "networks of sidecars in ctx-a not checked: refused",
    ]);
    expect(verdict.summary).toBe("all network configurations are valid");
  });

  test("has a check of its own where the mesh is one of the community", () => {
    const a = { changes: { proxyPods: [sidecar("net-old")] } };
    expect(ofSeverity(runMesh(network, { a, b: {} }, COMMUNITY), "fail")).toEqual([]);
  });
});

test("a pod without the name of its gateway still has a command", () => {
  const verdict = withPods(proxy("net-old", { labels: labels({}) }));
  expect(commandsOf(verdict, "fail")).toHaveLength(1);
});

test("where the network of the cluster is not known there is nothing to compare", () => {
  const verdict = runMesh(network, {
    a: {
      cluster: clusterRef("a", {}),
      changes: {
        namespaces: [namespace("istio-system")],
        ztunnels: [],
        gateways: { served: true, eastWest: [], remote: [] },
        gatewayPods: [proxy("net-old")],
      },
    },
    b: {},
  });
  expect(
    ofSeverity(verdict, "fail")
      .map(({ message }) => message)
      .join(),
  ).not.toContain("proxy pod");
});

describe("PEERING_ENABLE_FLAT_NETWORKS", () => {
  const inShared = (id: string, istiods: TestMember["changes"] | undefined = {}): TestMember => ({
    cluster: clusterRef(id, { network: "shared" }),
    changes: {
      namespaces: [namespace("istio-system", { [NETWORK]: "shared" })],
      gateways: { served: true, eastWest: [], remote: [] },
      ztunnels: [],
      gatewayPods: [],
      ...istiods,
    },
  });
  const set = (value: string | undefined): { istiods: Facts["istiods"] } => ({
    istiods: {
      judged: [
        istiod({ env: env(value === undefined ? {} : { PEERING_ENABLE_FLAT_NETWORKS: value }) }),
      ],
      others: [],
    },
  });
  const warnings = (a: TestMember, b: TestMember) => {
    const verdict = runMesh(network, { a, b });
    return { verdict, texts: ofSeverity(verdict, "warn").map(({ message }) => message) };
  };

  test("that is false on one network is a warning, in place of that on entries", () => {
    const { verdict, texts } = warnings(inShared("a", set("false")), inShared("b", set("true")));
    expect(texts).toEqual([
      "ctx-a shares network shared with other clusters, but istiod istio-system/istiod has PEERING_ENABLE_FLAT_NETWORKS=false: traffic to them takes gateways of its own network",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      "kubectl --context ctx-a -n istio-system set env deployment/istiod -c discovery PEERING_ENABLE_FLAT_NETWORKS=true",
    ]);
  });

  test.each([undefined, "true"])("that is %s says nothing", (value) => {
    const { texts } = warnings(inShared("a", set(value)), inShared("b", set(value)));
    expect(texts).toEqual([expect.stringContaining("no autogenflat entries")]);
  });

  test("of clusters of their own networks, or that was not read, is no business of it", () => {
    const a = { changes: set("false") };
    expect(ofSeverity(runMesh(network, { a, b: {} }), "warn")).toEqual([]);
    const unread = inShared("a", {});
    const refused = { changes: { ...unread.changes, istiods: missing("forbidden", "refused") } };
    const { texts } = warnings({ ...unread, ...refused }, inShared("b", set(undefined)));
    expect(texts).toEqual([expect.stringContaining("no autogenflat entries")]);
  });
});
