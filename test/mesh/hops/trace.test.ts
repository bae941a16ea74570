import { describe, expect, it, test } from "vitest";
import {
  annotationsOf,
  type Change,
  globalServices,
  labelsOf,
  part,
  remove,
} from "../../support/global-services.ts";
import { find } from "../../support/mesh/cluster.ts";
import {
  DISTRIBUTION,
  CLIENT,
  nodePortOnly,
  REVIEWS,
  pods,
  without,
  unlabelled,
  object,
  policy,
  principals,
  uncaptured,
  waypoint,
  trustDomains,
} from "../../support/service-changes.ts";
import { endOf, hopOf, trace, tracesAmong } from "../../support/traces.ts";

/** Faults that users met in the field, each alone, and where each ends a path. */

type Asked = Parameters<typeof trace>[0];

const FAULTS: [title: string, asked: Asked, changes: Change[], end: string][] = [
  [
    "a service that is not there",
    {},
    [
      (_, second) =>
        remove(second, ({ kind, metadata }) => kind === "Service" && metadata.name === "reviews"),
    ],
    "broken at hop 1: cluster2 has no Service bookinfo/reviews",
  ],
  [
    "one of the same name in another namespace",
    {},
    [
      (_, second) => {
        find(second, "Service", "reviews").metadata.namespace = "shop";
      },
    ],
    "broken at hop 1: cluster2 has no Service bookinfo/reviews; it shares shop/reviews, which is another service, as its namespace is another",
  ],
  [
    "another port",
    { port: 80 },
    [],
    "broken at hop 1: Service bookinfo/reviews of cluster2 has no port 80; it has 9080",
  ],
  [
    "any port where there is none",
    { port: 80 },
    [
      (_, second) => {
        part(second, "Service", "reviews")["ports"] = [];
      },
    ],
    "broken at hop 1: Service bookinfo/reviews of cluster2 has no port 80; it has none",
  ],
  [
    "a service that only the callers' cluster shares",
    {},
    [unlabelled(1)],
    "broken at hop 2: Service bookinfo/reviews of cluster2 is not shared: neither it nor its namespace has label solo.io/service-scope",
  ],
  [
    "no link",
    {},
    [without("istio-remote-peer-cluster2")],
    "broken at hop 3: cluster1 is not linked to cluster2: it has no remote Gateway for it",
  ],
  [
    "a link that just came about, its entries still missing",
    {},
    [
      without("autogen.cluster2.bookinfo.reviews"),
      (first) => {
        const { conditions } = part(first, "Gateway", "istio-remote-peer-cluster2", "status") as {
          conditions: { type: string; status: string }[];
        };
        for (const one of conditions) if (one.type.endsWith("PeerConnected")) one.status = "False";
      },
    ],
    "broken at hop 3: the link from cluster1 to cluster2 is broken: PeerConnected is False",
  ],
  [
    "a link that nobody vouches for",
    {},
    [
      (first) =>
        remove(
          first,
          ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "istiod",
        ),
    ],
    "cannot tell (hop 3 not read): no istiod of cluster1 runs that vouches for the link",
  ],
  [
    "no import",
    {},
    [without("autogen.bookinfo.reviews")],
    `broken at hop 4: Service bookinfo/reviews of cluster2 is not imported: istiod of cluster1 has written no ServiceEntry for ${REVIEWS}`,
  ],
  [
    "another network",
    {},
    [
      (first) => {
        part(first, "WorkloadEntry", "autogen.cluster2.bookinfo.reviews")["network"] = "x";
      },
    ],
    "broken at hop 5: Service bookinfo/reviews of cluster2 cannot be reached: WorkloadEntry istio-system/autogen.cluster2.bookinfo.reviews of cluster1 names network x; cluster2 is on network cluster2",
  ],
  [
    "no address",
    {},
    [
      (first) => {
        part(first, "ServiceEntry", "autogen.bookinfo.reviews", "status")["addresses"] = [];
      },
    ],
    `broken at hop 6: ServiceEntry istio-system/autogen.bookinfo.reviews of cluster1 has no address: ${REVIEWS} is not resolved`,
  ],
  [
    "a caller whose namespace is not enrolled",
    { client: CLIENT },
    [
      uncaptured(),
      (first) => {
        delete labelsOf(first, "Namespace", "client")["istio.io/dataplane-mode"];
      },
    ],
    `broken at hop 6: pod client/${CLIENT.pod} of cluster1 is not captured, so it does not resolve ${REVIEWS}: neither it nor its namespace has label istio.io/dataplane-mode=ambient`,
  ],
  [
    "a caller on a node without ztunnel",
    { client: { namespace: "client" } },
    [
      uncaptured((one) => {
        (one["spec"] as { nodeName: string }).nodeName = "gpu-1";
      }),
    ],
    `broken at hop 6: pod client/${CLIENT.pod} of cluster1 is not captured, so it does not resolve ${REVIEWS}: no ztunnel runs on its node gpu-1`,
  ],
  [
    "a caller that istio-cni has not got to",
    { client: CLIENT },
    [
      uncaptured((one) => {
        (one["metadata"] as { annotations: object }).annotations = {
          "ambient.istio.io/redirection": "pending",
        };
      }),
    ],
    `broken at hop 6: pod client/${CLIENT.pod} of cluster1 is not captured, so it does not resolve ${REVIEWS}: istio-cni says pending of it`,
  ],
  [
    "a caller on the network of its node",
    { client: CLIENT },
    [
      uncaptured((one) => {
        (one["spec"] as { hostNetwork: boolean }).hostNetwork = true;
      }),
    ],
    `broken at hop 6: pod client/${CLIENT.pod} of cluster1 is not captured, so it does not resolve ${REVIEWS}: it is on the network of its node, which is never captured`,
  ],
  [
    "a caller of a Job",
    { client: CLIENT },
    [
      uncaptured((one) => {
        (one["metadata"] as { ownerReferences: object[] }).ownerReferences = [
          { kind: "Job", name: "j", controller: true },
        ];
      }),
    ],
    `broken at hop 6: pod client/${CLIENT.pod} of cluster1 is not captured, so it does not resolve ${REVIEWS}: it is of a Job, and was not captured`,
  ],
  [
    "a CNI that does not capture DNS",
    { client: CLIENT },
    [
      (first) => {
        part(first, "ConfigMap", "istio-cni-config", "data")["AMBIENT_DNS_CAPTURE"] = "false";
      },
    ],
    `broken at hop 6: istio-cni of cluster1 does not capture DNS, so callers do not resolve ${REVIEWS}: AMBIENT_DNS_CAPTURE is not true`,
  ],
  [
    "a caller that is not there",
    { client: { namespace: "client", pod: "none" } },
    [],
    "cannot tell (hop 6 not read): cluster1 has no pod client/none",
  ],
  [
    "a takeover behind a waypoint without pods",
    { service: "bookinfo/productpage" },
    [
      pods("productpage", "first"),
      (first) => {
        labelsOf(first, "Service", "productpage")["istio.io/use-waypoint"] = "waypoint";
      },
    ],
    "broken at hop 8: Service bookinfo/productpage is taken over in cluster1 behind waypoint bookinfo/waypoint, which has no pods of it there: its local name fails, though cluster2 has pods",
  ],
  [
    "an east-west gateway that is not programmed",
    {},
    [
      (_, second) => {
        part(second, "Gateway", "istio-eastwest", "status")["conditions"] = [];
      },
    ],
    "broken at hop 9: cluster2 has no east-west Gateway that is programmed and has an address",
  ],
  [
    "a policy that closes the port of the gateway",
    {},
    [
      object(1, "NetworkPolicy", "default-deny", "istio-eastwest", {
        podSelector: {},
        policyTypes: ["Ingress"],
      }),
    ],
    "broken at hop 9: NetworkPolicy istio-eastwest/default-deny of cluster2 closes port 15008 of gateway istio-eastwest/istio-eastwest, over which all traffic of the mesh comes",
  ],
  [
    "a policy that closes the port of the pods",
    {},
    [
      object(1, "NetworkPolicy", "only-http", "bookinfo", {
        podSelector: { matchLabels: { app: "reviews" } },
        ingress: [{ ports: [{ port: 9080 }, { port: 53, protocol: "UDP" }] }],
      }),
    ],
    "broken at hop 10: NetworkPolicy bookinfo/only-http of cluster2 closes port 15008 of its pods, over which all traffic of the mesh comes",
  ],
  [
    "no pods anywhere",
    {},
    [pods("reviews", "first"), pods("reviews", "second")],
    "broken at hop 10: Service bookinfo/reviews has no ready pods, neither in cluster2 nor in cluster1",
  ],
  [
    "a policy that names callers by another trust domain",
    {},
    [trustDomains, policy(principals("b.local/ns/client/sa/sleep"))],
    "broken at hop 11: AuthorizationPolicy bookinfo/callers of cluster2 allows others only, so callers of trust domain a.local are denied; what it names is of another trust domain, or another account",
  ],
  [
    "a policy that allows another account",
    { client: CLIENT },
    [policy(principals("cluster.local/ns/client/sa/other"))],
    "broken at hop 11: AuthorizationPolicy bookinfo/callers of cluster2 allows others only, so ns/client/sa/sleep are denied; what it names is of another trust domain, or another account",
  ],
  [
    "a policy that denies",
    { client: CLIENT },
    [policy({ action: "DENY", rules: [{ from: [{ source: { namespaces: ["client"] } }] }] })],
    "broken at hop 11: AuthorizationPolicy bookinfo/callers of cluster2 denies ns/client/sa/sleep",
  ],
];

