import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { error, fail, info, skip, warn } from "../../src/model/finding.ts";
import { junit } from "../../src/reporters/junit.ts";
import { HOSTILE, remediation, report, reportOf, result, SCENARIOS, withTexts } from "./reports.ts";
import { elements, parseXml, type XmlElement } from "./xml.ts";

const OPTIONS = { color: true, width: 80, verbose: false, views: VIEWS };

function total(suites: readonly XmlElement[], name: string): number {
  return suites.reduce((sum, suite) => sum + Number(suite.attributes[name]), 0);
}

test("a suite a cluster and one for the mesh, a case a check", () => {
  const fault = fail('it is <broken> & "odd"', { remediation });
  const explained = fail("it too", { remediation, blockedBy: "certs" });
  const source = report({
    clusters: [
      {
        context: "ctx.a",
        name: "a",
        checks: [
          result("license", { findings: [fault, explained, info("aside")], summary: "2 faults" }),
          result("peers", { findings: [warn("it looks odd", { remediation })] }),
        ],
      },
    ],
    mesh: [
      result("certs", { findings: [error("forbidden", { remediation })], summary: "forbidden" }),
      result("links", { findings: [skip("not now")], summary: "not now" }),
      result("versions"),
    ],
  });
  const whole = 'tests="5" failures="1" errors="1"';
  expect(junit(source, OPTIONS)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mc check" ${whole} time="1.234">
<testsuite name="ctx.a (cluster a)" tests="2" failures="1" errors="0" skipped="0" time="0.003" timestamp="2026-01-15T12:00:00">
<testcase classname="mc.ctx.a" name="license" time="0.002"><failure message="2 faults" type="fail">fail: it is &lt;broken&gt; &amp; &quot;odd&quot;
  → Mend it.
kubectl --context a get pods
fail: it too (blocked by certs)</failure></testcase>
<testcase classname="mc.ctx.a" name="peers" time="0.002"><system-out>warn: it looks odd
  → Mend it.
kubectl --context a get pods</system-out></testcase>
</testsuite>
<testsuite name="mesh" tests="3" failures="0" errors="1" skipped="1" time="0.004" timestamp="2026-01-15T12:00:00">
<testcase classname="mc.mesh" name="certs" time="0.002"><error message="forbidden" type="error">error: forbidden
  → Mend it.
kubectl --context a get pods</error></testcase>
<testcase classname="mc.mesh" name="links" time="0.002"><skipped message="not now"/></testcase>
<testcase classname="mc.mesh" name="versions" time="0.002"></testcase>
</testsuite>
</testsuites>
`);
});

/** Attributes that the schema of Jenkins (xunit-plugin, junit-10.xsd) has for each element. */
const JENKINS: Readonly<Record<string, readonly string[]>> = {
  testsuites: ["name", "time", "tests", "failures", "disabled", "errors"],
  testsuite: [
    "name",
    "tests",
    "failures",
    "errors",
    "group",
    "time",
    "skipped",
    "timestamp",
    "hostname",
    "id",
    "package",
    "file",
    "log",
    "url",
    "version",
  ],
  testcase: [
    "name",
    "assertions",
    "time",
    "timestamp",
    "classname",
    "status",
    "class",
    "file",
    "line",
    "url",
  ],
  property: ["name", "value"],
  failure: ["type", "message"],
  error: ["type", "message"],
  skipped: ["type", "message"],
};

describe.each(SCENARIOS)("%s", async (scenario) => {
  const source = await reportOf(scenario);

  test("is as Jenkins and GitLab read it: well-formed, with counts that add up", () => {
    const root = parseXml(junit(source, OPTIONS));
    const suites = elements(root, "testsuite");
    const cases = elements(root, "testcase");
    expect(root.name).toBe("testsuites");
    expect(suites.map(({ attributes }) => Object.keys(attributes))).toEqual(
      suites.map(() => ["name", "tests", "failures", "errors", "skipped", "time", "timestamp"]),
    );
    expect(cases).toHaveLength(total(suites, "tests"));
    expect(cases).toHaveLength(Number(root.attributes["tests"]));
    expect(elements(root, "failure")).toHaveLength(total(suites, "failures"));
    expect(elements(root, "error")).toHaveLength(total(suites, "errors"));
    expect(elements(root, "skipped")).toHaveLength(total(suites, "skipped"));
    for (const [name, attributes] of Object.entries(JENKINS)) {
      const used = elements(root, name).flatMap((one) => Object.keys(one.attributes));
      expect(used.filter((attribute) => !attributes.includes(attribute))).toEqual([]);
    }
    const names = cases.map(({ attributes }) => `${attributes["classname"]} ${attributes["name"]}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

test("a precheck's skipped checks are skipped test cases", async () => {
  const root = parseXml(junit(await reportOf("unlinked", true), OPTIONS));
  const skipped = elements(root, "testcase").filter((one) => elements(one, "skipped").length > 0);
  expect(skipped.map(({ attributes }) => attributes["name"])).toContain("stale-workloads");
});

test("is well-formed whatever the strings are", async () => {
  const broken = await reportOf("broken");
  const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));
  assert(
    property(anything, (part) => {
      const source = withTexts(broken, (before) => before.slice(0, 10) + part);
      const root = parseXml(junit(source, OPTIONS));
      expect(elements(root, "failure")).toHaveLength(broken.summary.fail);
    }),
    { numRuns: 60 },
  );
});
