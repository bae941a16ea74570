import { describe, expect, it } from "vitest";
import { VIEWS } from "../../../src/checks/index.ts";
import { fail, warn } from "../../../src/model/finding.ts";
import { text } from "../../../src/reporters/text.ts";
import { remediation, report, result } from "../reports.ts";

function print(failed: number, warned: number, verbose = false): string[] {
  const findings = [
    ...Array.from({ length: failed }, (_, index) =>
      fail(`peer ${index} is broken`, { remediation }),
    ),
    ...Array.from({ length: warned }, (_, index) => warn(`peer ${index} is odd`, { remediation })),
  ];
  const source = report({ mesh: [result("certs", { findings, summary: "not good" })] });
  const options = { color: false, width: Number.POSITIVE_INFINITY, verbose, views: VIEWS };
  return text(source, options).split("\n");
}

const count = (lines: readonly string[], part: string): number =>
  lines.filter((line) => line.includes(part)).length;

describe("many findings of one kind", () => {
  it("are shown up to twenty, with how many more there are, in both places", () => {
    const lines = print(500, 21);
    expect(count(lines, "  ❌ peer ")).toBe(20);
    expect(count(lines, ". ❌ certs: peer ")).toBe(20);
    expect(count(lines, "  ⚠️ peer ")).toBe(20);
    expect(lines).toContain("  ❌ and 480 more like these (--verbose shows all)");
    expect(lines).toContain("  ⚠️ and 1 more like these (--verbose shows all)");
    expect(lines).toContain("    … 480 more of certs (--verbose shows all)");
    expect(lines).toContain("=== 500 faults, most fundamental first ===");
  });

  it("are all shown with --verbose", () => {
    const lines = print(500, 21, true);
    expect(count(lines, "  ❌ peer ")).toBe(500);
    expect(count(lines, ". ❌ certs: peer ")).toBe(500);
    expect(count(lines, "--verbose")).toBe(0);
  });

  it("twenty are all shown", () => {
    const lines = print(20, 20);
    expect(count(lines, "  ❌ peer ")).toBe(20);
    expect(count(lines, "--verbose")).toBe(0);
  });
});
