import { assert, constantFrom, oneof, property, string } from "fast-check";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { json } from "../../src/reporters/json.ts";
import { yaml } from "../../src/reporters/yaml.ts";
import { HOSTILE, reportOf, SCENARIOS, withTexts } from "./reports.ts";

const OPTIONS = { color: true, width: 80, verbose: false, views: VIEWS };
const UNSAFE = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/u;
const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));

describe.each(SCENARIOS)("the report of %s", async (scenario) => {
  const report = await reportOf(scenario);

  test("is the tree itself, as JSON and as YAML", () => {
    expect(JSON.parse(json(report, OPTIONS))).toEqual(report);
    expect(load(yaml(report, OPTIONS))).toEqual(report);
  });
});

describe("hostile texts", async () => {
  const report = await reportOf("healthy");

  test.each([
    ["JSON", json, JSON.parse],
    ["YAML", yaml, load],
  ])("stay what they are in %s, and do nothing to a terminal", (_format, reporter, parse) => {
    assert(
      property(anything, (part) => {
        const source = withTexts(report, (before) => before.slice(0, 10) + part);
        const output = reporter(source, OPTIONS);
        expect(output).not.toMatch(UNSAFE);
        expect(parse(output)).toEqual(source);
      }),
      { numRuns: 40 },
    );
  });
});

test("YAML escapes as YAML does", () => {
  const source = { a: "x\u202Ey", b: "\u{E0041}", c: "\u009B", d: ["line\nline\u200B"] };
  const output = yaml(source as never, OPTIONS);
  expect(output).toBe(
    'a: "x\\u202Ey"\nb: "\\U000E0041"\nc: "\\x9B"\nd:\n  - "line\\nline\\u200B"\n',
  );
});
