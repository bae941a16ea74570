import { expect, it } from "vitest";
import { linksAmong } from "../../../src/checks/_shared/links-among.ts";
import { linksOf } from "../../../src/mesh/links.ts";
import { clusterRef, healthyFacts } from "../../support/facts.ts";

it("links are those from clusters that a check sees, to all", () => {
  const members = ["a", "b"].map((id) => ({
    cluster: clusterRef(id),
    facts: healthyFacts(
      id,
      ["a", "b"].filter((other) => other !== id),
    ),
  }));
  const links = linksOf(members, []);
  expect(links.map(({ from, to }) => [from.cluster.id, to])).toEqual([
    ["a", "ctx-b"],
    ["b", "ctx-a"],
  ]);
  const seen = linksAmong(links, members.slice(0, 1));
  expect(seen.map(({ from, to, target }) => [from.cluster.id, to, target?.member])).toEqual([
    ["a", "ctx-b", undefined],
  ]);
});
