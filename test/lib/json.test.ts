import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  array,
  at,
  number,
  property,
  record,
  string,
  stringMap,
  strings,
  time,
} from "../../src/lib/json.ts";

describe("values from outside", () => {
  it("have the type that is asked for, or are nothing", () => {
    expect(record({ a: 1 })).toEqual({ a: 1 });
    expect(Object.keys(record([1]))).toEqual([]);
    expect(Object.keys(record(null))).toEqual([]);
    expect(array([1])).toEqual([1]);
    expect(array({ 0: 1, length: 1 })).toEqual([]);
    expect(string("a")).toBe("a");
    expect(string("")).toBeUndefined();
    expect(string(15012)).toBe("15012");
    expect(string(true)).toBe("true");
    expect(string({})).toBeUndefined();
    expect(number(1)).toBe(1);
    expect(number(Number.NaN)).toBeUndefined();
    expect(number("1")).toBeUndefined();
    expect(time("2026-01-15T12:00:00Z")).toBe(Date.UTC(2026, 0, 15, 12));
    expect(time("soon")).toBeUndefined();
    expect(time(5)).toBeUndefined();
    expect(strings(["a", "", null, 1])).toEqual(["a", "1"]);
  });

  it("have no inherited properties", () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"a": 1}, "b": {"constructor": 2}}');
    expect(property(hostile, "a")).toBeUndefined();
    expect(property({}, "constructor")).toBeUndefined();
    expect(at(hostile, "b", "constructor")).toBe(2);
    expect(at(hostile, "b", "toString", "name")).toBeUndefined();
  });

  it("are maps of strings", () => {
    const labels = stringMap({ a: "1", b: 2, c: true, d: null, e: {} });
    expect([...labels]).toEqual([
      ["a", "1"],
      ["b", "2"],
      ["c", "true"],
    ]);
  });

  it("never make it throw", () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, key) => {
        const readers = [record, array, string, number, time, stringMap, strings];
        for (const read of readers) expect(() => read(value)).not.toThrow();
        expect(() => at(value, key, key)).not.toThrow();
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
