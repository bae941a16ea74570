import { describe, expect, it } from "vitest";
import { failingFindings, hasPassed, isFailing } from "../../src/lib/fail-on.ts";
import { error, fail, info, skip, warn } from "../../src/model/finding.ts";
import type { FailOn, Finding } from "../../src/model/report.ts";
import { remediation, report, result } from "../reporters/reports.ts";

const FINDINGS: Readonly<Record<string, Finding>> = {
  info: info("x"),
  skip: skip("x"),
  warn: warn("x", { remediation }),
  fail: fail("x", { remediation }),
  error: error("x", { remediation }),
};

describe("a run", () => {
  it.each<[FailOn | undefined, string[]]>([
    [undefined, ["fail", "error"]],
    ["fail", ["fail", "error"]],
    ["warn", ["warn", "fail", "error"]],
    ["never", []],
  ])("with --fail-on %s fails for %j", (failOn, failing) => {
    for (const [severity, finding] of Object.entries(FINDINGS)) {
      const one = result("certs", { findings: [finding] });
      const fails = failing.includes(severity);
      expect(isFailing(one, failOn)).toBe(fails);
      const cluster = { context: "a", checks: [one] };
      const whole = {
        ...report({ clusters: [cluster], mesh: [one] }),
        ...(failOn === undefined ? {} : { failOn }),
      };
      expect([failingFindings(whole), hasPassed(whole)]).toEqual(fails ? [2, false] : [0, true]);
    }
  });
});
