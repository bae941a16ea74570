import { expect, test } from "vitest";
import { goBool } from "../../src/lib/go-bool.ts";

test.each(["1", "t", "T", "TRUE", "true", "True"])("%s is true", (text) => {
  expect(goBool(text)).toBe(true);
});

test.each(["0", "f", "F", "FALSE", "false", "False"])("%s is false", (text) => {
  expect(goBool(text)).toBe(false);
});

test.each([undefined, "", "yes", " true", "tRUE", "2"])("%j is neither", (text) => {
  expect(goBool(text)).toBeUndefined();
});
