import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { annotateCauses } from "../../src/engine/root-causes.ts";
import { buildReport } from "../../src/engine/report.ts";
import type { CheckData, CheckId } from "../../src/model/check-data.ts";
import type { CertsData } from "../../src/checks/certs/data.ts";
import type { EastWestPodsData } from "../../src/checks/pods-eastwest/data.ts";
import type { GatewayName, LinkEdge } from "../../src/model/links.ts";
import type { LinksData } from "../../src/checks/links/data.ts";
import type { CheckName, Finding, Report, Result, Status } from "../../src/model/report.ts";
import { clusterRef } from "../support/facts.ts";

const REMEDY = { summary: "Do it.", commands: [] };

function result<Id extends CheckId>(id: Id, findings: Finding[], data?: CheckData[Id]): Result {
  const status: Status = findings.length > 0 ? "fail" : "pass";
  return {
    id,
    title: id,
    status,
    summary: id,
    durationMs: 0,
    findings,
    ...(data === undefined ? {} : { data }),
  };
}

function annotate(before: Report): Report {
  return annotateCauses(before, CHECKS);
}

function fault(changes: Partial<Finding> = {}): Finding {
  return { severity: "fail", message: "wrong", remediation: REMEDY, ...changes };
}

function peerFault(to: string, changes: Partial<Finding> = {}): Finding {
  const object = { kind: "Gateway", namespace: "ew", name: `to-${to}` };
  return fault({ object, ...changes });
}

function edge(from: string, to: string, changes: Partial<LinkEdge> = {}): LinkEdge {
  return {
    from,
    to,
    inRun: true,
    gateway: { namespace: "ew", name: `to-${to}` },
    conditions: {},
    state: "broken",
    oneWay: false,
    ...changes,
  };
}

function links(edges: LinkEdge[], findings: Finding[] = []): Result {
  const data: LinksData = { clusters: ["ctx-a", "ctx-b"], unread: [], unlinked: [], edges };
  return result("links", findings, data);
}

function report(a: Result[], b: Result[], mesh: Result[]): Report {
  return buildReport({
    version: "0",
    startedAt: 0,
    durationMs: 0,
    precheck: false,
    clusters: [
      { ref: clusterRef("a"), results: a },
      { ref: clusterRef("b"), results: b },
    ],
    mesh,
  });
}

const BROKEN = links([edge("ctx-a", "ctx-b")]);
const PEERS = result("peers", [peerFault("ctx-b")]);

/** A fault that keeps a cluster from peering. */
function stop(changes: Partial<Finding> = {}): Finding {
  return fault({ stopsPeering: true, ...changes });
}

/** What the broken peer of cluster a is said to be blocked by. */
function cause(a: Result[], b: Result[], mesh: Result[] = []): string | undefined {
  const annotated = annotate(report([...a, PEERS], b, [...mesh, BROKEN]));
  return annotated.clusters[0]?.checks.at(-1)?.findings[0]?.blockedBy;
}

