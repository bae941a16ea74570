import { expect, test } from "vitest";
import { displayWidth } from "../../../src/reporters/text/width.ts";
import { SYMBOL } from "../../../src/reporters/words.ts";

test.each([
  ["", 0],
  ["plain", 5],
  ["→ ünï…·", 7],
  ["中文", 4],
  ["한국", 4],
  ["ｆｕｌｌ", 8],
  ["🙂", 2],
  ["e\u0301", 1],
  ["\u2139", 1],
  ["\u2139\uFE0F", 2],
  ["\u2705\uFE0F", 2],
  ["\u{1F1E9}\u{1F1EA}", 2],
  ["\u{1F1E9}", 2],
  ["\u{1F44B}\u{1F3FD}", 2],
  ["\u{1F469}\u200D\u{1F469}\u200D\u{1F467} family", 9],
  ["1\uFE0F\u20E3", 2],
  ["\u{1FAE0}", 2],
  ["\u0905\u0902", 1],
])("%j takes %d columns", (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test.each(Object.entries(SYMBOL))("the symbol of %s takes two columns", (_status, symbol) => {
  expect(displayWidth(symbol)).toBe(2);
});

test("symbols are those of the vendor's tool, drawn as emoji", () => {
  expect(Object.values(SYMBOL)).toEqual([
    "\u2705",
    "\u2139\uFE0F",
    "\u2139\uFE0F",
    "\u26A0\uFE0F",
    "\u274C",
    "\u274C",
  ]);
});
