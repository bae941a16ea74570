import { expect, it } from "vitest";
import type { LinksData, ReadEdge } from "../../../src/checks/links/data.ts";
import { view } from "../../../src/checks/links/view.ts";
import { result } from "../../reporters/reports.ts";

const { data: _, ...rest } = result("links");
const LINKS = { ...rest, id: "links" as const };

/** Who reads whom among a and b, as cells: of a to b, and of b to a. */
function cells(reads: readonly ReadEdge[], unread: readonly string[] = []): unknown {
  const data: LinksData = {
    clusters: ["a", "b"],
    unread: [...unread],
    unlinked: [],
    edges: [],
    reads: [...reads],
  };
  const rows = view.matrix?.({ ...LINKS, data })?.rows;
  return [rows?.[0]?.[1], rows?.[1]?.[0]];
}

const edge = (status?: string): ReadEdge => ({
  from: "a",
  to: "b",
  ...(status === undefined ? {} : { status }),
});

it("tells who reads whom, and where nobody knows", () => {
  expect(cells([edge("synced")])).toEqual(["connected", "none"]);
  expect(cells([edge("timeout"), edge("synced")])).toEqual(["connected", "none"]);
  expect(cells([edge("timeout")])).toEqual(["broken", "none"]);
  expect(cells([edge("timeout"), edge()])).toEqual(["unknown", "none"]);
  expect(cells([], ["b"])).toEqual(["none", "unknown"]);
});

it("has nothing to show where nothing was compared", () => {
  expect(view.matrix?.(LINKS)).toBeUndefined();
  expect(view.metrics?.(LINKS)).toEqual([]);
});
