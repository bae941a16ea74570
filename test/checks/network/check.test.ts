import { describe, expect, test } from "vitest";
import { network } from "../../../src/checks/network/check.ts";
import type { FlatEntryFact, Facts, GatewayFact } from "../../../src/model/facts.ts";
import { missing, type Missing } from "../../../src/model/gathered.ts";
import {
  clusterRef,
  eastWestGateway,
  env,
  healthyFacts,
  labels,
  namespace,
  node,
  pod,
  remoteGateway,
  runMesh,
  service,
  workload,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const NETWORK = "topology.istio.io/network";
const CLUSTER = "topology.istio.io/cluster";

function istioNamespace(values: Record<string, string>): Facts["namespaces"] {
  return [namespace("kube-system"), namespace("istio-system", values)];
}

function gateways(
  id: string,
  changes: { eastWest?: GatewayFact[]; remote?: GatewayFact[]; served?: boolean },
): Facts["gateways"] {
  return { ...healthyFacts(id, id === "a" ? ["b"] : ["a"]).gateways, ...changes };
}

function remoteTo(to: string, values: Record<string, string>, address?: string): GatewayFact {
  return remoteGateway(to, {
    labels: labels(values),
    ...(address === undefined ? {} : { addresses: [{ type: "IPAddress", value: address }] }),
  });
}

/** A cluster in network `shared`, whatever its other names. */
function inShared(id: string, changes: TestMember["changes"] = {}): TestMember {
  return {
    cluster: clusterRef(id, { network: "shared" }),
    changes: {
      namespaces: istioNamespace({ [NETWORK]: "shared" }).map((one) => ({
        ...one,
        uid: `${one.uid}-${id}`,
      })),
      ztunnels: [workload({ env: env({ NETWORK: "shared" }) })],
      gatewayPods: [],
      gateways: {
        served: true,
        eastWest: [eastWestGateway(id, { labels: labels({ [NETWORK]: "shared", [CLUSTER]: id }) })],
        remote: [],
      },
      ...changes,
    },
  };
}

function entryOf(sourceCluster: string): FlatEntryFact {
  return { namespace: "istio-system", name: "entry", sourceCluster, uid: "" };
}

function withRemote(...remote: GatewayFact[]): Record<string, TestMember> {
  return { a: { changes: { gateways: gateways("a", { remote }) } }, b: {}, c: {} };
}

/** A cluster as in the sample: one word for context, CLUSTER_ID and network. */
function asInSample(name: string): TestMember {
  return {
    cluster: clusterRef(name, { context: name, contextArgument: name, network: name }),
    changes: {
      namespaces: istioNamespace({ [NETWORK]: name }),
      ztunnels: [workload({ env: env({ NETWORK: name }) })],
      gatewayPods: [],
      gateways: {
        served: true,
        eastWest: [eastWestGateway(name, { labels: labels({ [NETWORK]: name }) })],
        remote: ["cluster1", "cluster2"]
          .filter((other) => other !== name)
          .map((other) =>
            remoteGateway(other, {
              name: `istio-remote-peer-${other}`,
              labels: labels({ [NETWORK]: other }),
            }),
          ),
      },
    },
  };
}

test("healthy, line by line as in the sample", () => {
  const verdict = runMesh(network, {
    cluster1: asInSample("cluster1"),
    cluster2: asInSample("cluster2"),
  });
  expect(verdict.summary).toBe("all network configurations are valid");
  expect(verdict.findings.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    "pass: Cluster cluster1 has network: cluster1",
    "pass: Eastwest gateway istio-eastwest/istio-eastwest has correct network label: cluster1",
    "pass: Cluster cluster2 has network: cluster2",
    "pass: Eastwest gateway istio-eastwest/istio-eastwest has correct network label: cluster2",
    "pass: Remote gateway istio-eastwest/istio-remote-peer-cluster2 references network cluster2 (clusters: [cluster2])",
    "pass: Remote gateway istio-eastwest/istio-remote-peer-cluster1 references network cluster1 (clusters: [cluster1])",
  ]);
});

