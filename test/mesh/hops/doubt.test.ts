import { describe, expect, it } from "vitest";
import type { TraceInput } from "../../../src/mesh/hops/hop.ts";
import { pathOf } from "../../../src/mesh/hops/path.ts";
import type { ServiceMeshMember } from "../../../src/mesh/hops/side.ts";
import { traceOf } from "../../../src/mesh/hops/trace.ts";
import type { ServicePodFact } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import type { AuthorizationPolicyFact, PolicySource } from "../../../src/model/policy-facts.ts";
import { clusterRef, labels, namespace, remoteGateway } from "../../support/facts.ts";
import {
  CART,
  CART_HOST,
  cart,
  cartEntry,
  cartImport,
  serviceMesh,
  sideOf,
} from "../../support/service-mesh.ts";
import { hopOf } from "../../support/traces.ts";

type Changed = Partial<ServiceMeshMember["facts"]>;

const unread = missing("forbidden", "no list");
const pod = (changes: Partial<ServicePodFact> = {}): ServicePodFact => ({
  namespace: "shop",
  name: "cart-1",
  labels: labels({ app: "cart" }),
  ready: true,
  redirection: "enabled",
  serviceAccount: "cart",
  ...changes,
});
const pods = (...all: ServicePodFact[]): Changed => ({
  servicePods: gathered({ namespaces: new Set(["shop", "client"]), pods: all }),
});
const CART_SERVICE = cart({ selector: labels({ app: "cart" }) });
const WITH_PODS: Changed = { services: [CART_SERVICE], ...pods(pod()) };
const WITHOUT: Changed = { services: [CART_SERVICE], ...pods() };
const imports = (...all: ReturnType<typeof cartImport>[]): Changed => ({
  imports: gathered({ entries: all, rivals: [], everywhere: true }),
});
const entries = (...all: ReturnType<typeof cartEntry>[]): Changed => ({
  remoteEntries: gathered(all),
});
const LOST: Changed = {
  namespaces: [namespace("istio-system", { "admin.solo.io/segment": "lost" })],
};

/** From a to b. */
function trace(from: Changed, to: Changed, input: Partial<TraceInput> = {}, refs = {}) {
  const mesh = serviceMesh({ a: { ...WITHOUT, ...from }, b: { ...WITH_PODS, ...to } }, refs);
  return traceOf(pathOf(mesh, sideOf(mesh, "a"), mesh.sides[1] ?? sideOf(mesh, "b"), CART), {
    clientFacts: { ztunnelPods: gathered([]), cniConfigs: gathered([]) },
    policies: gathered({ authorization: [], network: [] }),
    dataPlane: { istiod: [], ztunnel: [] },
    ...input,
  });
}

const CALLER = { namespace: "client", pod: "sleep" };
const sleep = (changes: Partial<ServicePodFact> = {}): ServicePodFact =>
  pod({ namespace: "client", name: "sleep", labels: labels({}), ...changes });

