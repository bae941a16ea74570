import { afterEach, describe, expect, it } from "vitest";
import { check } from "../../src/engine/check.ts";
import type { Report } from "../../src/model/report.ts";
import type { KubeObject } from "../support/apiserver.ts";
import { liveClusters, type LiveScenario, timeless } from "../support/scenario.ts";

let live: LiveScenario | undefined;

afterEach(async () => {
  await live?.close();
  live = undefined;
});

/** More than fit on a page. */
const MANY: readonly KubeObject[] = Array.from({ length: 501 }, (_, index) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: `service-${index}`, namespace: "default" },
  spec: { type: "ClusterIP", ports: [{ port: 80 }] },
}));

/** The report when continue tokens of Services expire that often. */
async function reportWith(times: number): Promise<Report> {
  live = await liveClusters("healthy", { objects: [...MANY] });
  live.servers[0]?.setFaults([
    { kind: "expired-continue", match: { resource: "services" }, times },
  ]);
  return check(live.readers, { precheck: false, concurrency: 4 });
}

describe("410 in the middle of a list", () => {
  it("now and then: the list is read again, and nothing else happens", async () => {
    const before = timeless(await reportWith(0));
    await live?.close();
    expect(timeless(await reportWith(2))).toEqual(before);
  });

  it("time and again: what needs the list is an error", async () => {
    const report = await reportWith(100);
    const errors = [...(report.clusters[0]?.checks ?? []), ...report.mesh].filter(
      ({ status }) => status === "error",
    );
    expect(errors.map(({ id }) => id)).toEqual([
      "shared-services",
      "service-conflicts",
      "peer-addresses",
      "services",
      "service-imports",
    ]);
    for (const { findings } of errors) {
      expect(findings.map(({ message }) => message).join("\n")).toContain(
        "the list expired 4 times before its last page",
      );
    }
    expect(report.clusters[1]?.checks.every(({ status }) => status !== "error")).toBe(true);
  });
});
