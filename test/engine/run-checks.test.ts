import { describe, expect, it } from "vitest";
import { runChecks, type RunContext } from "../../src/engine/run-checks.ts";
import type { CheckId } from "../../src/model/check-data.ts";
import { type AnyCheck, clusterCheck, meshCheck } from "../../src/model/check.ts";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import { fail, pass, remedy } from "../../src/model/finding.ts";
import { gathered, type Missing, missing } from "../../src/model/gathered.ts";
import { clusterRef, namespace, node } from "../support/facts.ts";

/** An id for a check that exists in a test only. */
function idOf(name: string): CheckId {
  return name as CheckId;
}

const DESCRIBED = { why: "w", reads: "r", faults: ["f"], fixes: ["x"], view: { rank: 0 } };
const CONTEXT: RunContext = { precheck: false };

const connection = clusterCheck({
  ...DESCRIBED,
  id: "connection",
  title: "Connection",
  needs: ["connection"],
  run: () => ({ summary: "reached", findings: [] }),
});

const counting = clusterCheck({
  ...DESCRIBED,
  id: idOf("nodes"),
  title: "Nodes",
  needs: ["nodes"],
  uses: ["namespaces"],
  run: ({ nodes, namespaces }) => ({
    summary: `${nodes.length} nodes, ${namespaces.ok ? namespaces.value.length : "unknown"} namespaces`,
    findings: [pass("counted")],
    data: { rows: [] },
  }),
});

const pairing = meshCheck({
  ...DESCRIBED,
  id: idOf("pairs"),
  title: "Pairs",
  needs: ["nodes"],
  run: (members, { absent }) => ({
    summary: `${members.length} clusters`,
    findings: [pass(`absent: ${absent.map(({ context }) => context).join(",")}`)],
  }),
});

function cluster(id: string, changes: GatheredCluster["facts"] = {}): GatheredCluster {
  return {
    ref: clusterRef(id),
    facts: {
      connection: gathered({ user: "jane" }),
      nodes: gathered([node()]),
      namespaces: gathered([namespace("default")]),
      ...changes,
    },
  };
}

const FORBIDDEN: Missing = missing(
  "forbidden",
  'nodes is forbidden: User "jane" cannot list resource "nodes"',
  { verb: "list", group: "", resource: "nodes" },
);
const DOWN: Missing = missing("unreachable", "connection refused");

function run(checks: AnyCheck[], clusters: GatheredCluster[], context = CONTEXT) {
  const { clusters: results, mesh } = runChecks(checks, clusters, context);
  return { results: results.map((one) => one.results), mesh };
}