describe("what explains that a peer is not connected", () => {
  it.each([
    ["the target is down", [], ["connection"], "ctx-b/connection"],
    ["no istiod here", ["pods-istiod"], [], "pods-istiod"],
    ["no istiod there", [], ["pods-istiod"], "ctx-b/pods-istiod"],
    ["no license here", ["license"], [], "license"],
    ["no license there", [], ["license"], "ctx-b/license"],
    ["peering is off", ["env-vars"], [], "env-vars"],
    ["the target has no east-west gateway", [], ["gateways"], "ctx-b/gateways"],
  ] as const)("%s", (_what, here, there, expected) => {
    const make = (ids: readonly CheckId[]): Result[] => ids.map((id) => result(id, [stop()]));
    expect(cause(make(here), make(there))).toBe(expected);
  });

  it.each(["pods-istiod", "license", "env-vars", "gateways", "pods-eastwest"] as const)(
    "no fault of %s that does not stop peering",
    (id) => {
      expect(cause([result(id, [fault()])], [result(id, [fault()])])).toBeUndefined();
    },
  );

  describe("by what istiod of the source says", () => {
    const of = (changes: Partial<LinkEdge>, here: Result[], there: Result[], mesh: Result[] = []) =>
      annotate(
        report([...here, PEERS], there, [
          ...mesh,
          links([edge("ctx-a", "ctx-b", { through: [], ...changes })]),
        ]),
      ).clusters[0]?.checks.at(-1)?.findings[0]?.blockedBy;
    const closed = result("gateways", [stop()]);
    const certs = result("certs", [fault({ cluster: "ctx-a" })]);
    const stale = result("peer-addresses", [
      peerFault("ctx-b", {
        cluster: "ctx-a",
        object: { kind: "Gateway", namespace: "ew", name: "to-ctx-b" },
      }),
    ]);

    it("nothing at the other end, while the gateway is not taken up here", () => {
      expect(of({ notTakenUp: true }, [], [closed], [certs, stale])).toBeUndefined();
      const istiod = result("pods-istiod", [stop()]);
      expect(of({ notTakenUp: true }, [istiod], [closed])).toBe("pods-istiod");
      expect(of({ notTakenUp: true }, [], [istiod])).toBeUndefined();
    });

    it("no certificate where nobody answers, no gateway where somebody does", () => {
      expect(of({}, [], [closed], [certs, stale])).toBe("certs");
      expect(of({ trouble: "unreachable" }, [], [closed], [certs, stale])).toBe("peer-addresses");
      expect(of({ trouble: "untrusted" }, [], [closed], [certs, stale])).toBe("certs");
      expect(of({ trouble: "untrusted" }, [], [closed])).toBeUndefined();
      expect(of({ trouble: "unreachable" }, [], [closed])).toBe("ctx-b/gateways");
    });
  });

  describe("of the target's east-west gateways", () => {
    const name = (gateway: string) => ({ namespace: "ew", name: gateway });
    const [one, two] = [name("one"), name("two")];
    const gateways = (...closed: (typeof one)[]): Result =>
      result(
        "gateways",
        closed.map((gateway) => stop({ object: { kind: "Gateway", ...gateway } })),
      );
    const pods = (...closed: (typeof one)[]): Result => {
      const data: EastWestPodsData = {
        gateways: [one, two].map((gateway) => ({
          ...gateway,
          status: "fail",
          summary: "",
          rows: [],
          findings: [0, ...(closed.includes(gateway) ? [1 + closed.indexOf(gateway)] : [])],
        })),
      };
      const object = { kind: "Pod", namespace: "ew", name: "pod" };
      const findings = [fault({ object }), ...closed.map(() => stop({ object }))];
      return result("pods-eastwest", findings, data);
    };
    const closedBy = (through: GatewayName[], ...there: Result[]): string | undefined => {
      const mesh = [links([edge("ctx-a", "ctx-b", { through })])];
      const { clusters } = annotate(report([PEERS], there, mesh));
      return clusters[0]?.checks[0]?.findings[0]?.blockedBy;
    };

    it("the one that the link leads through", () => {
      expect(closedBy([one], gateways(one))).toBe("ctx-b/gateways");
      expect(closedBy([one], gateways(two))).toBeUndefined();
      expect(closedBy([{ ...one, namespace: "other" }], gateways(one))).toBeUndefined();
      expect(closedBy([one], pods(one))).toBe("ctx-b/pods-eastwest");
      expect(closedBy([one], pods(two))).toBeUndefined();
      expect(closedBy([one], gateways(one), pods(one))).toBe("ctx-b/gateways");
    });

    it("all of those that it may lead through", () => {
      expect(closedBy([one, two], gateways(one, two))).toBe("ctx-b/gateways");
      expect(closedBy([one, two], gateways(two), pods(one))).toBe("ctx-b/pods-eastwest");
      expect(closedBy([one, two], gateways(two))).toBeUndefined();
      expect(closedBy([one, two], gateways(one), pods(one))).toBeUndefined();
    });

    it("none, where it is not known which there are", () => {
      expect(closedBy([], gateways(one), pods(two))).toBeUndefined();
    });
  });

  it("certificates, for the pairs that do not verify", () => {
    const pairs = (from: string, to: string): CertsData => ({
      clusters: [],
      pairs: [{ from, to, ok: false, by: "chain" }],
      notes: [],
    });
    const certs = (data?: CertsData): Result =>
      result("certs", [fault({ cluster: "ctx-b" })], data);
    expect(cause([], [], [certs(pairs("ctx-a", "ctx-b"))])).toBe("certs");
    expect(cause([], [], [certs(pairs("ctx-b", "ctx-a"))])).toBe("certs");
    expect(cause([], [], [certs(pairs("ctx-b", "ctx-c"))])).toBeUndefined();
    expect(cause([], [], [certs()])).toBe("certs");
    expect(cause([], [], [result("certs", [fault({ cluster: "ctx-a" })])])).toBe("certs");
    expect(cause([], [], [result("certs", [fault({ cluster: "ctx-c" })])])).toBeUndefined();
  });

  it.each(["peer-addresses", "trust-domains"] as const)("%s of this very Gateway", (id) => {
    const about = (to: string, changes: Partial<Finding>): Result =>
      result(id, [peerFault(to, changes)]);
    expect(cause([], [], [about("ctx-b", { cluster: "ctx-a" })])).toBe(id);
    expect(cause([], [], [about("ctx-c", { cluster: "ctx-a" })])).toBeUndefined();
    expect(cause([], [], [about("ctx-b", { cluster: "ctx-b" })])).toBeUndefined();
    const other = about("ctx-b", { cluster: "ctx-a", severity: "warn" });
    expect(cause([], [], [other])).toBeUndefined();
    expect(cause([], [], [result(id, [fault({ cluster: "ctx-a" })])])).toBeUndefined();
  });

  it("nothing that could not be checked", () => {
    const unread = fault({ severity: "error", message: "could not be checked: forbidden" });
    for (const id of ["license", "gateways", "pods-istiod"] as const) {
      expect(cause([], [result(id, [unread])])).toBeUndefined();
    }
  });

  it("nothing, when nothing else is wrong or it follows from something else itself", () => {
    expect(cause([], [])).toBeUndefined();
    expect(cause([], [result("gateways", [stop({ blockedBy: "pods-eastwest" })])])).toBeUndefined();
  });

  it("marks the broken link as well, and keeps statuses", () => {
    const object = { kind: "Gateway", namespace: "ew", name: "to-ctx-b" };
    const before = report(
      [],
      [result("gateways", [stop()])],
      [
        links(
          [edge("ctx-a", "ctx-b")],
          [
            fault({ cluster: "ctx-a", object }),
            fault({ cluster: "ctx-a", object, blockedBy: "ctx-a/peers" }),
            fault({ cluster: "ctx-a", object, blockedBy: "ctx-b/gateways" }),
          ],
        ),
      ],
    );
    const after = annotate(before);
    expect(after.mesh[0]?.findings.map(({ blockedBy }) => blockedBy)).toEqual([
      "ctx-b/gateways",
      "ctx-b/gateways",
      "ctx-b/gateways",
    ]);
    expect(after.outcome).toBe(before.outcome);
    expect(after.summary).toEqual(before.summary);
  });
});

