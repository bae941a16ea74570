import { describe, expect, test } from "vitest";
import { staleWorkloads } from "../../../src/checks/stale-workloads/check.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type { FlatEntryFact, SourcePodsFact } from "../../../src/model/facts.ts";
import { missing, type Gathered } from "../../../src/model/gathered.ts";
import type { StaleWorkloadsData } from "../../../src/checks/stale-workloads/data.ts";
import { clusterRef, podNames, runMesh, type TestMember } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const DELETE = "delete workloadentries.networking.istio.io";

function entry(
  sourceCluster: string,
  pod: string,
  changes: Partial<FlatEntryFact> = {},
): FlatEntryFact {
  const namespace = "bookinfo";
  return {
    namespace: "istio-system",
    name: `autogenflat.${sourceCluster}.bookinfo.${pod}.0a1b2c`,
    sourceCluster,
    pod: { namespace, name: pod },
    uid: `${sourceCluster}//Pod/${namespace}/${pod}`,
    ...changes,
  };
}

function existing(...pods: string[]): SourcePodsFact {
  return {
    existing: podNames(pods.map((pod) => `bookinfo/${pod}`)),
    namespaces: new Set(["bookinfo"]),
  };
}

/** A cluster on the flat network. */
function flat(
  id: string,
  flatEntries: FlatEntryFact[] = [],
  sourcePods: SourcePodsFact | Gathered<SourcePodsFact> = existing(),
): TestMember {
  return { cluster: clusterRef(id, { network: "flat" }), changes: { flatEntries, sourcePods } };
}

function dataOf({ data }: Verdict): StaleWorkloadsData {
  return data as StaleWorkloadsData;
}

test("not flat: skipped as pass", () => {
  const verdict = runMesh(staleWorkloads);
  expect(verdict).toEqual({
    summary: "skipped (flat network not detected)",
    findings: [{ severity: "pass", message: "skipped (flat network not detected)" }],
  });
  const { network: _, ...unknown } = clusterRef("a");
  expect(runMesh(staleWorkloads, { a: { cluster: unknown }, b: {} }).summary).toBe(verdict.summary);
  expect(runMesh(staleWorkloads, { a: {} }).summary).toBe(verdict.summary);
});

test("is not run in precheck", () => {
  expect(staleWorkloads.notInPrecheck).toContain("skipped in precheck");
});

describe("flat without entries", () => {
  test("warns", () => {
    const verdict = runMesh(staleWorkloads, { a: flat("a"), b: flat("b"), c: {} });
    expect(verdict.summary).toBe("no autogenflat workload entries found");
    expect(notPassed(verdict)).toEqual(["warn"]);
    expect(commandsOf(verdict, "warn")[0]).toBe(
      "kubectl --context ctx-a -n istio-system get workloadentries.networking.istio.io -l solo.io/source-workload",
    );
  });

  test("informs while a cluster could not be read", () => {
    const clusters = ["a", "b"].map((id) => clusterRef(id, { network: "flat" }));
    const verdict = runMesh(
      staleWorkloads,
      { a: flat("a") },
      { clusters, absent: clusters.slice(1) },
    );
    expect(notPassed(verdict)).toEqual(["info"]);
  });
});

test("healthy says how many were checked", () => {
  const verdict = runMesh(staleWorkloads, {
    a: flat("a", [entry("b", "v1"), entry("b", "v2")], existing("v3")),
    b: flat("b", [entry("a", "v3")], existing("v1", "v2")),
  });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("no stale workloads found (3 checked)");
  expect(messagesOf(verdict, "pass")).toEqual(["no stale workloads found (3 checked)"]);
  expect(dataOf(verdict)).toEqual({ checked: 3, stale: [] });
});

describe("stale", () => {
  test("one entry", () => {
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [entry("b", "v1"), entry("b", "gone")]),
      b: flat("b", [], existing("v1")),
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "ctx-a has 1 stale workload entry for pods that are gone (1 of ctx-b): istio-system/autogenflat.b.bookinfo.gone.0a1b2c",
    ]);
    expect(ofSeverity(verdict, "fail")[0]).toMatchObject({
      cluster: "ctx-a",
      object: {
        kind: "WorkloadEntry",
        namespace: "istio-system",
        name: "autogenflat.b.bookinfo.gone.0a1b2c",
      },
    });
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n istio-system ${DELETE} autogenflat.b.bookinfo.gone.0a1b2c`,
    ]);
    expect(dataOf(verdict)).toEqual({
      checked: 2,
      stale: [
        {
          cluster: "ctx-a",
          namespace: "istio-system",
          name: "autogenflat.b.bookinfo.gone.0a1b2c",
          source: "b",
          pod: "bookinfo/gone",
        },
      ],
    });
  });

  test("the cluster is known by CLUSTER_ID, not by its context", () => {
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [entry("ctx-b", "gone"), entry("b", "gone")]),
      b: flat("b"),
    });
    expect(notPassed(verdict)).toEqual(["fail", "info"]);
    expect(messagesOf(verdict, "info")[0]).toContain("cluster ctx-b is not in this run");
  });

  test("of several sources: one finding and one command a target", () => {
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [entry("b", "one"), entry("c", "two"), entry("b", "three"), entry("b", "four")]),
      b: flat("b", [entry("a", "five")]),
      c: flat("c"),
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      expect.stringMatching(
        /^ctx-a has 4 stale workload entries .*\(3 of ctx-b, 1 of ctx-c\): .* and 1 more$/,
      ),
      expect.stringMatching(/^ctx-b has 1 stale workload entry .*\(1 of ctx-a\)/),
    ]);
    expect(commandsOf(verdict, "fail")).toHaveLength(2);
    expect(commandsOf(verdict, "fail")[0]?.split(" ").slice(-4)).toEqual(
      ["b.bookinfo.one", "c.bookinfo.two", "b.bookinfo.three", "b.bookinfo.four"].map(
        (name) => `autogenflat.${name}.0a1b2c`,
      ),
    );
    expect(verdict.summary).toBe("2 faults");
  });

  test("pods that exist in either of two contexts with one CLUSTER_ID are there", () => {
    const twin = {
      ...flat("b", [], existing("v2")),
      cluster: clusterRef("b", { context: "ctx-twin", network: "flat" }),
    };
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [entry("b", "v1"), entry("b", "v2"), entry("b", "gone")]),
      b: flat("b", [], existing("v1")),
      twin,
    });
    expect(messagesOf(verdict, "fail")[0]).toContain("(1 of ctx-b, ctx-twin)");
  });

  test("20,000 of them: one command, whose lines a terminal takes", () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => entry("b", `pod-${index}`));
    const verdict = runMesh(staleWorkloads, { a: flat("a", entries), b: flat("b") });
    expect(messagesOf(verdict, "fail")[0]).toMatch(
      /^ctx-a has 20000 stale workload entries.* and 19997 more$/,
    );
    const commands = commandsOf(verdict, "fail");
    expect(commands).toHaveLength(1);
    const lines = commands[0]?.split("\n") ?? [];
    expect(lines[0]).toBe(`xargs kubectl --context ctx-a -n istio-system ${DELETE} <<'EOF'`);
    expect(lines.at(-1)).toBe("EOF");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1500);
    expect(lines.slice(1, -1).join(" ").split(" ")).toEqual(entries.map(({ name }) => name));
  });

  test("what is no name of Kubernetes never reaches a command", () => {
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [
        entry("b", "one", { name: "--all" }),
        entry("b", "two", { name: "EOF" }),
        entry("b", "gone"),
      ]),
      b: flat("b"),
    });
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n istio-system ${DELETE} autogenflat.b.bookinfo.gone.0a1b2c`,
    ]);
  });
});