describe("a path ends at", () => {
  it.each(FAULTS)("%s", async (_, asked, changes, end) => {
    const found = await trace(asked, ...changes);
    expect(endOf(found)).toBe(end);
    const broken = found.hops.filter(({ state }) => state === "broken");
    expect(broken.filter(({ finding }) => !finding?.remediation?.commands.length)).toEqual([]);
    const behind = broken.flatMap(({ number }) => found.hops.slice(number));
    expect(behind.filter(({ state }) => state !== "moot")).toEqual([]);
  });
});

/** What is as it should be, and how far traffic gets. */
const FINE: [title: string, asked: Asked, changes: Change[], verdict: string][] = [
  ["pods on both sides", {}, [], "falls back to cluster2 when cluster1 has none"],
  ["pods there only", { service: "bookinfo/ratings" }, [], "reaches remote"],
  ["pods there only, though both share it", { service: "bookinfo/standby" }, [], "reaches remote"],
  [
    "a caller that ztunnel carries",
    { client: CLIENT },
    [],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a caller with a sidecar",
    { client: CLIENT },
    [
      uncaptured((one) => {
        (one["spec"] as { containers: object[] }).containers.push({ name: "istio-proxy" });
      }),
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a caller that is labelled itself",
    { client: CLIENT },
    [
      (first) => {
        delete labelsOf(first, "Namespace", "client")["istio.io/dataplane-mode"];
      },
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "traffic to all alike",
    {},
    [
      (first) => {
        annotationsOf(first, "Service", "reviews")[DISTRIBUTION] = "Any";
      },
    ],
    "reaches remote",
  ],
  [
    "a distribution that nobody knows",
    {},
    [
      (first) => {
        part(first, "Service", "reviews")["trafficDistribution"] = "PreferMoon";
      },
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "pods of the node only",
    {},
    [
      (first) => {
        part(first, "Service", "reviews")["internalTrafficPolicy"] = "Local";
      },
    ],
    "stays local (by design)",
  ],
  [
    "node ports that the link takes",
    {},
    [
      nodePortOnly,
      (first) => {
        annotationsOf(first, "Gateway", "istio-remote-peer-cluster2")[
          "peering.solo.io/preferred-data-plane-service-type"
        ] = "nodeport";
      },
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a gateway that is drained",
    {},
    [
      (first) => {
        labelsOf(first, "Gateway", "istio-remote-peer-cluster2")["solo.io/draining-weight"] = "100";
      },
    ],
    "stays local (by design)",
  ],
  [
    "a gateway that is drained in part",
    { service: "bookinfo/standby" },
    [
      (_, second) => {
        annotationsOf(second, "Gateway", "istio-eastwest")["solo.io/draining-weight"] = "40";
      },
    ],
    "reaches remote",
  ],
  [
    "a weight that is none",
    {},
    [
      (_, second) => {
        annotationsOf(second, "Gateway", "istio-eastwest")["solo.io/draining-weight"] = "x";
      },
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "another segment",
    {},
    [
      (first) => {
        labelsOf(first, "Namespace", "istio-system")["admin.solo.io/segment"] = "one";
      },
    ],
    "stays local (by design)",
  ],
  [
    "a service that is kept to its cluster",
    {},
    [
      (_, second) => {
        labelsOf(second, "Service", "reviews")["solo.io/service-scope"] = "cluster";
      },
    ],
    "stays local (by design)",
  ],
  [
    "one that its namespace shares",
    { service: "shop/cart" },
    [],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "no pods there, on purpose",
    { from: "cluster2", to: "cluster1", service: "bookinfo/standby" },
    [],
    "stays local (by design)",
  ],
  [
    "a policy for other pods",
    {},
    [
      object(1, "NetworkPolicy", "deny", "bookinfo", {
        podSelector: { matchLabels: { app: "other" } },
      }),
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a policy that opens the port",
    {},
    [
      object(1, "NetworkPolicy", "a", "bookinfo", {}),
      object(1, "NetworkPolicy", "b", "bookinfo", {
        ingress: [{ ports: [{ port: 15000, endPort: 16000 }] }],
      }),
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a policy whose pods expressions select",
    {},
    [
      object(1, "NetworkPolicy", "a", "bookinfo", {
        podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
      }),
    ],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a policy for what goes out",
    {},
    [object(1, "NetworkPolicy", "a", "bookinfo", { policyTypes: ["Egress"] })],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a policy with a port by its name",
    {},
    [object(1, "NetworkPolicy", "a", "bookinfo", { ingress: [{ ports: [{ port: "http" }] }] })],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "a policy that opens all ports to some",
    {},
    [object(1, "NetworkPolicy", "a", "bookinfo", { ingress: [{ from: [] }] })],
    "falls back to cluster2 when cluster1 has none",
  ],
  [
    "endpoints that somebody fills in",
    { service: "bookinfo/ratings" },
    [
      (_, second) => {
        delete part(second, "Service", "ratings")["selector"];
      },
    ],
    "reaches remote",
  ],
];

describe("a path works with", () => {
  it.each(FINE)("%s", async (_, asked, changes, verdict) => {
    const found = await trace(asked, ...changes);
    expect([found.verdict, found.hops.flatMap(({ finding }) => finding?.message ?? [])]).toEqual([
      verdict,
      [],
    ]);
  });
});

describe("policies", () => {
  it.each<[string, Asked, Change[], string]>([
    ["none", {}, [], "allowed"],
    [
      "one for other pods",
      {},
      [policy({ selector: { matchLabels: { app: "x" } }, ...principals("a") })],
      "allowed",
    ],
    [
      "one for a waypoint",
      {},
      [policy({ targetRefs: [{ kind: "Service" }], ...principals("a") })],
      "allowed",
    ],
    [
      "one for a waypoint in the old form",
      {},
      [policy({ targetRef: { kind: "Gateway" }, ...principals("a") })],
      "allowed",
    ],
    ["all callers", {}, [policy({ rules: [{}] })], "allowed"],
    ["all by their principal", {}, [policy(principals("*"))], "allowed"],
    [
      "some of the trust domain",
      {},
      [policy(principals("cluster.local/ns/client/sa/sleep"))],
      "not evaluated",
    ],
    [
      "some of any",
      {},
      [trustDomains, policy(principals("*/ns/client/sa/sleep"))],
      "not evaluated",
    ],
    [
      "the caller",
      { client: CLIENT },
      [policy(principals("cluster.local/ns/client/sa/sleep"))],
      "allowed",
    ],
    [
      "the caller of any trust domain",
      { client: CLIENT },
      [trustDomains, policy(principals("*/ns/client/sa/sleep"))],
      "allowed",
    ],
    [
      "the caller by the beginning",
      { client: CLIENT },
      [policy(principals("cluster.local/ns/client/*"))],
      "allowed",
    ],
    [
      "the caller's namespace",
      { client: CLIENT },
      [policy({ rules: [{ from: [{ source: { namespaces: ["client"] } }] }] })],
      "allowed",
    ],
    [
      "a namespace, of whoever calls",
      {},
      [policy({ rules: [{ from: [{ source: { namespaces: ["client"] } }] }] })],
      "not evaluated",
    ],
    [
      "any namespace",
      {},
      [policy({ rules: [{ from: [{ source: { namespaces: ["*"] } }] }] })],
      "allowed",
    ],
    [
      "all but others",
      { client: CLIENT },
      [
        policy({
          rules: [{ from: [{ source: { notPrincipals: ["x/ns/y/sa/z"], notNamespaces: ["y"] } }] }],
        }),
      ],
      "allowed",
    ],
    [
      "some ports",
      {},
      [policy({ rules: [{ to: [{ operation: { ports: ["9080"] } }] }] })],
      "not evaluated",
    ],
    [
      "paths",
      {},
      [policy({ rules: [{ to: [{ operation: { paths: ["/"] } }] }] })],
      "not evaluated",
    ],
    [
      "addresses",
      {},
      [policy({ rules: [{ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }] })],
      "not evaluated",
    ],
    ["conditions", {}, [policy({ rules: [{ when: [{ key: "x" }] }] })], "not evaluated"],
    ["a custom provider", {}, [policy({ action: "CUSTOM", rules: [{}] })], "not evaluated"],
    [
      "a waypoint between",
      {},
      [
        policy(principals("x")),
        (_, second) => {
          labelsOf(second, "Service", "reviews")["istio.io/use-waypoint"] = "w";
        },
      ],
      "not evaluated",
    ],
    [
      "a waypoint between that is denied, and one in the callers' cluster of which nothing is known",
      {},
      [
        policy(principals("x")),
        waypoint("reviews"),
        (first) => {
          labelsOf(first, "Service", "reviews")["istio.io/use-waypoint"] = "w";
        },
      ],
      "not evaluated",
    ],
    [
      "a waypoint between that is in another namespace, where nothing was read",
      {},
      [
        policy(principals("x")),
        waypoint("reviews"),
        (_, second) => {
          labelsOf(second, "Service", "reviews")["istio.io/use-waypoint-namespace"] = "infra";
        },
      ],
      "not evaluated",
    ],
    [
      "a waypoint between that is allowed",
      { client: CLIENT },
      [policy(principals("cluster.local/ns/bookinfo/sa/waypoint")), waypoint("reviews")],
      "not evaluated",
    ],
    [
      "denied others",
      { client: CLIENT },
      [policy({ action: "DENY", ...principals("x/ns/y/sa/z") })],
      "allowed",
    ],
    [
      "denied some of them",
      {},
      [policy({ action: "DENY", rules: [{ when: [{ key: "x" }] }] })],
      "not evaluated",
    ],
    [
      "callers of an alias of the trust domain",
      { client: CLIENT },
      [
        trustDomains,
        policy(principals("b.local/ns/client/sa/sleep")),
        (_, second) => {
          part(second, "ConfigMap", "istio", "data")["mesh"] =
            "trustDomain: b.local\ntrustDomainAliases: [a.local]\n";
        },
      ],
      "allowed",
    ],
    [
      "callers of an unknown trust domain",
      {},
      [
        policy(principals("x")),
        (first) => {
          part(first, "ConfigMap", "istio", "data")["mesh"] = "trustDomain: [";
        },
      ],
      "not evaluated",
    ],
  ])("with %s", async (_, asked, changes, verdict) => {
    const found = await trace(asked, ...changes);
    expect(hopOf(found, 11).verdict).toBe(verdict);
    expect(found.outcome).toBe("falls back");
  });
});

test("a waypoint that a policy denies stops traffic", async () => {
  const deny = policy({ action: "DENY", ...principals("cluster.local/ns/bookinfo/sa/waypoint") });
  const found = await trace({ client: CLIENT }, deny, waypoint("reviews"));
  expect(endOf(found)).toBe(
    "broken at hop 11: AuthorizationPolicy bookinfo/callers of cluster2 denies waypoints such as ns/bookinfo/sa/waypoint, though through one all traffic to Service bookinfo/reviews comes",
  );
});

test("pairs come worst first, and only those that lead to the service", async () => {
  const readers = await globalServices(without("autogen.bookinfo.reviews"));
  const traces = await tracesAmong(readers);
  expect(traces.map(({ from, to, outcome }) => [from, to, outcome])).toEqual([
    ["cluster1", "cluster2", "broken"],
    ["cluster2", "cluster1", "falls back"],
  ]);
  const toOne = await tracesAmong(await globalServices(), { service: "bookinfo/ratings" });
  expect(toOne.map(({ from, to }) => [from, to])).toEqual([["cluster1", "cluster2"]]);
});

test("what is amiss between copies is noted", async () => {
  const found = await trace({}, (first) => {
    annotationsOf(first, "Service", "reviews")[DISTRIBUTION] = "Any";
  });
  expect(found.notes.map(({ message }) => message)).toEqual([
    "Service bookinfo/reviews has different traffic distribution: Any in cluster1; PreferNetwork in cluster2",
  ]);
});

test("each hop from the sixth has a command that shows it", async () => {
  const found = await trace({ client: CLIENT });
  expect(found.hops.map(({ proof }) => proof !== undefined)).toEqual([
    ...Array.from({ length: 5 }, () => false),
    ...Array.from({ length: 6 }, () => true),
  ]);
  expect(hopOf(found, 6).proof).toBe(
    `kubectl --context cluster1 -n client exec ${CLIENT.pod} -- getent hosts ${REVIEWS}`,
  );
});

test("pods that the mesh does not carry are named, and no fault", async () => {
  const found = await trace(
    { service: "bookinfo/ratings" },
    pods("ratings", "second", (one) => {
      (one["metadata"] as { annotations: object }).annotations = {};
    }),
  );
  expect(hopOf(found, 10)).toMatchObject({
    state: "ok",
    text: "1 ready; the mesh does not carry traffic of ratings-v1-54bb874995-x7k2p",
  });
});

test("services by their local name", async () => {
  const found = await trace({ service: "bookinfo/details" }, without("autogen.bookinfo.details"));
  expect([found.verdict, hopOf(found, 4).text]).toEqual([
    "falls back to cluster2 when cluster1 has none",
    "by the name of the local Service, which gets the endpoints of others",
  ]);
});
