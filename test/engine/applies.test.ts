import { expect, test } from "vitest";
import { applicable, whyLeftOut } from "../../src/engine/applies.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { MeshKind } from "../../src/model/report.ts";

function checkOf(changes: Partial<AnyCheck>): AnyCheck {
  return changes as AnyCheck;
}

const kinds = (...all: MeshKind[]) => new Set(all);
const peering = checkOf({ meshKind: "peering" });
const community = checkOf({ meshKind: "community", notInPrecheck: "nothing is linked yet" });
const both = checkOf({});

test("a check of one kind is left out where the mesh is of the other alone", () => {
  const inCommunity = { precheck: false, kinds: kinds("community") };
  expect(whyLeftOut(peering, inCommunity)).toEqual({
    message: "only for meshes with peering of Solo's distribution",
    because: { onlyFor: "peering" },
  });
  expect(applicable([peering, community, both], inCommunity)).toEqual([community, both]);
  const inPeering = { precheck: false, kinds: kinds("peering") };
  expect(applicable([peering, community, both], inPeering)).toEqual([peering, both]);
});

test("in a migration, and while the kind is not known, all are asked", () => {
  const all = [peering, community, both];
  expect(applicable(all, { precheck: false, kinds: kinds("peering", "community") })).toEqual(all);
  expect(applicable(all, { precheck: false })).toEqual(all);
});

test("the kind is a better reason than the precheck", () => {
  expect(whyLeftOut(community, { precheck: true, kinds: kinds("peering") })?.because).toEqual({
    onlyFor: "community",
  });
  expect(whyLeftOut(community, { precheck: true, kinds: kinds("community") })).toEqual({
    message: "nothing is linked yet",
  });
});
