import { expect, it } from "vitest";
import { remembered } from "../../src/lib/remembered.ts";

it("is computed once for each object, also where it comes to nothing", () => {
  const asked: object[] = [];
  const first = remembered((key: object) => {
    asked.push(key);
    return undefined;
  });
  const [one, other] = [{}, {}];
  for (const key of [one, other, one]) expect(first(key)).toBeUndefined();
  expect(asked).toEqual([one, other]);
});
