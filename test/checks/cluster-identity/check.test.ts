import { describe, expect, test } from "vitest";
import { clusterIdentity } from "../../../src/checks/cluster-identity/check.ts";
import type { ClusterRef } from "../../../src/model/check.ts";
import type { IstiodFact, WorkloadFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  clusterRef,
  COMMUNITY,
  env,
  istiod,
  labels,
  namespace,
  runMesh,
  workload,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

function withIstiods(...judged: IstiodFact[]): TestMember {
  return { changes: { istiods: { judged, others: [] } } };
}

function withoutId(changes: Partial<IstiodFact> = {}): IstiodFact {
  return istiod({ clusterId: "Kubernetes", env: env({}), ...changes });
}

/** What could not be read of a variable. */
function unresolved(): IstiodFact {
  const { clusterId: _, ...rest } = istiod();
  const from = "ConfigMap istio-system/ids key id";
  return {
    ...rest,
    env: new Map([["CLUSTER_ID", { kind: "unresolved", from, why: "not found" }]]),
  };
}

function same(): TestMember {
  return withIstiods(istiod({ clusterId: "same" }));
}

test("healthy", () => {
  const verdict = runMesh(clusterIdentity, { a: {}, b: {}, c: {} });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("all clusters have a CLUSTER_ID of their own");
  expect(messagesOf(verdict, "pass")).toEqual([
    "Cluster ctx-a has CLUSTER_ID a",
    "Cluster ctx-b has CLUSTER_ID b",
    "Cluster ctx-c has CLUSTER_ID c",
  ]);
});

describe("CLUSTER_ID", () => {
  test("not set", () => {
    const verdict = runMesh(clusterIdentity, { a: withIstiods(withoutId()), b: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      "CLUSTER_ID of istiod istio-system/istiod of ctx-a is not set, so it is the default Kubernetes",
    ]);
    expect(ofSeverity(verdict, "fail")[0]).toMatchObject({
      cluster: "ctx-a",
      object: { kind: "Deployment", namespace: "istio-system", name: "istiod" },
    });
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a -n istio-system set env deployment/istiod CLUSTER_ID=net-a",
      "kubectl --context ctx-a -n istio-system set env daemonset/ztunnel ISTIO_META_CLUSTER_ID=net-a",
    ]);
  });

  test("the default", () => {
    const given = withoutId({ env: env({ CLUSTER_ID: "Kubernetes" }) });
    const verdict = runMesh(clusterIdentity, { a: withIstiods(given), b: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      "CLUSTER_ID of istiod istio-system/istiod of ctx-a is the default Kubernetes",
    ]);
  });

  test("the default in both is said of each, not as a duplicate", () => {
    const verdict = runMesh(clusterIdentity, {
      a: withIstiods(withoutId()),
      b: withIstiods(withoutId()),
    });
    expect(notPassed(verdict)).toEqual(["fail", "fail"]);
    expect(verdict.summary).toBe("2 faults");
  });

  test("a network that is taken is not suggested", () => {
    const network = "shared";
    const verdict = runMesh(clusterIdentity, {
      a: { ...withIstiods(withoutId()), cluster: clusterRef("a", { network }) },
      b: { cluster: clusterRef("b", { network }) },
    });
    expect(commandsOf(verdict, "fail")[0]).toMatch(/ CLUSTER_ID=ctx-a$/);
    const { network: _, ...unknown } = clusterRef("a");
    const named = (context: string) =>
      runMesh(clusterIdentity, {
        a: { ...withIstiods(withoutId()), cluster: { ...unknown, context } },
        b: { cluster: clusterRef("b", { network: "taken" }) },
      });
    expect(commandsOf(named("a"), "fail")[0]).toMatch(/ CLUSTER_ID=a$/);
    for (const context of ["taken", "arn:aws:eks/a"]) {
      expect(commandsOf(named(context), "fail")[0]).toContain('"CLUSTER_ID=${NEW_CLUSTER_ID:?}"');
    }
  });

  test("by a reference that cannot be followed is not checked", () => {
    const verdict = runMesh(clusterIdentity, { a: withIstiods(unresolved()), b: {} });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "CLUSTER_ID of istiod istio-system/istiod of ctx-a not checked: ConfigMap istio-system/ids key id: not found",
    ]);
  });

  test("of an istiod without its container is not checked", () => {
    const verdict = runMesh(clusterIdentity, {
      a: withIstiods({ ...unresolved(), env: env({}) }),
      b: {},
    });
    expect(messagesOf(verdict, "info")[0]).toContain("not checked: not found");
  });

  test("two revisions of one cluster with two", () => {
    const canary = istiod({ name: "istiod-canary", clusterId: "canary" });
    const verdict = runMesh(clusterIdentity, { a: withIstiods(istiod(), canary), b: {} });
    expect(messagesOf(verdict, "fail")).toEqual([
      "istiods of ctx-a have different CLUSTER_IDs: a, canary",
    ]);
    expect(commandsOf(verdict, "fail")).toContain(
      "kubectl --context ctx-a -n istio-system set env deployment/istiod-canary CLUSTER_ID=net-a",
    );
  });

  test("no istiod is the fault of another check", () => {
    const verdict = runMesh(clusterIdentity, { a: withIstiods(), b: {} });
    expect(ofSeverity(verdict, "skip")).toMatchObject([{ blockedBy: "ctx-a/pods-istiod" }]);
  });

  test("the same in several clusters, once", () => {
    const members = { a: same(), b: {}, c: same(), d: same() };
    for (const one of [members.a, members.c, members.d]) {
      if (one.changes) one.changes.ztunnels = missing("forbidden", "forbidden");
    }
    const verdict = runMesh(clusterIdentity, members);
    expect(messagesOf(verdict, "fail")).toEqual([
      "clusters ctx-a, ctx-c, ctx-d have the same CLUSTER_ID same",
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-c -n istio-system set env deployment/istiod CLUSTER_ID=net-c",
      "kubectl --context ctx-d -n istio-system set env deployment/istiod CLUSTER_ID=net-d",
    ]);
    expect(messagesOf(verdict, "info")).toContain(
      "CLUSTER_ID of ztunnel in ctx-a not checked: forbidden",
    );
  });
});

