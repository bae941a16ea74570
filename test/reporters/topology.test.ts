import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { fail, pass, warn } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import type { Cell, LinkMatrix } from "../../src/model/view.ts";
import { svg } from "../../src/reporters/svg.ts";
import { graphOf } from "../../src/reporters/topology/graph.ts";
import { aside, borderPoint, CARD, layoutOf } from "../../src/reporters/topology/layout.ts";
import { topologyPicture } from "../../src/reporters/topology/picture.ts";
import { HOSTILE, remediation, report, reportOf, result, withTexts } from "./reports.ts";
import { elements, parseXml, type XmlElement } from "./xml.ts";

const OPTIONS = { color: false, width: 80, verbose: false, views: VIEWS };

/** Clusters that are all linked, but for some; odd ones have a finding of their own. */
function meshOf(
  count: number,
  cells: Readonly<Record<string, Cell>> = {},
  odd: Readonly<Record<number, "fail" | "warn">> = {},
): { matrix: LinkMatrix; source: Report } {
  const clusters = Array.from({ length: count }, (_, index) => `c${index}`);
  const found = { fail, warn };
  const source = report({
    clusters: clusters.map((context, index) => {
      const severity = odd[index];
      const finding = severity ? found[severity]("odd", { remediation }) : pass("fine");
      const checks = [result("license", { findings: [finding] })];
      return { context, network: `net-${index}`, istioVersion: "1.28.5-solo", checks };
    }),
  });
  const rows = clusters.map((_from, from) =>
    clusters.map((_to, to): Cell =>
      from === to ? "self" : (cells[`${from}-${to}`] ?? "connected"),
    ),
  );
  return { matrix: { clusters, rows }, source };
}

function pictureOf({ matrix, source }: ReturnType<typeof meshOf>): XmlElement {
  const [picture] = topologyPicture(matrix, source, []);
  return parseXml(picture?.source ?? "");
}

function classes(root: XmlElement, element: string): string[] {
  return elements(root, element).map(({ attributes }) => attributes["class"] ?? "");
}

describe("the layout", () => {
  test.each([2, 3, 5, 6, 7, 12, 13, 20, 30])(
    "of %i clusters: no card lies on another, or outside",
    (count) => {
      const { width, height, centres } = layoutOf(count);
      expect(centres).toHaveLength(count);
      for (const [index, one] of centres.entries()) {
        expect(one.x - CARD.width / 2).toBeGreaterThanOrEqual(0);
        expect(one.x + CARD.width / 2).toBeLessThanOrEqual(width);
        expect(one.y - CARD.height / 2).toBeGreaterThanOrEqual(0);
        expect(one.y + CARD.height / 2).toBeLessThanOrEqual(height);
        for (const other of centres.slice(index + 1)) {
          const apart =
            Math.abs(one.x - other.x) > CARD.width + 4 ||
            Math.abs(one.y - other.y) > CARD.height + 4;
          expect(apart).toBe(true);
        }
      }
    },
  );

  test("lines end at cards, and two between the same ones lie side by side", () => {
    const [left, right] = [
      { x: 0, y: 0 },
      { x: 1000, y: 0 },
    ];
    expect(borderPoint(left, right)).toEqual({ x: CARD.width / 2 + 3, y: 0 });
    expect(borderPoint(left, { x: 0, y: 9 }).y).toBe(CARD.height / 2 + 3);
    expect(aside([left, right], 5)).toEqual([
      { x: 0, y: 5 },
      { x: 1000, y: 5 },
    ]);
    expect(aside([left, left], 5)).toEqual([left, left]);
  });
});

