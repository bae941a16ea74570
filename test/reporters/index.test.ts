import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { reportOf } from "./reports.ts";

test("there are the formats that the command line names", () => {
  expect(Object.keys(REPORTERS)).toEqual([
    "text",
    "json",
    "yaml",
    "junit",
    "sarif",
    "markdown",
    "html",
    "svg",
    "github",
    "codequality",
    "prometheus",
  ]);
});

describe.each(Object.entries(REPORTERS))("%s", async (_format, load) => {
  const reporter = await load();
  const report = await reportOf("broken");

  test("is a pure function with a final line break", () => {
    const before = structuredClone(report);
    const output = reporter(report, { color: false, width: 80, verbose: true, views: VIEWS });
    expect(output).toMatch(/[^\n]\n$/);
    expect(reporter(report, { color: false, width: 80, verbose: true, views: VIEWS })).toBe(output);
    expect(report).toEqual(before);
  });
});
