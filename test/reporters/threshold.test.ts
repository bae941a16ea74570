import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { fail, warn } from "../../src/model/finding.ts";
import type { FailOn, Report } from "../../src/model/report.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { remediation, report, result } from "./reports.ts";
import { elements, parseXml } from "./xml.ts";

/*
 * What --fail-on makes of a run shows in every format: who reads a report sees why the job failed.
 */

const OPTIONS = { color: false, width: Number.POSITIVE_INFINITY, verbose: false, views: VIEWS };

function judged(failOn: FailOn | undefined): Report {
  const findings = [warn("odd", { remediation }), warn("odder", { remediation })];
  const source = report({
    clusters: [{ context: "a", checks: [result("license", { findings })] }],
    ...(failOn === "never"
      ? { mesh: [result("certs", { findings: [fail("broken", { remediation })] })] }
      : {}),
  });
  return failOn === undefined ? source : { ...source, failOn };
}

async function written(format: string, failOn: FailOn | undefined): Promise<string> {
  const reporter = await REPORTERS[format]?.();
  return reporter?.(judged(failOn), OPTIONS) ?? "";
}

/** Those in which there is a place for it; code quality has severities only. */
const TELLING = Object.keys(REPORTERS).filter((format) => format !== "codequality");

describe.each(TELLING)("%s", (format) => {
  test("says what made the run fail or pass, unless that is as always", async () => {
    const usual = await written(format, undefined);
    expect(usual).not.toMatch(/--fail-on (?:warn|never)|failOn/);
    expect(await written(format, "warn")).toMatch(/fail-?_?on\W+(?:value=")?warn/i);
    expect(await written(format, "never")).toMatch(/fail-?_?on\W+(?:value=")?never/i);
  });
});

test("people read how many findings count", async () => {
  expect(await written("text", "warn")).toMatch(/^❌ failed with --fail-on warn, for 2 findings$/m);
  expect(await written("text", "never")).toMatch(/^✅ passed with --fail-on never$/m);
  expect(await written("markdown", "warn")).toContain(
    "; failed with --fail-on warn, for 2 findings",
  );
  expect(await written("html", "never")).toContain("; passed with --fail-on never</p>");
  expect(await written("prometheus", "warn")).toContain(
    '\nmc_check_passed{fail_on="warn",cluster=""} 0\n',
  );
  expect(await written("prometheus", undefined)).toContain(
    '\nmc_check_passed{fail_on="fail",cluster=""} 1\n',
  );
});

test("what fails the run is an error in SARIF", async () => {
  const levels = async (failOn: FailOn | undefined): Promise<unknown[]> => {
    const log = JSON.parse(await written("sarif", failOn)) as {
      runs: { results: { level: string }[] }[];
    };
    return log.runs.flatMap(({ results }) => results.map(({ level }) => level));
  };
  expect(await levels(undefined)).toEqual(["warning", "warning"]);
  expect(await levels("warn")).toEqual(["error", "error"]);
});

test("JUnit has a failure where the run has one, and none where it passes", async () => {
  const counts = async (failOn: FailOn | undefined): Promise<unknown> => {
    const root = parseXml(await written("junit", failOn));
    return [
      root.attributes["failures"],
      elements(root, "failure").length,
      root.text.includes("odd"),
    ];
  };
  expect(await counts(undefined)).toEqual(["0", 0, true]);
  expect(await counts("warn")).toEqual(["1", 1, true]);
  expect(await counts("never")).toEqual(["0", 0, true]);
});