describe("a check on a cluster", () => {
  it("gets the facts that it needs, and those that it uses as gathered", () => {
    const [[result] = []] = run([counting], [cluster("a")]).results;
    expect(result).toMatchObject({
      id: idOf("nodes"),
      title: "Nodes",
      status: "pass",
      summary: "1 nodes, 1 namespaces",
      data: { rows: [] },
    });
    expect(result?.findings[0]?.cluster).toBe("ctx-a");
  });

  it("runs without what it only uses", () => {
    const [[result] = []] = run([counting], [cluster("a", { namespaces: FORBIDDEN })]).results;
    expect(result).toMatchObject({ status: "pass", summary: "1 nodes, unknown namespaces" });
  });

  it("is an error without what it needs, and names the rule that would allow it", () => {
    const [[result] = []] = run([counting], [cluster("a", { nodes: FORBIDDEN })]).results;
    expect(result?.status).toBe("error");
    expect(result?.summary).toContain("nodes is forbidden");
    expect(result?.findings[0]?.remediation?.commands).toEqual([
      "kubectl --context ctx-a create clusterrole mc-nodes --verb=get,list --resource=nodes",
      "kubectl --context ctx-a create clusterrolebinding mc-nodes --clusterrole=mc-nodes --user=jane",
    ]);
  });

  it("that throws is an error of its own", () => {
    const broken = clusterCheck({
      ...DESCRIBED,
      id: idOf("broken"),
      title: "Broken",
      needs: [],
      run: () => {
        throw new Error("no such thing");
      },
    });
    const throwing = clusterCheck({
      ...DESCRIBED,
      id: idOf("throwing"),
      title: "Throwing",
      needs: [],
      run: () => {
        // oxlint-disable-next-line typescript/only-throw-error -- whatever is thrown is caught
        throw "a text";
      },
    });
    const [results = []] = run([broken, throwing, counting], [cluster("a")]).results;
    expect(results.map(({ status }) => status)).toEqual(["error", "error", "pass"]);
    expect(results.map(({ summary }) => summary).slice(0, 2)).toEqual([
      "the check itself failed: no such thing",
      "the check itself failed: a text",
    ]);
  });

  it("that asks for a fact nobody gathered is an error", () => {
    const [[result] = []] = run([counting], [{ ref: clusterRef("a"), facts: {} }]).results;
    expect(result?.summary).toContain("fact nodes was not gathered");
  });

  it("is skipped, blocked by the connection, when the cluster is down", () => {
    const [results = []] = run(
      [connection, counting],
      [cluster("a", { connection: DOWN })],
    ).results;
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ["connection", "error"],
      ["nodes", "skip"],
    ]);
    expect(results[1]?.findings[0]?.blockedBy).toBe("connection");
    expect(results[0]?.summary).toContain("connection refused");
  });

  it("is skipped in a precheck with its reason", () => {
    const later = { ...counting, notInPrecheck: "nothing to look at before linking" };
    const [[result] = []] = run([later], [cluster("a")], { precheck: true }).results;
    expect(result).toMatchObject({ status: "skip", summary: "nothing to look at before linking" });
    const [[full] = []] = run([later], [cluster("a")]).results;
    expect(full?.status).toBe("pass");
  });

  it("names other checks of its cluster by their plain id, those of others whole", () => {
    const blocked = clusterCheck({
      ...DESCRIBED,
      id: idOf("blocked"),
      title: "Blocked",
      needs: [],
      run: (_facts, { cluster: { context }, revision }) => ({
        summary: revision ?? "",
        findings: [
          fail("one", { remediation: remedy("do"), blockedBy: `${context}/gateways` }),
          fail("two", { remediation: remedy("do"), blockedBy: "ctx-b/gateways", cluster: "ctx-b" }),
        ],
      }),
    });
    const [[result] = []] = run([blocked], [cluster("a")], {
      precheck: false,
      revision: "r1",
    }).results;
    expect(result?.summary).toBe("r1");
    expect(result?.findings.map(({ blockedBy }) => blockedBy)).toEqual([
      "gateways",
      "ctx-b/gateways",
    ]);
    expect(result?.findings.map(({ cluster: name }) => name)).toEqual(["ctx-a", "ctx-b"]);
  });
});

describe("a check across clusters", () => {
  it("gets all clusters", () => {
    const { mesh } = run([pairing], [cluster("a"), cluster("b")]);
    expect(mesh).toMatchObject([{ status: "pass", summary: "2 clusters" }]);
  });

  it("runs on those that could be read, and does not say more", () => {
    const { mesh } = run([pairing], [cluster("a"), cluster("b", { connection: DOWN })]);
    expect(mesh[0]).toMatchObject({
      status: "pass",
      summary: "1 clusters (not checked: ctx-b)",
    });
    expect(mesh[0]?.findings).toMatchObject([
      { severity: "pass", message: "absent: ctx-b" },
      { severity: "skip", cluster: "ctx-b", blockedBy: "ctx-b/connection" },
    ]);
  });

  it("that has no findings passes for those that could be read", () => {
    const terse = { ...pairing, run: () => ({ summary: "fine", findings: [] }) };
    const { mesh } = run([terse], [cluster("a"), cluster("b", { connection: DOWN })]);
    expect(mesh[0]).toMatchObject({ status: "pass", summary: "fine (not checked: ctx-b)" });
  });

  it("is an error for a cluster whose input was refused", () => {
    const { mesh } = run([pairing], [cluster("a"), cluster("b", { nodes: FORBIDDEN })], {
      precheck: false,
      revision: "r1",
    });
    expect(mesh[0]?.status).toBe("error");
    expect(mesh[0]?.summary).toContain("ctx-b could not be checked: nodes is forbidden");
    expect(mesh[0]?.findings.at(-1)?.remediation?.commands[0]).toContain("--resource=nodes");
  });

  it("counts its own faults with what was not checked", () => {
    const faulty = {
      ...pairing,
      run: () => ({
        summary: "one is wrong",
        findings: [fail("wrong", { remediation: remedy("do") })],
      }),
    };
    const { mesh } = run([faulty], [cluster("a"), cluster("b", { nodes: FORBIDDEN })]);
    expect(mesh[0]).toMatchObject({ status: "fail", summary: "1 fault, 1 not checked" });
  });

  it("does not run when no cluster could be read", () => {
    const { mesh } = run([pairing], [cluster("a", { connection: DOWN })]);
    expect(mesh[0]).toMatchObject({ status: "skip", summary: "no cluster could be checked" });
  });
});

