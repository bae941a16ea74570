import { afterEach, describe, expect, it } from "vitest";
import { check } from "../../src/engine/check.ts";
import type { Report, Result, Status } from "../../src/model/report.ts";
import type { Fault } from "../support/apiserver.ts";
import { liveClusters, type LiveScenario, timeless } from "../support/scenario.ts";

let live: LiveScenario | undefined;

afterEach(async () => {
  await live?.close();
  live = undefined;
});

/** The report when the debug endpoints of the first cluster's istiod answer so. */
async function reportWith(fault: Fault | undefined, path: string): Promise<Report> {
  live = await liveClusters("healthy", { proxyDebugStatus: 401 });
  if (fault) live.servers[0]?.setFaults([{ ...fault, match: { path } }]);
  return check(live.readers, { precheck: false, concurrency: 4 });
}

function resultOf({ clusters, mesh }: Report, id: string, cluster = 0): Result {
  const all = [...(clusters[cluster]?.checks ?? []), ...mesh];
  return all.find((one) => one.id === id) as Result;
}

const saidBy = ({ findings }: Result): string => findings.map(({ message }) => message).join("\n");

describe.each<[string, Fault, Status, RegExp]>([
  ["a reset", { kind: "reset" }, "error", /closed|broke/],
  ["a truncated body", { kind: "truncate" }, "error", /cut|closed/],
  ["an HTML page", { kind: "html" }, "error", /JSON|web page/],
  ["a redirect", { kind: "redirect" }, "error", /redirect/],
  ["an empty body", { kind: "empty" }, "error", /JSON|empty/],
  ["401", { kind: "status", status: 401 }, "error", /401/],
  ["403", { kind: "status", status: 403 }, "error", /403|forbid/i],
  ["404", { kind: "status", status: 404 }, "warn", /no license endpoint; it needs Istio 1\.27/],
  ["429", { kind: "status", status: 429 }, "error", /429/],
  ["500", { kind: "status", status: 500 }, "error", /500/],
  ["another kind", { kind: "wrong-kind" }, "error", /without a license State/],
  ["64 MiB and more", { kind: "huge", bytes: 64 * 1024 * 1024 }, "error", /larger than 64 MiB/],
])("/debug/license answers with %s", (_name, fault, status, words) => {
  it("costs the license check only", async () => {
    const report = await reportWith(fault, "/debug/license");
    const license = resultOf(report, "license");
    expect([license.status, saidBy(license)]).toEqual([status, expect.stringMatching(words)]);
    expect(saidBy(license)).toMatch(/^istio-system\/istiod-/);
    const others = report.clusters[0]?.checks.filter(({ id }) => id !== "license");
    expect(others?.filter((one) => one.status === "error" || one.status === "fail")).toEqual([]);
    expect(resultOf(report, "license", 1).status).toBe("pass");
  });
});

describe.each<[string, Fault, Status]>([
  ["a reset", { kind: "reset" }, "info"],
  ["an HTML page", { kind: "html" }, "info"],
  // Not every version of istiod has it.
  ["404", { kind: "status", status: 404 }, "pass"],
  ["500", { kind: "status", status: 500 }, "info"],
  ["another kind", { kind: "wrong-kind" }, "info"],
])("/debug/syncz answers with %s", (_name, fault, status) => {
  it("costs what is known of links from it, and no check", async () => {
    const report = await reportWith(fault, "/debug/syncz");
    expect(resultOf(report, "links").status).toBe(status);
    expect(report.outcome).toBe("pass");
  });
});

it("a pod that answers slowly is waited for", async () => {
  const slow = await reportWith({ kind: "latency", ms: 50 }, "/debug");
  await live?.close();
  expect(timeless(slow)).toEqual(timeless(await reportWith(undefined, "/debug")));
});