describe("a hop says what was not read, or is not there", () => {
  it.each<[string, Changed, Changed, Partial<TraceInput>, number, string]>([
    ["the domain of a segment", LOST, LOST, {}, 4, "the domain of segment lost is not known"],
    [
      "a host without its domain",
      LOST,
      LOST,
      {},
      2,
      "scope global; callers use a host that is not known",
    ],
    ["imports", { imports: unread }, {}, {}, 4, "no list"],
    ["entries of single pods", { flatEntries: unread, ...entries() }, {}, {}, 4, "no list"],
    ["pods there", {}, { servicePods: unread }, {}, 10, "pods of shop/cart in ctx-b were not read"],
    [
      "pods of the caller",
      { servicePods: unread },
      {},
      { client: CALLER },
      6,
      "pods of client in ctx-a were not read",
    ],
    ["policies", {}, {}, { policies: unread }, 11, "policies not read: no list"],
    [
      "pods here",
      { servicePods: unread },
      {},
      {},
      8,
      "whether ctx-a has pods of its own was not read",
    ],
    [
      "an entry that says no more",
      entries({
        namespace: "istio-system",
        name: "e",
        sourceCluster: "b",
        service: { namespace: "shop", name: "cart" },
      }),
      {},
      {},
      5,
      "WorkloadEntry istio-system/e",
    ],
    [
      "an entry with an address",
      entries(cartEntry("b", { address: "10.0.0.9" })),
      {},
      {},
      5,
      "WorkloadEntry istio-system/autogen.b.shop.cart: 10.0.0.9",
    ],
    ["no entry for no pods", entries(), WITHOUT, {}, 5, "no entry, as there are no pods"],
    [
      "no ports",
      {},
      { services: [cart({ selector: labels({ app: "cart" }), ports: [] })] },
      {},
      1,
      "Service shop/cart, ports none",
    ],
    [
      "no pods there, and no Service here",
      { services: [] },
      WITHOUT,
      {},
      10,
      "Service shop/cart has no ready pods, neither in ctx-b nor in ctx-a",
    ],
    [
      "what istio-cni says of a caller",
      {
        namespaces: [namespace("client", { "istio.io/dataplane-mode": "ambient" })],
        servicePods: gathered({
          namespaces: new Set(["client", "shop"]),
          pods: [
            {
              namespace: "client",
              name: "sleep",
              labels: labels({}),
              ready: true,
              serviceAccount: "sleep",
            },
          ],
        }),
      },
      {},
      { client: CALLER },
      6,
      `pod client/sleep of ctx-a is not captured, so it does not resolve ${CART_HOST}: istio-cni says nothing of it`,
    ],
    [
      "whether a waypoint lacks pods that others have",
      {
        services: [
          cart({
            selector: labels({ app: "cart" }),
            labels: labels({
              "solo.io/service-scope": "global",
              "solo.io/service-takeover": "true",
              "istio.io/use-waypoint": "waypoint",
            }),
          }),
        ],
      },
      { servicePods: unread },
      {},
      8,
      "ctx-a has no ready pods of its own, so others answer",
    ],
  ])("%s", (_, from, to, input, number, text) => {
    expect(hopOf(trace(from, to, input), number).text).toBe(text);
  });

  it("the CLUSTER_ID of the other cluster", () => {
    const { id: _, ...nameless } = clusterRef("b");
    const found = trace(entries(cartEntry("b")), {}, {}, { b: { ...nameless, id: undefined } });
    expect(found.hops.slice(3, 5).map(({ text }) => text)).toEqual([
      "CLUSTER_ID of ctx-b is not known",
      "CLUSTER_ID of ctx-b is not known",
    ]);
  });
});

it("a remote Gateway without an address leads nowhere, whatever its conditions say", () => {
  const remote = [remoteGateway("b", { addresses: [] })];
  const hop = hopOf(trace({ gateways: { served: true, eastWest: [], remote } }, {}), 5);
  expect(hop.text).toBe(
    "Service shop/cart of ctx-b cannot be reached: ctx-a has no remote Gateway with an address for network net-b",
  );
});

it("of several entries one that leads there will do", () => {
  const wrong = cartEntry("b", { name: "wrong", network: "other" });
  for (const all of [
    [wrong, cartEntry("b")],
    [cartEntry("b"), wrong],
  ]) {
    expect(hopOf(trace(entries(...all), {}), 5).state).toBe("ok");
  }
  expect(hopOf(trace(entries(wrong, wrong), {}), 5).verdict).toBe("wrong network");
});

it("of two imports the older counts, and one that does not say its age is the oldest", () => {
  const [one, two] = [
    cartImport({ createdAt: 1 }),
    cartImport({ name: "autogen.global.shop.cart" }),
  ];
  expect(hopOf(trace(imports(one, two), {}), 4).text).toBe(
    `ServiceEntries istio-system/autogen.global.shop.cart and istio-system/autogen.shop.cart of ctx-a both have host ${CART_HOST}: only the older counts, istio-system/autogen.global.shop.cart`,
  );
});

describe("a policy", () => {
  const policy = (source: PolicySource): AuthorizationPolicyFact => ({
    namespace: "shop",
    name: "callers",
    action: "ALLOW",
    selector: new Map(),
    rules: [{ from: [source] }],
  });
  it.each<[string, PolicySource, Partial<TraceInput>, string]>([
    ["a name that is no principal", { principals: ["cluster.local"] }, {}, "not evaluated"],
    ["all but some callers", { notPrincipals: ["*/ns/x/sa/y"] }, {}, "not evaluated"],
    [
      "all but the caller",
      { notPrincipals: ["*/ns/client/sa/cart"] },
      { client: CALLER },
      "denied by shop/callers",
    ],
    [
      "any pod of a namespace",
      { principals: ["*/ns/client/sa/cart"] },
      { client: { namespace: "client" } },
      "not evaluated",
    ],
  ])("for %s", (_, source, input, verdict) => {
    const policies = gathered({ authorization: [policy(source)], network: [] });
    expect(hopOf(trace(pods(sleep()), {}, { policies, ...input }), 11).verdict).toBe(verdict);
  });
});
