import { describe, expect, test } from "vitest";
import { explanation } from "../../../src/checks/pods-eastwest/explanation.ts";
import { view as cni } from "../../../src/checks/pods-cni/view.ts";
import { view as eastWest } from "../../../src/checks/pods-eastwest/view.ts";
import { view as istiod } from "../../../src/checks/pods-istiod/view.ts";
import { view as ztunnel } from "../../../src/checks/pods-ztunnel/view.ts";
import type { CheckId } from "../../../src/model/check-data.ts";
import { fail, remedy } from "../../../src/model/finding.ts";
import type { Result } from "../../../src/model/report.ts";

/** As of a report that was read from a file, or of a check that could not run. */
function withoutData<Id extends CheckId>(id: Id): Result<Id> {
  const findings = [fail("no pods", { remediation: remedy("Install it.") })];
  return { id, title: "Pod Check", status: "fail", summary: "no pods", durationMs: 0, findings };
}

describe("a result of pods without data", () => {
  test("has no table", () => {
    expect(cni.blocks?.(withoutData("pods-cni"))).toEqual([]);
    expect(istiod.blocks?.(withoutData("pods-istiod"))).toEqual([]);
    expect(ztunnel.blocks?.(withoutData("pods-ztunnel"))).toEqual([]);
  });

  test("is one part, with all that was found", () => {
    const result = withoutData("pods-eastwest");
    expect(eastWest.parts?.(result)).toEqual([{ result, blocks: [] }]);
  });

  test("whose data names a finding that is not there has the gateway's part without it", () => {
    const gateway = { namespace: "a", name: "b" };
    const part = { ...gateway, status: "fail" as const, summary: "x", rows: [], findings: [0, 5] };
    const result = { ...withoutData("pods-eastwest"), data: { gateways: [part] } };
    const parts = eastWest.parts?.(result) ?? [];
    expect(parts.map((one) => one.result.findings)).toEqual([result.findings]);
    expect(explanation.closes?.(result, gateway)).toBe(false);
  });

  test("closes no gateway, and none that it does not know", () => {
    const gateway = { namespace: "istio-eastwest", name: "istio-eastwest" };
    expect(explanation.closes?.(withoutData("pods-eastwest"), gateway)).toBe(false);
    const known = { ...withoutData("pods-eastwest"), data: { gateways: [] } };
    expect(explanation.closes?.(known, gateway)).toBe(false);
  });
});
