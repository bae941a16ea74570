import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/model/report.ts";
import type { Fault } from "../support/apiserver.ts";
import { expectDown, expectErrors, expectOtherUnharmed } from "../support/faulty-report.ts";
import { EVERYTHING, type Outcome, REQUESTS, runCases, type Struck } from "../support/faulty.ts";

const CODES: Readonly<Record<string, Fault>> = {
  forbidden: { kind: "status", status: 403 },
  "not found": { kind: "status", status: 404 },
  "not served": { kind: "status", status: 404, body: "404 page not found" },
  "no items": { kind: "items-null" },
};
const STRIKES: readonly Struck[] = [EVERYTHING, ...REQUESTS];
const CASES = Object.entries(CODES).flatMap(([name, fault]) =>
  STRIKES.map((struck) => ({ name, struck, fault })),
);

let healthy: Outcome;
let outcomes: Outcome[];

beforeAll(async () => {
  ({ healthy, outcomes } = await runCases(CASES, { concurrency: 16 }));
});

function outcomeOf(fault: string, struck: string): Outcome {
  return outcomes[
    CASES.findIndex((one) => one.name === fault && one.struck.name === struck)
  ] as Outcome;
}

/** Statuses of the first cluster and of the mesh that are not those of the healthy run. */
function changes({ report }: Outcome): Record<string, string> {
  const statuses = ({ clusters, mesh }: Report): [string, string][] =>
    [...(clusters[0]?.checks ?? []), ...mesh].map(({ id, status }) => [id, status]);
  const before = new Map(statuses(healthy.report));
  return Object.fromEntries(statuses(report).filter(([id, status]) => before.get(id) !== status));
}

describe("403", () => {
  it("to every request is a cluster that is reached and may not be read", () => {
    const outcome = outcomeOf("forbidden", EVERYTHING.name);
    expect(outcome.code).toBe(1);
    const [connection, ...others] = outcome.report.clusters[0]?.checks ?? [];
    expect(connection).toMatchObject({ id: "connection", status: "pass" });
    // The other cluster shows of which kind the mesh is.
    const judged = others.filter(
      ({ status, summary, findings }) =>
        !findings.some(({ because }) => because && "onlyFor" in because) &&
        !(status === "skip" && summary.startsWith("not known whether ")),
    );
    expect(
      judged.filter(({ status }) => status !== "error").map(({ id, summary }) => [id, summary]),
    ).toEqual([]);
    for (const { findings } of judged) {
      const [remedy] = findings.map(({ remediation }) => remediation);
      expect(remedy?.commands.join("\n")).toMatch(/create (cluster)?role |auth can-i/);
    }
    expectOtherUnharmed(outcome, healthy);
  });

  it.each(REQUESTS.slice(2).map((struck) => [struck.name, struck] as const))(
    "to: %s",
    (name, struck) => {
      expectErrors(outcomeOf("forbidden", name), healthy, struck, /forbid/i);
    },
  );

  it("to the version, or to who we are, withholds nothing else", () => {
    for (const { name } of REQUESTS.slice(0, 2)) {
      expect(changes(outcomeOf("forbidden", name))).toEqual({});
    }
  });
});

describe("404", () => {
  it("to every request is no Kubernetes API", () => {
    for (const kind of ["not found", "not served"]) {
      const outcome = outcomeOf(kind, EVERYTHING.name);
      expectDown(outcome, /that is no Kubernetes API; is the URL of the cluster right\?/);
      expectOtherUnharmed(outcome, healthy);
    }
  });

  it.each([
    ["gateways", { gateways: "fail", peers: "skip", "pods-eastwest": "skip", links: "info" }],
    ["pods", { license: "error", "pods-istiod": "error", "pods-ztunnel": "error" }],
    ["nodes", { platform: "error" }],
  ])("to: %s", (name, expected) => {
    const outcome = outcomeOf("not served", name);
    expect(changes(outcome)).toMatchObject(expected);
    expectOtherUnharmed(outcome, healthy);
  });

  it.each(["workloadentries", "gatewayclasses", "version", "selfsubjectreviews"])(
    "to what a cluster may well be without: %s",
    (name) => {
      expect(changes(outcomeOf("not served", name))).toEqual({});
    },
  );
});

describe("a list without items", () => {
  it.each(REQUESTS.map(({ name }) => name))("is an empty one: %s", (name) => {
    const outcome = outcomeOf("no items", name);
    const errors = Object.entries(changes(outcome)).filter(([, status]) => status === "error");
    // Without a pod of istiod nobody vouches for what it wrote.
    const unknown = name === "pods" ? ["gateways", "peers", "links"] : [];
    expect(errors.map(([id]) => id)).toEqual(unknown);
    expectOtherUnharmed(outcome, healthy);
  });
});