describe("the picture", () => {
  const mesh = meshOf(
    4,
    {
      "0-1": "one-way",
      "1-0": "none",
      "2-3": "broken",
      "3-2": "broken",
      "0-2": "unknown",
      "1-3": "broken",
    },
    { 2: "fail", 3: "warn" },
  );
  const root = pictureOf(mesh);

  test("has a card a cluster and a line a link, whose states differ by more than their colour", () => {
    expect(classes(root, "rect")).toEqual(["card pass", "card pass", "card fail", "card warn"]);
    const lines = classes(root, "path").filter((name) => name.startsWith("edge"));
    // The last ones are those of the legend.
    expect(lines.slice(0, -4)).toEqual([
      "edge connected",
      "edge connected",
      "edge connected",
      "edge connected",
      "edge unknown",
      "edge one-way",
      "edge broken",
      "edge broken",
    ]);
    const text = root.text.replaceAll(/\s+/g, " ");
    for (const said of ["✅ c0", "❌ c2", "⚠️ c3", "net-0 · 1.28.5-solo", "✕", "?"]) {
      expect(text).toContain(said);
    }
  });

  test("says the same in words", () => {
    expect(root.attributes).toMatchObject({
      role: "img",
      "aria-labelledby": "topology-title topology-text",
    });
    expect(elements(root, "desc")[0]?.text).toBe(
      "4 clusters, 6 links connected; c0 to c2: not known; c0 to c1: connected one way; c1 to c3: broken; c2 and c3: broken",
    );
    const titles = elements(root, "title").map(({ text }) => text);
    expect(titles).toContain("c2 ↔ c3: broken");
    expect(titles).toContain("c0 → c1: connected one way");
    expect(titles).toContain("c2: failed, net-2 · 1.28.5-solo");
  });

  test("of many links that work has no heads, and counts what its text has no room for", () => {
    const all = pictureOf(meshOf(12));
    expect(classes(all, "path").filter((name) => name.startsWith("head"))).toEqual([]);
    const cells = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`0-${index + 1}`, "broken" as const]),
    );
    const { text } =
      elements(pictureOf(meshOf(26, { ...cells, "1-2": "broken" })), "desc")[0] ?? {};
    expect(text).toContain("c1 to c2: broken");
    const none = Object.fromEntries(
      Array.from({ length: 12 }, (_, from) =>
        Array.from({ length: 12 }, (_to, to) => [`${from}-${to}`, "broken" as const]),
      ).flat(),
    );
    expect(elements(pictureOf(meshOf(12, none)), "desc")[0]?.text).toMatch(/; and 16 more$/);
  });

  test("of more than 30 clusters has what is wrong and what is next to it", () => {
    const apart = Object.fromEntries(
      Array.from({ length: 40 }, (_, from) =>
        Array.from({ length: 40 }, (_to, to) => [`${from}-${to}`, "none" as const]),
      ).flat(),
    );
    const few = meshOf(40, { ...apart, "3-4": "broken", "7-8": "connected" }, { 7: "warn" });
    const graph = graphOf(few.matrix, few.source);
    expect(graph.nodes.map(({ context }) => context)).toEqual(["c3", "c4", "c7", "c8"]);
    expect([graph.edges.length, graph.leftOut]).toEqual([2, 36]);
    expect(pictureOf(few).text).toContain("36 clusters without faults not drawn");
    const whole = meshOf(40, {}, { 7: "fail" });
    expect(graphOf(whole.matrix, whole.source).nodes).toHaveLength(30);
  });

  test("is none of one cluster; a cluster that the report does not have is no fault", () => {
    const { matrix, source } = meshOf(1);
    expect(topologyPicture(matrix, source, [])).toEqual([]);
    expect(graphOf(meshOf(2).matrix, report({})).nodes[0]).toMatchObject({ status: "skip" });
  });
});

describe("-o svg", () => {
  test("is a picture that needs nothing else, light and dark", async () => {
    const output = svg(await reportOf("three-clusters"), OPTIONS);
    expect(output).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(output).toContain("prefers-color-scheme: dark");
    expect(output).not.toMatch(/<script|\son\w+=|url\(|@import|href=/);
    expect(svg(report({}), OPTIONS)).toContain("No links to draw: all checks passed");
  });

  test.each(HOSTILE)("%j in names stays text", (part) => {
    const { matrix, source } = meshOf(3);
    const names = matrix.clusters.map((name) => name + part);
    const hostile = withTexts(source, (before) => before + part);
    const [picture] = topologyPicture({ ...matrix, clusters: names }, hostile, []);
    const root = parseXml(picture?.source ?? "");
    expect(elements(root, "rect")).toHaveLength(3);
    expect(elements(root, "script")).toEqual([]);
  });
});
