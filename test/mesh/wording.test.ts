import { expect, test } from "vitest";
import { contexts, enumerate, qualified } from "../../src/mesh/wording.ts";
import { clusterRef } from "../support/facts.ts";

test("names in a list, of which a line takes so many", () => {
  const six = ["a", "b", "c", "d", "e", "f"];
  expect(enumerate([])).toBe("");
  expect(enumerate(six.slice(0, 5))).toBe("a, b, c, d, e");
  expect(enumerate(six)).toBe("a, b, c, d, e and 1 more");
  expect(enumerate(six, 2)).toBe("a, b and 4 more");
  const clusters = ["a", "b"].map((id) => ({ cluster: clusterRef(id) }));
  expect(contexts(clusters)).toBe("ctx-a, ctx-b");
  expect(contexts(clusters, 1)).toBe("ctx-a and 1 more");
  expect(qualified({ namespace: "ns", name: "n" })).toBe("ns/n");
});
