import { expect, it } from "vitest";
import { hasLabels, meetsRequirement } from "../../src/lib/labels.ts";

it("has what is asked for, whatever else there is", () => {
  const labels = new Map([
    ["app", "cart"],
    ["version", "v1"],
  ]);
  expect(hasLabels(labels, new Map())).toBe(true);
  expect(hasLabels(labels, new Map([["app", "cart"]]))).toBe(true);
  expect(hasLabels(labels, new Map([["app", "shop"]]))).toBe(false);
  expect(hasLabels(labels, new Map([["tier", ""]]))).toBe(false);
});

it.each([
  ["In", "a", true],
  ["In", "c", false],
  ["In", undefined, false],
  ["NotIn", "a", false],
  ["NotIn", "c", true],
  ["NotIn", undefined, true],
  ["Exists", "c", true],
  ["Exists", undefined, false],
  ["DoesNotExist", "c", false],
  ["DoesNotExist", undefined, true],
  ["Near", "a", undefined],
])("%s [a, b] of %s: %s", (operator, found, expected) => {
  expect(meetsRequirement(found, { operator, values: ["a", "b"] })).toBe(expected);
});