describe("not checked", () => {
  test("entries of a cluster outside the run, counted", () => {
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [entry("z", "one"), entry("z", "two"), entry("b", "v1")]),
      b: flat("b", [], existing("v1")),
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "2 workload entries in ctx-a not checked: cluster z is not in this run",
    ]);
    const [finding] = verdict.findings;
    expect(finding).toMatchObject({ cluster: "ctx-a" });
    expect(finding).not.toHaveProperty("object");
    expect(verdict.summary).toBe("no stale workloads found (1 checked, 2 not)");
  });

  test("in a run of one, though flat cannot be told from networks", () => {
    const verdict = runMesh(staleWorkloads, { a: flat("a", [entry("b", "v1")]) });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(verdict.summary).toBe("1 workload entry could not be checked");
  });

  test("entries of a cluster that could not be read", () => {
    const { id: _, ...unknown } = clusterRef("d");
    const members = { a: flat("a", [entry("c", "one")]) };
    const known = runMesh(staleWorkloads, members, { absent: [clusterRef("c"), unknown] });
    expect(messagesOf(known, "info")).toEqual([
      "1 workload entry in ctx-a not checked: cluster c (ctx-c) could not be read",
    ]);
    const perhaps = runMesh(staleWorkloads, members, { absent: [unknown] });
    expect(messagesOf(perhaps, "info")).toEqual([
      "1 workload entry in ctx-a not checked: cluster c is not in this run, or is ctx-d, not read",
    ]);
  });

  test("pods of the source that could not be read, in part or at all", () => {
    const elsewhere = { pod: { namespace: "other", name: "v1" } };
    const part = runMesh(staleWorkloads, {
      a: flat("a", [entry("b", "v1", elsewhere), entry("b", "v2", elsewhere), entry("b", "gone")]),
      b: flat("b"),
    });
    expect(notPassed(part)).toEqual(["fail", "info"]);
    expect(messagesOf(part, "info")).toEqual([
      "2 workload entries in ctx-a not checked: pods of cluster b: pods of some namespaces of ctx-b could not be read",
    ]);
    const none = runMesh(staleWorkloads, {
      a: flat("a", [entry("b", "v1")]),
      b: flat("b", [], missing("forbidden", "pods is forbidden")),
    });
    expect(messagesOf(none, "info")).toEqual([
      "1 workload entry in ctx-a not checked: pods of cluster b: pods is forbidden",
    ]);
    expect(dataOf(none)).toEqual({ checked: 0, stale: [] });
    expect(none.summary).toBe("1 workload entry could not be checked");
  });

  test("entries whose annotation names no pod", () => {
    const { pod: _, ...unnamed } = entry("b", "x", {
      uid: "b/networking.istio.io/WorkloadEntry/x/y",
    });
    const verdict = runMesh(staleWorkloads, { a: flat("a", [unnamed]), b: flat("b") });
    expect(messagesOf(verdict, "info")).toEqual([
      "1 workload entry in ctx-a not checked: annotation solo.io/peered-workload-uid names no pod (istio-system/autogenflat.b.bookinfo.x.0a1b2c)",
    ]);
    expect(verdict.findings[0]?.object).toEqual({
      kind: "WorkloadEntry",
      namespace: "istio-system",
      name: "autogenflat.b.bookinfo.x.0a1b2c",
    });
  });

  test("a cluster without CLUSTER_ID is nobody's source", () => {
    const { id: _, ...nameless } = clusterRef("b", { network: "flat" });
    const verdict = runMesh(staleWorkloads, {
      a: flat("a", [entry("b", "v1")]),
      b: { ...flat("b"), cluster: nameless },
    });
    expect(notPassed(verdict)).toEqual(["info"]);
  });
});
