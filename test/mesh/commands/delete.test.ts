import { expect, test } from "vitest";
import { deleteCommand } from "../../../src/mesh/commands/delete.ts";
import { clusterRef } from "../../support/facts.ts";

const CLUSTER = clusterRef("a");
const START = "kubectl --context ctx-a -n ns delete pods";

test("a few names stand in the command; what is no name is left out", () => {
  expect(deleteCommand(CLUSTER, "pods", "ns", ["a", "b.c", "-rf", "$(x)", "A"])).toBe(
    `${START} a b.c`,
  );
});

test("many go to xargs by lines, none lost", () => {
  const names = Array.from({ length: 400 }, (_, index) => `pod-${index}`);
  const lines = deleteCommand(CLUSTER, "pods", "ns", names).split("\n");
  expect(lines[0]).toBe(`xargs ${START} <<'EOF'`);
  expect(lines.at(-1)).toBe("EOF");
  const body = lines.slice(1, -1);
  expect(body.every(({ length }) => length <= 1300)).toBe(true);
  expect(body.flatMap((line) => line.split(" "))).toEqual(names);
});