describe("what is left as it is", () => {
  const [a, b] = [[result("license", [stop()])], [] as Result[]];

  it.each([
    [
      "a finding that says itself what blocks it",
      peerFault("ctx-b", { blockedBy: "license" }),
      "license",
    ],
    ["a finding that is no fault", peerFault("ctx-b", { severity: "info" }), undefined],
    ["a finding on no object", fault(), undefined],
    ["a finding on another Gateway", peerFault("ctx-c"), undefined],
  ])("%s", (_what, finding, expected) => {
    const { clusters } = annotate(report([...a, result("peers", [finding])], b, [BROKEN]));
    expect(clusters[0]?.checks.at(-1)?.findings[0]?.blockedBy).toBe(expected);
  });

  it("links that are connected or lead out of the run, and runs without the check", () => {
    for (const mesh of [
      [links([edge("ctx-a", "ctx-b", { state: "connected" })])],
      [
        links([
          edge("ctx-a", "somewhere", {
            inRun: false,
            gateway: { namespace: "ew", name: "to-ctx-b" },
          }),
        ]),
      ],
      [],
    ]) {
      const { clusters } = annotate(report([...a, PEERS], b, mesh));
      expect(clusters[0]?.checks.at(-1)?.findings[0]?.blockedBy).toBeUndefined();
    }
  });

  it("a cluster that is down and goes by its context", () => {
    const { clusters } = annotate(
      report(
        [PEERS],
        [result("connection", [fault()])],
        [links([edge("ctx-a", "ctx-b", { inRun: false })])],
      ),
    );
    expect(clusters[0]?.checks.at(-1)?.findings[0]?.blockedBy).toBe("ctx-b/connection");
  });

  describe("a cluster that is down and goes by another name", () => {
    const outside = (name: string): LinkEdge =>
      edge("ctx-a", name, { inRun: false, gateway: { namespace: "ew", name: `to-${name}` } });
    const down = [result("connection", [fault({ severity: "error" })])];
    const blockedBy = (contexts: string[], names: string[]): (string | undefined)[] => {
      const before = report(
        [
          result(
            "peers",
            names.map((name) => peerFault(name)),
          ),
        ],
        [],
        [links(names.map(outside))],
      );
      const [first] = before.clusters;
      const others = contexts.map((context) => ({ context, checks: down }));
      const clusters = [...(first ? [first] : []), ...others];
      const [annotated] = annotate({ ...before, clusters }).clusters;
      return annotated?.checks[0]?.findings.map((finding) => finding.blockedBy) ?? [];
    };

    it("is the one that is meant where nothing else is outside", () => {
      expect(blockedBy(["ctx-b"], ["west"])).toEqual(["ctx-b/connection"]);
      expect(blockedBy([], ["west"])).toEqual([undefined]);
      expect(blockedBy(["ctx-b"], ["west", "mars"])).toEqual([undefined, undefined]);
      expect(blockedBy(["ctx-b", "ctx-c"], ["west"])).toEqual([undefined]);
    });

    it("is the one whose context has the name as a part", () => {
      expect(blockedBy(["gke_prod_west", "ctx-c"], ["west", "north"])).toEqual([
        "gke_prod_west/connection",
        undefined,
      ]);
      expect(blockedBy(["admin@west", "other@west"], ["west"])).toEqual([undefined]);
    });
  });

  it("is blocked by nothing that did not run", () => {
    const blocked = (name: CheckName): Finding => fault({ blockedBy: name });
    const { clusters, mesh } = annotate(
      report(
        [result("gateways", [blocked("peers"), blocked("ctx-b/license"), blocked("links")])],
        [result("license", [fault()])],
        [result("certs", [blocked("ctx-a/gateways"), blocked("ctx-a/peers"), blocked("links")])],
      ),
    );
    const names = (findings: Finding[] = []) => findings.map(({ blockedBy }) => blockedBy);
    expect(names(clusters[0]?.checks[0]?.findings)).toEqual([
      undefined,
      "ctx-b/license",
      undefined,
    ]);
    expect(names(mesh[0]?.findings)).toEqual(["ctx-a/gateways", undefined, undefined]);
  });

  it("is blocked by nothing that is fine", () => {
    const findings = [
      fault({ blockedBy: "ctx-b/license" }),
      fault({ blockedBy: "ctx-b/license", severity: "skip" }),
    ];
    const { mesh } = annotate(report([], [result("license", [])], [result("certs", findings)]));
    expect(mesh[0]?.findings.map(({ blockedBy }) => blockedBy)).toEqual([undefined, undefined]);
  });

  it("a link's finding that names no cluster", () => {
    const { mesh } = annotate(
      report(a, b, [links([edge("ctx-a", "ctx-b")], [peerFault("ctx-b")])]),
    );
    expect(mesh[0]?.findings[0]?.blockedBy).toBeUndefined();
  });
});