describe("the summary claims nothing of a cluster whose CLUSTER_ID was not read", () => {
  const partly = withIstiods(istiod(), unresolved());
  const rest = "clusters; the rest could not be judged";
  test.each([
    ["in all", withIstiods(unresolved()), "no CLUSTER_ID could be judged"],
    ["no istiod in any", withIstiods(), "no CLUSTER_ID could be judged"],
  ])("%s", (_, member, summary) => {
    expect(runMesh(clusterIdentity, { a: member, b: member }).summary).toBe(summary);
    expect(runMesh(clusterIdentity, { a: member }).summary).toBe(summary);
    expect(runMesh(clusterIdentity, { a: member, b: {} }).summary).toBe(
      `no fault found in the CLUSTER_IDs of 1 of 2 ${rest}`,
    );
  });

  test("of one of its revisions", () => {
    expect(runMesh(clusterIdentity, { a: partly, b: {}, c: {} }).summary).toBe(
      `no fault found in the CLUSTER_IDs of 2 of 3 ${rest}`,
    );
  });
});

describe("two contexts of one cluster", () => {
  const namespaces = [{ ...namespace("kube-system"), uid: "11111111" }];
  const aliasOfA = (id: string): ClusterRef =>
    clusterRef("a", { context: `ctx-${id}`, contextArgument: `ctx-${id}` });

  test("are named, and their CLUSTER_ID is not a second fault", () => {
    const admin = { ...withIstiods(istiod()).changes, namespaces };
    const verdict = runMesh(clusterIdentity, {
      a: { changes: { namespaces } },
      b: {},
      c: { cluster: aliasOfA("c"), changes: { ...admin, ztunnels: [] } },
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "contexts ctx-a, ctx-c are one cluster: its namespace kube-system has the same UID",
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a get namespace kube-system -o yaml",
      "kubectl --context ctx-c get namespace kube-system -o yaml",
    ]);
  });

  test("a third cluster with their CLUSTER_ID still is", () => {
    const members = (["a", "b", "c"] as const).map((id): [string, TestMember] => [
      id,
      {
        cluster: aliasOfA(id),
        changes: {
          istiods: { judged: [istiod()], others: [] },
          ztunnels: [],
          ...(id === "c" ? {} : { namespaces }),
        },
      },
    ]);
    const verdict = runMesh(clusterIdentity, Object.fromEntries(members));
    expect(messagesOf(verdict, "fail")).toEqual([
      "contexts ctx-a, ctx-b are one cluster: its namespace kube-system has the same UID",
      "clusters ctx-a, ctx-c have the same CLUSTER_ID a",
    ]);
  });

  test("are two where their CLUSTER_IDs differ: one was restored from a backup of the other", () => {
    const verdict = runMesh(clusterIdentity, {
      a: { changes: { namespaces } },
      b: { changes: { namespaces } },
    });
    expect(notPassed(verdict)).toEqual([]);
  });

  test.each([
    ["without kube-system", [namespace("default")]],
    ["with an empty UID", [{ ...namespace("kube-system"), uid: "" }]],
  ])("cannot be told %s", (_, unknown) => {
    const changes = { namespaces: unknown };
    expect(notPassed(runMesh(clusterIdentity, { a: { changes }, b: { changes } }))).toEqual([]);
  });

  test("cannot be told when namespaces could not be read", () => {
    const changes = { namespaces: missing("forbidden", "namespaces is forbidden") };
    const verdict = runMesh(clusterIdentity, { a: { changes }, b: {} });
    expect(messagesOf(verdict, "info")).toEqual([
      "UID of ctx-a not checked: namespaces is forbidden",
    ]);
  });
});