test("three different names for each cluster", () => {
  const verdict = runMesh(network, { a: {}, b: {}, c: {} });
  expect(notPassed(verdict)).toEqual([]);
  expect(messagesOf(verdict, "pass")).toContain(
    "Remote gateway istio-eastwest/istio-remote-peer-net-b references network net-b (clusters: [ctx-b])",
  );
});

test("a gateway for the cluster itself is no fault", () => {
  const remote = [remoteGateway("a"), remoteGateway("b")];
  expect(
    notPassed(runMesh(network, { a: { changes: { gateways: gateways("a", { remote }) } }, b: {} })),
  ).toEqual([]);
});

describe("the cluster's own network", () => {
  test("a namespace without label fails, with the network that the others name", () => {
    for (const values of [{}, { [NETWORK]: "" }]) {
      const verdict = runMesh(network, {
        a: { changes: { namespaces: istioNamespace(values) } },
        b: {},
      });
      expect(messagesOf(verdict, "fail")).toEqual([
        `Cluster ctx-a has no network: namespace istio-system has no label ${NETWORK}`,
      ]);
      expect(commandsOf(verdict, "fail")).toEqual([
        `kubectl --context ctx-a label namespace istio-system ${NETWORK}=net-a --overwrite`,
      ]);
      expect(ofSeverity(verdict, "fail")[0]).toMatchObject({
        cluster: "ctx-a",
        object: { kind: "Namespace", name: "istio-system" },
      });
      expect(verdict.summary).toBe(messagesOf(verdict, "fail")[0]);
    }
  });

  test("with nothing to go by the network is a placeholder, and labels have nothing to compare with", () => {
    const verdict = runMesh(network, {
      a: {
        changes: {
          namespaces: istioNamespace({}),
          ztunnels: [workload({ env: env({ NETWORK: "one" }) })],
          gateways: gateways("a", {
            eastWest: [
              eastWestGateway("a", { labels: labels({ [NETWORK]: "two" }) }),
              eastWestGateway("a", { name: "second", labels: labels({}) }),
            ],
          }),
        },
      },
      b: {},
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      `Cluster ctx-a has no network: namespace istio-system has no label ${NETWORK}`,
      `Eastwest gateway istio-eastwest/second of ctx-a has no label ${NETWORK}`,
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a label namespace istio-system '${NETWORK}=<network>' --overwrite`,
      `kubectl --context ctx-a -n istio-eastwest label gateways.gateway.networking.k8s.io second '${NETWORK}=<network>' --overwrite`,
    ]);
    expect(messagesOf(verdict, "skip")).toEqual([
      "Eastwest gateway istio-eastwest/istio-eastwest of ctx-a has network label two: there is nothing to compare it with",
      "Remote gateway istio-eastwest/istio-remote-peer-net-a of ctx-b references network net-a: that of ctx-a is not known",
    ]);
  });

  test("no such namespace", () => {
    const verdict = runMesh(network, { a: { changes: { istioNamespace: "istio-gone" } }, b: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      "Cluster ctx-a has no network: there is no namespace istio-gone",
    ]);
    const [finding] = verdict.findings.filter(({ severity }) => severity === "fail");
    // What does not exist is no object that a finding could be about.
    expect(finding).toMatchObject({ cluster: "ctx-a" });
    expect(finding).not.toHaveProperty("object");
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a get deployments -A -l app=istiod",
    ]);
  });

  test("a namespace label that gateways and ztunnel contradict is the one fault", () => {
    const verdict = runMesh(network, {
      a: { changes: { namespaces: istioNamespace({ [NETWORK]: "net-typo" }) } },
      b: {},
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "Cluster ctx-a has network: net-typo, but its eastwest gateway and ztunnel have network net-a",
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a label namespace istio-system ${NETWORK}=net-a --overwrite`,
    ]);
    expect(ofSeverity(verdict, "fail")[0]?.remediation?.summary).toContain("net-typo is meant");
  });

  test("an east-west gateway without or with another label fails", () => {
    for (const [values, wrong] of [
      [{}, `has no label ${NETWORK}`],
      [{ [NETWORK]: "net-x" }, "has network label net-x, but the cluster's network is net-a"],
    ] as const) {
      const eastWest = [eastWestGateway("a", { labels: labels(values) })];
      const verdict = runMesh(network, {
        a: { changes: { gateways: gateways("a", { eastWest }) } },
        b: {},
      });
      expect(messagesOf(verdict, "fail")).toEqual([
        `Eastwest gateway istio-eastwest/istio-eastwest of ctx-a ${wrong}`,
      ]);
      expect(commandsOf(verdict, "fail")).toEqual([
        `kubectl --context ctx-a -n istio-eastwest label gateways.gateway.networking.k8s.io istio-eastwest ${NETWORK}=net-a --overwrite`,
      ]);
    }
  });

  test("ztunnel must set NETWORK, to the cluster's network", () => {
    for (const [values, wrong] of [
      [{}, "does not set NETWORK"],
      [{ NETWORK: "" }, "does not set NETWORK"],
      [{ NETWORK: "net-x" }, "sets NETWORK to net-x, but the cluster's network is net-a"],
    ] as const) {
      const ztunnels = [workload({ namespace: "kube-system", env: env(values) })];
      const verdict = runMesh(network, { a: { changes: { ztunnels } }, b: {} });
      expect(messagesOf(verdict, "fail")).toEqual([
        `ztunnel DaemonSet kube-system/ztunnel of ctx-a ${wrong}`,
      ]);
      expect(commandsOf(verdict, "fail")).toEqual([
        "kubectl --context ctx-a -n kube-system set env daemonset/ztunnel NETWORK=net-a",
      ]);
    }
  });

  test("ztunnel without NETWORK in a cluster without network", () => {
    const verdict = runMesh(network, {
      a: {
        changes: {
          namespaces: istioNamespace({}),
          ztunnels: [workload({ env: env({}) })],
          gateways: gateways("a", { eastWest: [] }),
          gatewayPods: [],
        },
      },
      b: {},
    });
    expect(messagesOf(verdict, "fail")).toHaveLength(2);
    expect(commandsOf(verdict, "fail")[1]).toBe(
      'kubectl --context ctx-a -n istio-system set env daemonset/ztunnel "NETWORK=${NETWORK:?}"',
    );
  });

  test("NETWORK by a reference that cannot be followed is not checked", () => {
    const ztunnels = [
      workload({
        env: new Map([
          [
            "NETWORK",
            { kind: "unresolved", from: "Secret kube-system/net key n", why: "forbidden" },
          ],
        ]),
      }),
    ];
    const verdict = runMesh(network, { a: { changes: { ztunnels } }, b: {} });
    expect(messagesOf(verdict, "info")).toEqual([
      "NETWORK of ztunnel DaemonSet istio-system/ztunnel of ctx-a not checked: Secret kube-system/net key n: forbidden",
    ]);
  });

  test("no ztunnel is the fault of another check", () => {
    const verdict = runMesh(network, { a: { changes: { ztunnels: [] } }, b: {} });
    expect(ofSeverity(verdict, "skip")).toMatchObject([{ blockedBy: "ctx-a/pods-ztunnel" }]);
  });

  describe("pods of the gateway", () => {
    const ofGateway = { "gateway.networking.k8s.io/gateway-name": "istio-eastwest" };
    const gatewayPod = (
      name: string,
      values: Record<string, string>,
    ): Facts["gatewayPods"][number] =>
      pod({ namespace: "istio-eastwest", name, labels: labels(ofGateway), env: env(values) });

    test.each(["NETWORK", "ISTIO_META_NETWORK"])("%s must agree; once for all replicas", (name) => {
      const gatewayPods = ["one", "two"].map((one) => gatewayPod(one, { [name]: "net-x" }));
      const verdict = runMesh(network, { a: { changes: { gatewayPods } }, b: {} });
      expect(messagesOf(verdict, "fail")).toEqual([
        `pod istio-eastwest/one of eastwest gateway istio-eastwest/istio-eastwest in ctx-a has ${name} net-x, but the cluster's network is net-a`,
      ]);
      expect(commandsOf(verdict, "fail")).toEqual([
        "kubectl --context ctx-a -n istio-eastwest rollout restart deployment -l gateway.networking.k8s.io/gateway-name=istio-eastwest",
      ]);
    });

    test("unset, leftovers, and pods of other gateways are no fault", () => {
      const gatewayPods = [
        gatewayPod("unset", {}),
        { ...gatewayPod("evicted", { NETWORK: "net-x" }), finished: true },
        { ...gatewayPod("leaving", { NETWORK: "net-x" }), deleting: true },
        { ...gatewayPod("waypoint", { NETWORK: "net-x" }), labels: labels({}) },
        { ...gatewayPod("elsewhere", { NETWORK: "net-x" }), namespace: "other" },
      ];
      expect(notPassed(runMesh(network, { a: { changes: { gatewayPods } }, b: {} }))).toEqual([]);
    });

    test("the gateway's wrong label is not said again of its pods", () => {
      const verdict = runMesh(network, {
        a: {
          changes: {
            gatewayPods: [gatewayPod("one", { NETWORK: "net-x" })],
            gateways: gateways("a", {
              eastWest: [eastWestGateway("a", { labels: labels({ [NETWORK]: "net-x" }) })],
            }),
          },
        },
        b: {},
      });
      expect(messagesOf(verdict, "fail")).toHaveLength(1);
    });
  });
});

