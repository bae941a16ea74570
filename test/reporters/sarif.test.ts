import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { DESCRIPTIONS, VIEWS } from "../../src/checks/index.ts";
import { error, fail, info, warn } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import type { ReportOptions } from "../../src/reporters/reporter.ts";
import { sarif } from "../../src/reporters/sarif.ts";
import { HOSTILE, remediation, report, reportOf, result, SCENARIOS, withTexts } from "./reports.ts";

interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string; markdown: string };
  locations: {
    physicalLocation: { artifactLocation: { uri: string }; region: object };
    logicalLocations: { name: string; kind: string; fullyQualifiedName: string }[];
  }[];
  partialFingerprints: Record<string, string>;
  properties: Record<string, string>;
}

interface SarifRule {
  id: string;
  name: string;
  shortDescription: { text: string };
  fullDescription: { text: string };
  help: { text: string; markdown: string };
  helpUri: string;
  properties: { tags: string[] };
}

interface SarifRun {
  tool: { driver: { name: string; version: string; rules: SarifRule[] } };
  automationDetails?: { id: string };
  invocations: { executionSuccessful: boolean; startTimeUtc: string; endTimeUtc: string }[];
  results: SarifResult[];
}

function runOf(source: Report, options: Partial<ReportOptions> = {}): SarifRun {
  const log = JSON.parse(
    sarif(source, { color: true, width: 80, verbose: false, views: VIEWS, ...options }),
  ) as {
    version: string;
    runs: SarifRun[];
  };
  expect(log.version).toBe("2.1.0");
  expect(log.runs).toHaveLength(1);
  return log.runs[0] as SarifRun;
}

describe("a result", () => {
  const object = { kind: "Gateway", namespace: "ns", name: "gw" };
  const fault = fail("it is *broken*", { remediation, object, cluster: "ctx/a" });
  const run = runOf(
    report({
      clusters: [
        {
          context: "ctx/a",
          checks: [
            result("license"),
            result("peers", {
              findings: [fault, info("aside"), warn("it looks odd", { remediation })],
            }),
          ],
        },
      ],
      mesh: [
        result("certs", {
          findings: [
            error("not read", { remediation, cluster: "b" }),
            fail("it too", {
              remediation,
              blockedBy: "ctx/a/peers",
              object: { kind: "Namespace", name: "istio-system" },
            }),
          ],
        }),
      ],
    }),
  );

  test("for what warns, fails or could not be checked; a rule for each check", () => {
    expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(["license", "peers", "certs"]);
    expect(run.results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
      ["peers", 1, "error"],
      ["peers", 1, "warning"],
      ["certs", 2, "error"],
      ["certs", 2, "error"],
    ]);
  });

  test("says what to do, as text and as Markdown", () => {
    expect(run.results[0]?.message).toEqual({
      text: "it is *broken*.\n\nMend it.\n\nkubectl --context a get pods",
      markdown: "it is \\*broken\\*.\n\nMend it.\n\n```sh\nkubectl --context a get pods\n```",
    });
    expect(run.results[3]?.message).toEqual({
      text: "it too (blocked by ctx/a/peers).",
      markdown: "it too (blocked by ctx/a/peers).",
    });
  });

  test("is located at a file of its cluster, and at its object", () => {
    const locations = run.results.map(({ locations: [first] }) => [
      first?.physicalLocation.artifactLocation.uri,
      first?.logicalLocations[0]?.fullyQualifiedName,
      first?.logicalLocations[0]?.name,
    ]);
    expect(locations).toEqual([
      ["cluster/ctx%2Fa", "ctx/a/Gateway/ns/gw", "ns/gw"],
      ["cluster/ctx%2Fa", "ctx/a", "ctx/a"],
      ["cluster/b", "b", "b"],
      ["mesh", "mesh/Namespace/istio-system", "istio-system"],
    ]);
    for (const {
      locations: [first],
    } of run.results) {
      expect(first?.physicalLocation.region).toEqual({
        startLine: 1,
        startColumn: 1,
        endLine: 1,
        endColumn: 1,
      });
    }
  });

  test("has a rule with all that the check says of itself", () => {
    const { rules } = runOf(report({ mesh: [result("certs", { title: "Certs" })] }), {
      descriptions: DESCRIPTIONS,
    }).tool.driver;
    expect(rules[0]).toMatchObject({
      id: "certs",
      name: "CertsCheck",
      shortDescription: { text: "Certs" },
      fullDescription: { text: DESCRIPTIONS.certs?.why },
      helpUri: "https://unpkg.com/istio-mc/docs/checks/certs.md",
      properties: { tags: ["istio", "multicluster", "kubernetes"] },
    });
    for (const line of DESCRIPTIONS.certs?.faults ?? [])
      expect(rules[0]?.help.text).toContain(line);
    expect(rules[0]?.help.markdown).toContain("\n## How to fix it\n\n- ");
    expect(run.tool.driver.rules[0]).toMatchObject({
      fullDescription: { text: "Check of license." },
      help: { text: "mc explain license" },
    });
  });

  test("belongs to a category when one is given, else to what the uploader says", () => {
    expect(run.automationDetails).toBeUndefined();
    const named = runOf(report({}), { sarifCategory: "mesh/eu" });
    expect(named.automationDetails).toEqual({ id: "mesh/eu/" });
  });

  test("the run says when it was, and whether it could be completed", () => {
    expect(run.invocations).toEqual([
      {
        executionSuccessful: true,
        startTimeUtc: "2026-01-15T12:00:00.000Z",
        endTimeUtc: "2026-01-15T12:00:01.234Z",
      },
    ]);
    const failed = report({
      mesh: [result("certs", { findings: [error("no", { remediation })] })],
    });
    expect(runOf(failed).invocations[0]?.executionSuccessful).toBe(false);
  });
});

function prints(...messages: string[]): (string | undefined)[] {
  const findings = messages.map((message) => fail(message, { remediation }));
  return runOf(report({ mesh: [result("certs", { findings })] })).results.map(
    ({ partialFingerprints }) => partialFingerprints["mcFinding/v2"],
  );
}

describe("fingerprints", () => {
  test("are the same when only numbers change, and differ between findings", () => {
    const [one, two] = prints("expires in 7 days", "is broken");
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(two).not.toBe(one);
    expect(prints("is broken", "expires in 16 days")).toEqual([two, one]);
  });

  test("differ between findings that say the same", () => {
    expect(new Set(prints("same", "same", "same")).size).toBe(3);
  });

  test.each(SCENARIOS)("of %s are unique, and the same in the next run", async (scenario) => {
    const all = async (): Promise<string[]> =>
      runOf(await reportOf(scenario)).results.map(
        ({ partialFingerprints }) => partialFingerprints["primaryLocationLineHash"] ?? "",
      );
    const first = await all();
    expect(new Set(first).size).toBe(first.length);
    expect(await all()).toEqual(first);
  });
});

test("hostile strings stay strings, and addresses are encoded", async () => {
  const broken = await reportOf("broken");
  const faults = runOf(broken).results.length;
  const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));
  assert(
    property(anything, (part) => {
      const source = withTexts(broken, (before) => before.slice(0, 10) + part);
      const output = sarif(source, { color: false, width: 80, verbose: false, views: VIEWS });
      expect(output).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}]/u);
      const { results } = runOf(source);
      expect(results).toHaveLength(faults);
      for (const {
        locations: [first],
      } of results) {
        expect(first?.physicalLocation.artifactLocation.uri).toMatch(
          /^(?:mesh|cluster\/[\w.!~*'()%-]+)$/,
        );
      }
    }),
    { numRuns: 40 },
  );
});