describe("ztunnel", () => {
  function withZtunnel(changes: Partial<WorkloadFact>, id = "a"): TestMember {
    return {
      changes: {
        istiods: { judged: [istiod({ clusterId: id })], others: [] },
        ztunnels: [workload({ namespace: "kube-system", ...changes })],
      },
    };
  }

  test.each([
    [{ ISTIO_META_CLUSTER_ID: "other", CLUSTER_ID: "a" }, "has cluster ID other"],
    [{ ISTIO_META_CLUSTER_ID: "Kubernetes", CLUSTER_ID: "a" }, "has cluster ID Kubernetes"],
    [{ CLUSTER_ID: "Kubernetes" }, "has cluster ID Kubernetes"],
    [{ CLUSTER_ID: "A" }, "has cluster ID A"],
    [{}, "has no cluster ID, so it is the default Kubernetes"],
  ])("%j is not istiod's, with --precheck too", (values, said) => {
    for (const precheck of [false, true]) {
      const members = { a: withZtunnel({ env: env(values) }), b: {} };
      const verdict = runMesh(clusterIdentity, members, { precheck });
      expect(messagesOf(verdict, "fail")).toEqual([
        `ztunnel DaemonSet kube-system/ztunnel of ctx-a ${said}, but istiod's CLUSTER_ID is a: istiod refuses it`,
      ]);
      expect(ofSeverity(verdict, "fail")[0]).toMatchObject({
        cluster: "ctx-a",
        object: { kind: "DaemonSet", namespace: "kube-system", name: "ztunnel" },
      });
      expect(commandsOf(verdict, "fail")).toEqual([
        "kubectl --context ctx-a -n kube-system set env daemonset/ztunnel ISTIO_META_CLUSTER_ID=a",
      ]);
    }
  });

  test.each([
    ["the first variable wins", { ISTIO_META_CLUSTER_ID: "a", CLUSTER_ID: "Kubernetes" }],
    ["the second where the first is not set", { CLUSTER_ID: "a" }],
    ["istiod takes an empty one for its own", { ISTIO_META_CLUSTER_ID: "", CLUSTER_ID: "other" }],
  ])("%s", (_, values) => {
    const verdict = runMesh(clusterIdentity, { a: withZtunnel({ env: env(values) }), b: {} });
    expect(notPassed(verdict)).toEqual([]);
  });

  test("is no second fault where istiod itself has the default", () => {
    const judged = [withoutId()];
    const verdict = runMesh(clusterIdentity, {
      a: { changes: { istiods: { judged, others: [] }, ztunnels: [workload()] } },
      b: {},
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "CLUSTER_ID of istiod istio-system/istiod of ctx-a is not set, so it is the default Kubernetes",
    ]);
  });

  test("by a reference that cannot be followed is not checked, nor is the other variable", () => {
    const from = "ConfigMap istio-system/ids key id";
    const verdict = runMesh(clusterIdentity, {
      a: withZtunnel({
        env: new Map([
          ["ISTIO_META_CLUSTER_ID", { kind: "unresolved", from, why: "forbidden" }],
          ["CLUSTER_ID", { kind: "value", value: "other" }],
        ]),
      }),
      b: {},
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "cluster ID of ztunnel DaemonSet kube-system/ztunnel of ctx-a not checked: ISTIO_META_CLUSTER_ID comes from ConfigMap istio-system/ids key id: forbidden",
    ]);
  });

  test.each([
    ["no container", []],
    [
      "no container istio-proxy",
      [
        { container: "one", image: "registry.example/one:1" },
        { container: "two", image: "registry.example/two:1" },
      ],
    ],
  ])("of a DaemonSet with %s is not checked", (_, images) => {
    const verdict = runMesh(clusterIdentity, { a: withZtunnel({ images, env: env({}) }), b: {} });
    expect(messagesOf(verdict, "info")).toEqual([
      "cluster ID of ztunnel DaemonSet kube-system/ztunnel of ctx-a not checked: it has no container istio-proxy",
    ]);
  });

  test("beside others in its pod has the default where it has no variable", () => {
    const images = [
      { container: "helper", image: "registry.example/helper:1" },
      { container: "istio-proxy", image: "registry.example/ztunnel:1" },
    ];
    const verdict = runMesh(clusterIdentity, { a: withZtunnel({ images, env: env({}) }), b: {} });
    expect(notPassed(verdict)).toEqual(["fail"]);
  });

  test("is not compared with an istiod whose CLUSTER_ID was not read", () => {
    const verdict = runMesh(clusterIdentity, {
      a: {
        changes: {
          istiods: { judged: [istiod(), unresolved()], others: [] },
          ztunnels: [workload({ env: env({ CLUSTER_ID: "other" }) })],
        },
      },
      b: {},
    });
    expect(notPassed(verdict)).toEqual(["info"]);
  });
});

