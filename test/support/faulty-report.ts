import { expect } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { FACT_ACCESS } from "../../src/facts/access.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Finding, Report, Result } from "../../src/model/report.ts";
import type { Outcome, Struck } from "./faulty.ts";
import { timeless } from "./scenario.ts";

/** Facts that a kind of request is for. */
function factsOf({ name }: Struck): Set<FactKey> {
  return new Set(
    (Object.keys(FACT_ACCESS) as FactKey[]).filter((key) =>
      FACT_ACCESS[key].some(({ resource }) => resource === name),
    ),
  );
}

/** Ids of the checks that cannot do without what was struck, and of those that use it. */
function affected(struck: Struck): { needing: Set<string>; using: Set<string> } {
  const facts = factsOf(struck);
  const declaring = (how: "needs" | "uses"): Set<string> =>
    new Set(CHECKS.filter((one) => one[how].some((key) => facts.has(key))).map(({ id }) => id));
  return { needing: declaring("needs"), using: declaring("uses") };
}

/** Results of one cluster, then those across clusters. */
function resultsFor(report: Report, context: string): Result[] {
  const cluster = report.clusters.find((one) => one.context === context);
  return [...(cluster?.checks ?? []), ...report.mesh];
}

/** Findings of a report that say why something could not be checked. */
function errorsOf({ clusters, mesh }: Report): Finding[] {
  return [...clusters.flatMap(({ checks }) => checks), ...mesh]
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === "error");
}

/** The other cluster's results, without what differs from run to run. */
function ofOther({ report }: Outcome): unknown {
  const clusters = report.clusters.filter(({ context }) => context === "cluster2");
  const whole = timeless({ ...report, clusters, mesh: [] }) as { clusters: unknown };
  return whole.clusters;
}

/** The other cluster is as if nothing had happened. */
export function expectOtherUnharmed(outcome: Outcome, healthy: Outcome): void {
  expect(ofOther(outcome)).toEqual(ofOther(healthy));
}

/** The first cluster is down: one finding, which the others point at; exit 1. */
export function expectDown({ code, report, stderr }: Outcome, cause: RegExp): void {
  expect([code, stderr]).toEqual([1, ""]);
  const errors = errorsOf(report);
  expect(errors).toMatchObject([{ cluster: "cluster1", severity: "error" }]);
  expect(errors[0]?.message).toMatch(cause);
  expect(errors[0]?.remediation).toBeDefined();
  const [connection, ...others] = resultsFor(report, "cluster1");
  expect(connection).toMatchObject({ id: "connection", status: "error" });
  for (const { findings } of others) {
    const ofIt = findings.filter(({ cluster }) => cluster === "cluster1");
    expect(ofIt.filter(({ severity }) => severity !== "skip")).toEqual([]);
  }
}

/** It is for another kind of mesh, or for what is not in use. */
function isForOthers({ status, findings }: Result): boolean {
  return status === "skip" && findings.some(({ because }) => because !== undefined);
}

/**
 * What needs the requests that were struck is an `error` that says why and what to do, what uses
 * them is none, everything else is as in the run in which nothing was wrong.
 */
export function expectErrors(
  outcome: Outcome,
  healthy: Outcome,
  struck: Struck,
  cause: RegExp,
): void {
  const { needing: declared, using } = affected(struck);
  const before = new Map(resultsFor(healthy.report, "cluster1").map((one) => [one.id, one]));
  const needing = declared.difference(
    new Set([...before.values()].filter(isForOthers).map(({ id }) => id)),
  );
  const wrong = resultsFor(outcome.report, "cluster1").flatMap(({ id, status, findings }) => {
    const asBefore = before.get(id);
    // What is not for this mesh stays so, or is no longer known to be.
    if (asBefore && isForOthers(asBefore)) {
      return ["skip", "info"].includes(status) ? [] : [`${id} is ${status}, not skip or info`];
    }
    if (needing.has(id)) {
      const said = findings.filter(({ severity }) => severity === "error");
      const told = said.some(
        (one) => cause.test(one.message) && one.cluster === "cluster1" && one.remediation,
      );
      return status === "error" && told ? [] : [`${id} is ${status}: ${said[0]?.message}`];
    }
    const allowed = using.has(id) ? ["pass", "info", "warn"] : [before.get(id)?.status];
    return allowed.includes(status) ? [] : [`${id} is ${status}, not ${allowed.join(" or ")}`];
  });
  expect(wrong).toEqual([]);
  expect(outcome.code).toBe(needing.size > 0 ? 1 : 0);
  expectOtherUnharmed(outcome, healthy);
}
