import { expect, it, test } from "vitest";
import { FIELD_FAULTS, saidOf } from "../../support/field-faults.ts";

/** Those that it takes more than the two clusters of the scenario to show. */
const ELSEWHERE = new Map([[28, "locality.test.ts"]]);

const SHOWN = Object.entries(FIELD_FAULTS).flatMap(([number, fault]) =>
  "notShown" in fault ? [] : [[number, fault] as const],
);

test("all that users met has its case", () => {
  const numbers = [...Object.keys(FIELD_FAULTS).map(Number), ...ELSEWHERE.keys()];
  expect(numbers.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 32 }, (_, index) => index + 1),
  );
});

it.each(SHOWN)("%s is said: $1.title", async (_, fault) => {
  const { text } = await saidOf(fault);
  expect(text).toContain(fault.says);
});

it.each(SHOWN.filter(([, { fine }]) => fine))("%s is no fault: $1.title", async (_, fault) => {
  const { text, status } = await saidOf(fault);
  expect([status, text]).toEqual(["pass", expect.not.stringContaining("broken")]);
});