test("one cluster: its own CLUSTER_ID is checked, uniqueness is skipped", () => {
  const verdict = runMesh(clusterIdentity, { a: {} });
  expect(messagesOf(verdict, "skip")).toEqual([
    "skipped: only one cluster is checked, so CLUSTER_IDs are not compared",
  ]);
  expect(verdict.summary).toBe(
    "the cluster has a CLUSTER_ID; there is no other to compare it with",
  );
  expect(notPassed(runMesh(clusterIdentity, { a: withIstiods(withoutId()) }))).toEqual([
    "fail",
    "skip",
  ]);
});

describe("a cluster that the istiod of another leads", () => {
  const led = (...ids: (string | undefined)[]): TestMember => ({
    cluster: clusterRef("b", { id: undefined as never }),
    changes: {
      istiods: { judged: [], others: [] },
      ztunnels: [],
      proxyPods: ids.map((clusterId, index) => ({
        namespace: "n",
        name: `p-${index}`,
        labels: labels({}),
        ...(clusterId === undefined ? {} : { clusterId }),
      })),
    },
  });
  const judge = (...ids: (string | undefined)[]) =>
    runMesh(clusterIdentity, { a: {}, b: led(...ids) }, COMMUNITY);

  test("has the ID that its proxies have", () => {
    const verdict = judge("b", "b");
    expect(notPassed(verdict)).toEqual([]);
    expect(verdict.summary).toBe("all clusters have a CLUSTER_ID of their own");
    expect(messagesOf(verdict, "pass")).toContain(
      "Cluster ctx-b has CLUSTER_ID b, by what its proxies have",
    );
  });

  test("may have that of another", () => {
    expect(messagesOf(judge("a"), "fail")).toEqual([
      "clusters ctx-a, ctx-b have the same CLUSTER_ID a",
    ]);
  });

  test.each([[["b", "c"]], [[undefined]], [["Kubernetes"]]])("has none by %j", (ids) => {
    const verdict = judge(...ids);
    expect(notPassed(verdict)).toEqual(["skip"]);
    expect(verdict.summary).toContain("1 of 2 clusters");
  });
});
