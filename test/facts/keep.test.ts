import { describe, expect, it } from "vitest";
import { Cut, dictionary, everyKey, keeper, SCALAR, union, WHOLE } from "../../src/facts/keep.ts";

describe("what two facts keep", () => {
  it("is what either keeps", () => {
    const both = union({ a: WHOLE, b: [{ c: WHOLE }] }, { b: [{ d: SCALAR }], e: { f: WHOLE } });
    const value = { a: 1, b: [{ c: 1, d: {}, x: 1 }, "y"], e: { f: [2], g: 3 }, h: 4 };
    expect(keeper(both)(value)).toEqual({ a: 1, b: [{ c: 1 }, {}], e: { f: [2] } });
    expect(union({ a: WHOLE }, WHOLE)).toBe(WHOLE);
  });

  it("has a named key as it is named, and of the others what either keeps", () => {
    const short = new Cut(WHOLE, (value) => String(value).slice(0, 1));
    const both = union({ cert: WHOLE }, everyKey(short));
    expect(keeper(both)({ cert: "whole", other: "cut" })).toEqual({ cert: "whole", other: "c" });
    const one = dictionary({}, WHOLE, () => new Set(["a"]));
    const other = dictionary({}, WHOLE, () => new Set(["b"]));
    expect(keeper(union(one, other))({ a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2 });
    expect(keeper(union(one, everyKey(WHOLE)))({ a: 1, c: 3 })).toEqual({ a: 1, c: 3 });
    expect(keeper(one)({ c: 3 })).toBeUndefined();
  });

  it("never undoes what a cut takes away", () => {
    const cut = new Cut(WHOLE, () => "");
    expect(() => union({ a: { b: cut } }, { a: { b: WHOLE } })).toThrow("a: b: a value is cut");
    expect(() => union(cut, new Cut(WHOLE, () => ""))).toThrow("is cut by one fact");
    expect(() => union([WHOLE], { a: WHOLE })).toThrow("a list cannot be kept as a map");
  });
});
