import { expect, it } from "vitest";
import { defined } from "../../src/lib/defined.ts";

it("keeps what has a value, null, 0 and empty text included, and leaves out what is undefined", () => {
  const kept = defined({ a: undefined, b: null, c: 0, d: "", e: "x" });
  expect(Object.entries(kept)).toEqual([
    ["b", null],
    ["c", 0],
    ["d", ""],
    ["e", "x"],
  ]);
});