describe("remote gateways", () => {
  test("without label", () => {
    const verdict = runMesh(network, withRemote(remoteTo("b", { [CLUSTER]: "b" })));
    expect(messagesOf(verdict, "fail")).toEqual([
      `Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a has no label ${NETWORK}; it points at ctx-b`,
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n istio-eastwest label gateways.gateway.networking.k8s.io istio-remote-peer-net-b ${NETWORK}=net-b --overwrite`,
    ]);
  });

  test("without any label that tells its cluster", () => {
    const verdict = runMesh(network, withRemote(remoteTo("b", {}, "198.51.100.1")));
    expect(messagesOf(verdict, "fail")).toEqual([
      `Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a has no label ${NETWORK}`,
    ]);
    expect(commandsOf(verdict, "fail")[0]).toContain(`'${NETWORK}=<network>'`);
  });

  test.each([
    ["its cluster label", remoteTo("b", { [CLUSTER]: "b", [NETWORK]: "net-c" }, "198.51.100.1")],
    ["its address", remoteTo("b", { [NETWORK]: "net-c" })],
  ])("another network than that of the cluster known by %s", (_, gateway) => {
    const verdict = runMesh(network, withRemote(gateway));
    expect(messagesOf(verdict, "fail")).toEqual([
      "Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a references network net-c, but points at ctx-b, whose network is net-b",
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n istio-eastwest label gateways.gateway.networking.k8s.io istio-remote-peer-net-b ${NETWORK}=net-b --overwrite`,
    ]);
  });

  test("a network that no checked cluster has is named", () => {
    const gateway = remoteTo("z", { [CLUSTER]: "z", [NETWORK]: "net-z" });
    const verdict = runMesh(network, withRemote(gateway));
    expect(messagesOf(verdict, "warn")).toEqual([
      "Remote gateway istio-eastwest/istio-remote-peer-net-z of ctx-a references network net-z, which no checked cluster has",
    ]);
    expect(commandsOf(verdict, "warn")[0]).toBe("mc check --contexts ctx-a,'<context>'");
  });

  test("one that many gateways reference is named once", () => {
    const gateway = remoteTo("z", { [CLUSTER]: "z", [NETWORK]: "net-z" });
    const twice = { ...gateway, name: "second" };
    const verdict = runMesh(network, {
      a: { changes: { gateways: gateways("a", { remote: [gateway, twice] }) } },
      b: { changes: { gateways: gateways("b", { remote: [gateway] }) } },
    });
    const [only, ...more] = ofSeverity(verdict, "warn");
    expect(more).toEqual([]);
    expect(only?.message).toBe(
      "Remote gateways of ctx-a, ctx-b reference network net-z, which no checked cluster has",
    );
    expect(only).not.toHaveProperty("object");
    expect(commandsOf(verdict, "warn")).toHaveLength(4);
  });

  test("it may be that of a cluster that could not be read", () => {
    const { network: _, ...unknown } = clusterRef("d");
    const gateway = remoteTo("z", { [CLUSTER]: "z", [NETWORK]: "net-z" });
    const clusters = ["a", "b", "c"].map((id) => clusterRef(id));
    const verdict = runMesh(network, withRemote(gateway), {
      clusters: [...clusters, unknown],
      absent: [unknown],
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")[0]).toContain("may be that of ctx-d, not read");
  });

  test("of a cluster that could not be read but whose label is known", () => {
    const absent = clusterRef("d");
    const clusters = [...["a", "b", "c"].map((id) => clusterRef(id)), absent];
    const right = runMesh(network, withRemote(remoteGateway("d")), { clusters, absent: [absent] });
    expect(notPassed(right)).toEqual([]);
    const gateway = remoteTo("d", { [CLUSTER]: "d", [NETWORK]: "net-b" });
    const wrong = runMesh(network, withRemote(gateway), { clusters, absent: [absent] });
    expect(messagesOf(wrong, "fail")[0]).toContain("points at ctx-d, whose network is net-d");
  });

  test("a cluster outside the run on a network of the run", () => {
    const gateway = remoteTo("z", { [CLUSTER]: "z", [NETWORK]: "net-b" }, "198.51.100.1");
    const verdict = runMesh(network, withRemote(gateway));
    expect(messagesOf(verdict, "info")).toEqual([
      "Remote gateway istio-eastwest/istio-remote-peer-net-z references network net-b (clusters: [ctx-b]), but is for cluster z, which is not among them",
    ]);
  });

  test("label and address of two clusters", () => {
    const gateway = remoteTo("c", { [CLUSTER]: "b", [NETWORK]: "net-c" });
    const verdict = runMesh(network, withRemote(gateway));
    expect(messagesOf(verdict, "fail")).toEqual([
      expect.stringMatching(/is labelled for cluster b, but its address \S+ is that of ctx-c$/),
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n istio-eastwest label gateways.gateway.networking.k8s.io istio-remote-peer-net-c ${CLUSTER}=c --overwrite`,
    ]);
  });

  test("an address of another cluster is no fault of the labels", () => {
    const gateway = remoteTo("c", { [CLUSTER]: "b", [NETWORK]: "net-b" });
    expect(notPassed(runMesh(network, withRemote(gateway)))).toEqual([]);
  });

  test("never labels a gateway for the cluster that it is in", () => {
    for (const label of ["b", "z"]) {
      const gateway = remoteTo("a", { [CLUSTER]: label, [NETWORK]: "net-b" });
      const verdict = runMesh(network, withRemote(gateway));
      expect(messagesOf(verdict, "fail")).toEqual([]);
      expect(messagesOf(verdict, "warn")).toEqual([]);
    }
  });

  test("a cluster label that is nobody's warns; the network where CLUSTER_ID was unset does not", () => {
    const wrong = runMesh(
      network,
      withRemote(remoteTo("b", { [CLUSTER]: "z", [NETWORK]: "net-b" })),
    );
    expect(messagesOf(wrong, "warn")).toEqual([
      expect.stringMatching(/is labelled for cluster z, but its address \S+ is that of ctx-b$/),
    ]);
    expect(commandsOf(wrong, "warn")[0]).toContain(`${CLUSTER}=b --overwrite`);
    const fine = remoteTo("b", { [CLUSTER]: "net-b", [NETWORK]: "net-b" });
    expect(notPassed(runMesh(network, withRemote(fine)))).toEqual([]);
  });

  test.each(["Kubernetes", "renamed"])(
    "a CLUSTER_ID %s is no fault of gateways that knew another",
    (id) => {
      const cluster = clusterRef("b", { id });
      const members = { a: { changes: { gateways: gateways("a", {}) } }, b: { cluster } };
      expect(notPassed(runMesh(network, members))).toEqual([]);
    },
  );

  test("an owner of the default CLUSTER_ID whose gateway has no label cannot contradict one", () => {
    const eastWest = [eastWestGateway("b", { labels: labels({ [NETWORK]: "net-b" }) })];
    const verdict = runMesh(network, {
      a: { changes: { gateways: gateways("a", {}) } },
      b: {
        cluster: clusterRef("b", { id: "Kubernetes" }),
        changes: { gateways: gateways("b", { eastWest }) },
      },
    });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("an owner whose CLUSTER_ID is not known cannot contradict a label but for another's", () => {
    const { id: _, ...nameless } = clusterRef("c");
    const members = withRemote(remoteTo("c", { [CLUSTER]: "z", [NETWORK]: "net-c" }));
    expect(notPassed(runMesh(network, { ...members, c: { cluster: nameless } }))).toEqual([]);
    const claimed = withRemote(remoteTo("c", { [CLUSTER]: "b", [NETWORK]: "net-c" }));
    const verdict = runMesh(network, { ...claimed, c: { cluster: nameless } });
    expect(notPassed(verdict)).toEqual(["fail"]);
    expect(commandsOf(verdict, "fail")).toEqual([]);
  });
});

describe("two clusters on one network", () => {
  test("no entries between them: warn", () => {
    const verdict = runMesh(network, { a: inShared("a"), b: inShared("b") });
    expect(messagesOf(verdict, "warn")).toEqual([
      "Clusters ctx-a, ctx-b share network shared, but no autogenflat entries go between them: right only where their pods reach each other directly",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      `kubectl --context ctx-b label namespace istio-system '${NETWORK}=<network>' --overwrite`,
    ]);
    expect(ofSeverity(verdict, "warn")[0]?.blockedBy).toBeUndefined();
  });

  test("entries of others don't count", () => {
    const flatEntries = [entryOf("elsewhere")];
    expect(
      notPassed(runMesh(network, { a: inShared("a", { flatEntries }), b: inShared("b") })),
    ).toEqual(["warn"]);
  });

  test("entries between them, in one direction: a flat network", () => {
    const verdict = runMesh(network, {
      a: inShared("a", { flatEntries: [entryOf("b"), entryOf("b")] }),
      b: inShared("b"),
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "Clusters ctx-a, ctx-b share network shared, a flat network: autogenflat entries go between them",
    ]);
    expect(verdict.summary).toBe("all network configurations are valid");
  });

  test("flat in part", () => {
    const verdict = runMesh(network, {
      a: inShared("a", { flatEntries: [entryOf("b")] }),
      b: inShared("b", { flatEntries: [entryOf("c")] }),
      c: inShared("c", { flatEntries: [entryOf("a")] }),
      d: inShared("d"),
    });
    expect(messagesOf(verdict, "info")[0]).toContain("Clusters ctx-a, ctx-b, ctx-c share");
    expect(messagesOf(verdict, "warn")[0]).toContain("Clusters [ctx-a, ctx-b, ctx-c], ctx-d share");
  });

  test("entries that could not be read", () => {
    const verdict = runMesh(network, {
      a: inShared("a", { flatEntries: missing("forbidden", "workloadentries is forbidden") }),
      b: inShared("b"),
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "autogenflat entries in ctx-a not checked: workloadentries is forbidden",
    ]);
  });

  test("entries for a cluster whose name is not known", () => {
    const { id: _, ...nameless } = clusterRef("b");
    const b = { ...inShared("b"), cluster: nameless };
    const flatEntries = [entryOf("b")];
    const verdict = runMesh(network, { a: inShared("a", { flatEntries }), b });
    expect(messagesOf(verdict, "info")).toEqual([
      "autogenflat entries for ctx-b not checked: its CLUSTER_ID is not known",
    ]);
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(notPassed(runMesh(network, { a: inShared("a"), b }))).toEqual(["warn"]);
  });

  test("entries that may be for a cluster that could not be read", () => {
    const { id: _, ...nameless } = clusterRef("c");
    const members = { a: inShared("a", { flatEntries: [entryOf("c")] }), b: inShared("b") };
    const verdict = runMesh(network, members, { absent: [nameless] });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "autogenflat entries for ctx-c not checked: its CLUSTER_ID is not known",
    ]);
    const none = runMesh(network, { a: inShared("a"), b: inShared("b") }, { absent: [nameless] });
    expect(notPassed(none)).toEqual(["warn"]);
    expect(notPassed(runMesh(network, members, { absent: [clusterRef("d")] }))).toEqual(["warn"]);
  });

  test("a cluster without kube-system among its namespaces is none of them", () => {
    const namespaces = [namespace("istio-system", { [NETWORK]: "shared" })];
    const verdict = runMesh(network, {
      a: inShared("a", { namespaces }),
      b: inShared("b", { namespaces }),
    });
    expect(ofSeverity(verdict, "warn")[0]?.blockedBy).toBeUndefined();
  });
});

describe("inputs", () => {
  const forbidden = missing("forbidden", "it is forbidden");

  test("what could not be read is not checked", () => {
    const verdict = runMesh(network, {
      a: { changes: { ztunnels: forbidden, gatewayPods: forbidden, services: forbidden } },
      b: {},
    });
    expect(notPassed(verdict)).toEqual(["info", "info", "info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "NETWORK of ztunnel in ctx-a not checked: it is forbidden",
      "NETWORK of gateway pods in ctx-a not checked: it is forbidden",
      "addresses of Services in ctx-a not checked: it is forbidden",
    ]);
  });

  test("one cluster: its own network is checked, pairs are skipped", () => {
    const verdict = runMesh(network, {
      a: { changes: { gateways: healthyFacts("a", ["b"]).gateways } },
    });
    expect(notPassed(verdict)).toEqual(["skip"]);
    expect(messagesOf(verdict, "skip")).toEqual([
      "skipped: only one cluster is checked, so remote gateways are not compared with the clusters they stand for",
    ]);
    expect(verdict.summary).toBe("all network configurations are valid");
    const broken = runMesh(network, {
      a: { changes: { namespaces: istioNamespace({}), services: forbidden } },
    });
    expect(notPassed(broken)).toEqual(["fail", "skip"]);
  });

  test("one of two could be read", () => {
    const { network: _, ...absent } = clusterRef("b");
    const verdict = runMesh(
      network,
      { a: { changes: { gateways: healthyFacts("a", ["b"]).gateways } } },
      { clusters: [clusterRef("a"), absent], absent: [absent] },
    );
    expect(notPassed(verdict)).toEqual(["skip", "skip"]);
    expect(messagesOf(verdict, "skip")).toEqual([
      "Remote gateway istio-eastwest/istio-remote-peer-net-b of ctx-a references network net-b: that of ctx-b is not known",
      "skipped: no other cluster could be read, so remote gateways are not compared with the clusters they stand for",
    ]);
  });

  test("no Gateway API", () => {
    const none = { served: false, eastWest: [], remote: [] };
    const verdict = runMesh(network, { a: { changes: { gateways: none } }, b: {} });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("Services tell whose an address is", () => {
    const services = [service({ addresses: ["198.51.100.7"] })];
    const remote = [remoteTo("b", { [NETWORK]: "net-a" }, "198.51.100.7")];
    const verdict = runMesh(network, {
      a: { changes: { gateways: gateways("a", { remote }) } },
      b: { changes: { services } },
    });
    expect(messagesOf(verdict, "fail")[0]).toContain("points at ctx-b");
  });
});

describe("pod addresses of clusters on one network", () => {
  const nodesOf = (...podCIDRs: string[]) => podCIDRs.map((cidr) => node({ podCIDRs: [cidr] }));
  const withNodes = (
    id: string,
    nodes: Facts["nodes"] | Missing,
    entries: string[] = [],
  ): TestMember => inShared(id, { nodes, flatEntries: entries.map(entryOf) });
  const SAID =
    "Clusters ctx-a, ctx-b share network shared, but the pod addresses of their nodes (podCIDRs) overlap: 10.244.0.0/16 of ctx-b and 10.244.1.0/24 of ctx-a";

  test.each([
    ["a flat network", ["b"], ["info", "fail"]],
    ["no entries between them: no second fault", [], ["fail"]],
  ])("overlap, %s", (_, entries, severities) => {
    for (const precheck of [false, true]) {
      const members = {
        a: withNodes("a", nodesOf("10.245.0.0/24", "10.244.1.0/24"), entries),
        b: withNodes("b", nodesOf("10.244.0.0/16")),
      };
      const verdict = runMesh(network, members, { precheck });
      expect(notPassed(verdict)).toEqual(severities);
      expect(messagesOf(verdict, "fail")).toEqual([SAID]);
      expect(commandsOf(verdict, "fail")).toEqual([
        `kubectl --context ctx-b label namespace istio-system '${NETWORK}=<network>' --overwrite`,
      ]);
    }
  });

  test("of IPv6 overlap, and of those of both families one example is enough", () => {
    const dual = [node({ podCIDRs: ["10.1.0.0/24", "fd00:10:244::/64"] })];
    const verdict = runMesh(network, {
      a: withNodes("a", dual, ["b"]),
      b: withNodes("b", nodesOf("fd00:10:244:0::/56")),
      c: withNodes("c", dual, ["a"]),
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "Clusters ctx-a, ctx-b, ctx-c share network shared, but the pod addresses of their nodes (podCIDRs) overlap: 10.1.0.0/24 of ctx-a and 10.1.0.0/24 of ctx-c, fd00:10:244:0::/56 of ctx-b and fd00:10:244::/64 of ctx-a, fd00:10:244:0::/56 of ctx-b and fd00:10:244::/64 of ctx-c",
    ]);
  });

  test.each([
    [
      "nodes name none",
      [node()],
      "whether pod addresses of ctx-b overlap with those of others on its network not checked: its nodes name no podCIDRs, as with some CNIs",
    ],
    [
      "nodes may not be read",
      missing("forbidden", "nodes is forbidden"),
      "whether pod addresses of ctx-b overlap with those of others on its network not checked: nodes is forbidden",
    ],
  ])("are not judged where %s", (_, nodes, said) => {
    const verdict = runMesh(network, {
      a: withNodes("a", nodesOf("10.0.0.0/8"), ["b"]),
      b: withNodes("b", nodes),
    });
    expect(messagesOf(verdict, "info")).toContain(said);
    expect(notPassed(verdict)).toEqual(["info", "info"]);
  });

  test("are no matter where each has a network of its own", () => {
    const changes = { nodes: nodesOf("10.0.0.0/8") };
    expect(notPassed(runMesh(network, { a: { changes }, b: { changes } }))).toEqual([]);
  });
});
