import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../src/lib/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["30s", 30_000],
    ["5m", 300_000],
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1.5h", 5_400_000],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "30", "s", "0s", "-5s", "5 m", "5d", "1e3s", "30s!", "NaNs"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("formatDuration", () => {
  it.each([
    [500, "500ms"],
    [30_000, "30s"],
    [90_000, "1m30s"],
    [300_000, "5m"],
  ])("%i", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
