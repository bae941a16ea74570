import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { fail, info, warn } from "../../src/model/finding.ts";
import { codequality } from "../../src/reporters/codequality.ts";
import { github } from "../../src/reporters/github.ts";
import { HOSTILE, remediation, report, reportOf, result, SCENARIOS, withTexts } from "./reports.ts";

/* Formats that only a system of continuous integration reads: GitHub Actions, GitLab. */

const OPTIONS = { color: false, width: 80, verbose: false, views: VIEWS };

const source = report({
  clusters: [
    {
      context: "arn:a,b",
      checks: [
        result("license", { findings: [warn("odd: 5%", { remediation })] }),
        result("peers", {
          findings: [fail("it is\nbroken", { remediation }), info("aside")],
        }),
      ],
    },
  ],
  mesh: [result("links", { findings: [fail("no", { remediation, blockedBy: "arn:a,b/peers" })] })],
});

describe("annotations of GitHub Actions", () => {
  test("faults first, then warnings, what follows from others not at all", () => {
    expect(github(source, OPTIONS))
      .toBe(`::error title=mc%3A arn%3Aa%2Cb/peers::it is broken%0AMend it.%0Akubectl --context a get pods
::warning title=mc%3A arn%3Aa%2Cb/license::odd: 5%25%0AMend it.%0Akubectl --context a get pods
::notice title=mc check::faults found (2 failed, 1 with warnings)
`);
  });

  test.each(HOSTILE)("%j is no command of its own", (part) => {
    const lines = github(
      withTexts(source, (before) => `${before}${part}\n::set-output name=x::y`),
      OPTIONS,
    ).split("\n");
    expect(lines).toHaveLength(4);
    for (const line of lines.slice(0, 3)) {
      expect(line).toMatch(/^::(?:error|warning|notice) title=[^:,\n]*::[^\r\n]*$/);
    }
  });
});

interface Issue {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: string;
  location: { path: string; lines: { begin: number } };
}

const issuesOf = (from: typeof source): Issue[] =>
  JSON.parse(codequality(from, OPTIONS)) as Issue[];

describe("code quality of GitLab", () => {
  test("an issue for each fault and warning, at a file of its cluster", () => {
    expect(
      issuesOf(source).map(({ description, check_name, severity, location }) => [
        description,
        check_name,
        severity,
        location.path,
      ]),
    ).toEqual([
      ["arn:a,b: odd: 5%", "license", "minor", "cluster/arn%3Aa%2Cb"],
      ["arn:a,b: it is broken", "peers", "critical", "cluster/arn%3Aa%2Cb"],
      ["no (blocked by arn:a,b/peers)", "links", "minor", "mesh"],
    ]);
  });

  test.each(SCENARIOS)("%s has what the format requires, each issue once", async (scenario) => {
    const issues = issuesOf(await reportOf(scenario));
    for (const { description, check_name, severity, location } of issues) {
      expect([description, check_name].every((text) => text !== "")).toBe(true);
      expect(["info", "minor", "major", "critical", "blocker"]).toContain(severity);
      expect(location.path).toMatch(/^(?!\.?\/)/);
      expect(location.lines.begin).toBe(1);
    }
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
  });
});