describe("what several checks could not read", () => {
  const named = (scope: string, id: string, needs: "nodes" | "namespaces"): AnyCheck => {
    const declared = {
      ...DESCRIBED,
      id: idOf(id),
      title: id,
      needs: [needs],
      run: () => ({ summary: "fine", findings: [] }),
    };
    return scope === "mesh" ? meshCheck(declared) : clusterCheck(declared);
  };
  const blocked = (checks: AnyCheck[], context = CONTEXT): (string | undefined)[] => {
    const { results, mesh } = run(checks, [cluster("a", { nodes: FORBIDDEN })], context);
    return [...(results[0] ?? []), ...mesh].map(({ findings }) => findings[0]?.blockedBy);
  };

  it("is the fault of the check that has its name", () => {
    const checks = [named("cluster", "early", "nodes"), counting, pairing];
    expect(blocked(checks)).toEqual(["ctx-a/nodes", undefined, "ctx-a/nodes"]);
  });

  it("else of the first, which may be one across clusters", () => {
    expect(blocked([named("cluster", "early", "nodes"), pairing])).toEqual([
      undefined,
      "ctx-a/early",
    ]);
    expect(blocked([pairing, named("mesh", "nodes", "nodes")])).toEqual([undefined, "pairs"]);
    expect(blocked([named("cluster", "other", "namespaces"), pairing])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("is not that of a check left out of the precheck", () => {
    const left = { ...named("cluster", "early", "nodes"), notInPrecheck: "not yet" };
    expect(blocked([left, pairing], { precheck: true })).toEqual([undefined, undefined]);
  });
});

describe("two contexts of one cluster", () => {
  const twins = (changes: Partial<GatheredCluster["ref"]> = {}): GatheredCluster[] => {
    const uid = { namespaces: gathered([namespace("kube-system")]) };
    const twin = { ...clusterRef("a"), context: "alias", ...changes };
    return [cluster("a", uid), { ...cluster("b", uid), ref: twin }];
  };
  const identity: AnyCheck = { ...pairing, seesAliases: true as const };

  it("count once across clusters, but where they are named", () => {
    const { mesh } = run([pairing, identity], twins());
    expect(mesh.map(({ summary }) => summary)).toEqual(["1 clusters", "2 clusters"]);
    expect(mesh[0]?.findings).toHaveLength(1);
  });

  it("are named where that check does not run", () => {
    const silent = meshCheck({ ...pairing, run: () => ({ summary: "fine", findings: [] }) });
    const { mesh } = run([silent], twins());
    expect(mesh[0]?.status).toBe("pass");
    expect(mesh[0]?.findings.at(-1)).toEqual({
      severity: "skip",
      cluster: "alias",
      message: "alias not checked: it is the cluster of ctx-a",
    });
  });

  it("count once where one of them may read neither name nor network", () => {
    const [one, other] = twins();
    const { id: _, network: __, ...ref } = clusterRef("a", { context: "viewer" });
    const viewer = other && { ...other, ref };
    expect(run([pairing], one && viewer ? [one, viewer] : []).mesh[0]?.summary).toBe("1 clusters");
  });

  it("are two clusters if they have another name or network, or none was read", () => {
    for (const changes of [{ id: "other" }, { network: "other" }]) {
      expect(run([pairing], twins(changes)).mesh[0]?.summary).toBe("2 clusters");
    }
    expect(run([pairing], [cluster("a"), cluster("a")]).mesh[0]?.summary).toBe("2 clusters");
  });
});
