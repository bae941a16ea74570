import { expect, test } from "vitest";
import { age } from "../../src/lib/time.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [undefined, "<unknown>"],
  [Number.NaN, "<unknown>"],
  [-2 * SECOND, "<invalid>"],
  [-1 * SECOND, "0s"],
  [-1, "0s"],
  [0, "0s"],
  [999, "0s"],
  [45 * SECOND, "45s"],
  [119 * SECOND, "119s"],
  [2 * MINUTE, "2m"],
  [9 * MINUTE + 33 * SECOND, "9m33s"],
  [10 * MINUTE + 6 * SECOND, "10m6s"],
  [10 * MINUTE + 18 * SECOND, "10m18s"],
  [59 * MINUTE, "59m"],
  [60 * MINUTE + 30 * SECOND, "60m"],
  [3 * HOUR - SECOND, "179m"],
  [3 * HOUR, "3h"],
  [3 * HOUR + 12 * MINUTE, "3h12m"],
  [8 * HOUR + 59 * MINUTE, "8h"],
  [47 * HOUR + 59 * MINUTE, "47h"],
  [2 * DAY, "2d"],
  [2 * DAY + 3 * HOUR, "2d3h"],
  [8 * DAY + 3 * HOUR, "8d"],
  [12 * DAY, "12d"],
  [730 * DAY - SECOND, "729d"],
  [730 * DAY, "2y"],
  [760 * DAY, "2y30d"],
  [8 * 365 * DAY + 30 * DAY, "8y"],
])("%d ms are %s", (ms, text) => {
  expect(age(ms)).toBe(text);
});
