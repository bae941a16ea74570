import { describe, expect, it } from "vitest";
import type { LogEvidence } from "../../../src/model/log.ts";
import type { Finding } from "../../../src/model/report.ts";
import { detailLines } from "../../../src/reporters/text/findings.ts";
import { styleOf } from "../../../src/reporters/text/style.ts";
import { displayWidth } from "../../../src/reporters/text/width.ts";

const EVIDENCE: LogEvidence = {
  signature: "timed-out",
  meaning: "Nobody answers at the peer's address.",
  cluster: "cluster1",
  namespace: "istio-system",
  pod: "istiod-1",
  container: "discovery",
  line: `warn deltaadsc ${"disconnected, retrying in 1m0s: ".repeat(5)}i/o timeout`,
  time: "2026-01-15T11:59:10.000Z",
  count: 3,
  since: "2026-01-15T11:49:42.000Z",
};

function linesOf(
  changes: Partial<LogEvidence> = {},
  { width = 80, ascii = false, color = false, said = false } = {},
): string[] {
  const finding: Finding = {
    severity: "fail",
    message: "not connected",
    cluster: "cluster1",
    evidence: [{ ...EVIDENCE, ...changes }],
    remediation: { summary: "Open the port.", commands: ["kubectl get pods"] },
  };
  const style = styleOf({ color, width, verbose: false, ascii, views: {} });
  return detailLines([finding], said ? "not connected" : "1 fault", style, false);
}

describe("what logs say, in text", () => {
  it("stands between the finding and its remedy, within the terminal", () => {
    const lines = linesOf();
    expect(lines.filter((line) => displayWidth(line) > 80)).toEqual([]);
    expect(lines[0]).toBe("  ❌ not connected");
    expect(lines[1]).toBe(
      "     │ istio-system/istiod-1 logged 3 times since 11:49:42 UTC, last at",
    );
    expect(
      lines
        .slice(1)
        .map((line) => line.trim())
        .join(" "),
    ).toBe(
      `│ istio-system/istiod-1 logged 3 times since 11:49:42 UTC, last at 2026-01-15 11:59:10 UTC: ${EVIDENCE.meaning} ${EVIDENCE.line} → Open the port. kubectl get pods`,
    );
  });

  it("comes first below the summary line that says the fault", () => {
    expect(linesOf({}, { said: true })[0]).toMatch(/^ {5}│ istio-system\/istiod-1 logged/);
  });

  it("is quiet, and says whose log it is where that is another cluster's", () => {
    const [, first = ""] = linesOf({ cluster: "cluster2" }, { color: true });
    expect(first.startsWith("\u001B[2m     │ istio-system/istiod-1 of cluster2 logged")).toBe(true);
  });

  it.each<[Partial<LogEvidence>, string]>([
    [{ count: 1 }, "logged once since 11:49:42 UTC, last at"],
    [{ since: "2026-01-14T23:00:00.000Z" }, "3 times since 2026-01-14 23:00:00 UTC, last at"],
  ])("says how often and since when: %j", (changes, words) => {
    expect(linesOf(changes, { width: 1000 })[1]).toContain(words);
  });

  it("of which nothing is known to have been before says no more", () => {
    const { since: _, ...rest } = EVIDENCE;
    const style = styleOf({ color: false, width: 1000, verbose: false, views: {} });
    const finding: Finding = { severity: "info", message: "x", evidence: [rest] };
    expect(detailLines([finding], "", style, false)[1]).toContain("logged 3 times, last at");
  });

  it("has a bar of ASCII where there is nothing else", () => {
    expect(linesOf({}, { ascii: true })[1]).toMatch(/^ {5}\| /);
  });

  it("obeys no line, whatever is in it", () => {
    const lines = linesOf({ line: "a\u001B[2J\nb", pod: "x\u0007y" }, { width: 1000 });
    expect(lines.join("\n")).toContain("istio-system/xy logged");
    expect(lines).toContain("       a b");
  });
});
