import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { fail, info, pass, warn } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import { html } from "../../src/reporters/html.ts";
import { linksSection } from "../../src/reporters/html/links.ts";
import { HOSTILE, remediation, report, reportOf, result, SCENARIOS, withTexts } from "./reports.ts";
import { elements, parseXml, type XmlElement } from "./xml.ts";

const OPTIONS = { color: true, width: 80, verbose: false, views: VIEWS };
/** Elements of HTML that have no end. */
const VOID = new Set(["meta"]);

function pageOf(source: Report, verbose = false): XmlElement {
  const page = html(source, { ...OPTIONS, verbose });
  // Not XML: style sheets and attributes without a value.
  return parseXml(page.replace(/(?<=<style>)[^<]*/, "").replaceAll(" open>", ' open="">'), VOID);
}

function named(root: XmlElement, attribute: string, value: string): XmlElement[] {
  return [
    ...(root.attributes[attribute] === value ? [root] : []),
    ...root.children.flatMap((child) => named(child, attribute, value)),
  ];
}

function texts(root: XmlElement, name: string): string[] {
  return elements(root, name).map(({ text }) => text.replaceAll(/\s+/g, " ").trim());
}

describe.each(SCENARIOS)("the page of %s", async (scenario) => {
  const source = await reportOf(scenario);
  const page = pageOf(source);

  test("is well-formed, in one file that runs and loads nothing", () => {
    for (const name of ["script", "link", "img", "iframe", "object", "form", "base"]) {
      expect(elements(page, name)).toEqual([]);
    }
    expect(html(source, OPTIONS)).not.toMatch(/\son\w+=|javascript:|url\(|@import|src=/i);
    const [policy] = named(page, "http-equiv", "Content-Security-Policy");
    expect(policy?.attributes["content"]).toMatch(/^default-src 'none';/);
  });

  test("has landmarks, one title, headings without gaps, heads of tables, and links that lead somewhere", () => {
    expect(page.attributes["lang"]).toBe("en");
    for (const name of ["main", "header", "h1"]) expect(elements(page, name)).toHaveLength(1);
    // A picture has titles as well.
    expect(elements(page, "head").flatMap((one) => elements(one, "title"))).toHaveLength(1);
    const ids = html(source, OPTIONS).match(/(?<= id=")[^"]+/g) ?? [];
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of elements(page, "a")) {
      expect(ids).toContain(attributes["href"]?.slice(1));
    }
    for (const { attributes } of elements(page, "section")) {
      expect(ids).toContain(attributes["aria-labelledby"]);
    }
    for (const cell of elements(page, "th"))
      expect(cell.attributes["scope"]).toMatch(/^(?:row|col)$/);
    for (const [first] of elements(page, "tr").map(({ children }) => children)) {
      expect(first?.name).toBe("th");
    }
  });

  test("has landmarks that are told apart by their names", () => {
    const headings = new Map(
      elements(page, "h2").map(({ attributes, text }) => [attributes["id"], text]),
    );
    const names = [
      ...elements(page, "section").map(({ attributes }) =>
        headings.get(attributes["aria-labelledby"]),
      ),
      ...named(page, "role", "region").map(({ attributes }) => attributes["aria-label"]),
    ];
    expect(names.every(Boolean)).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  });

  test("has a part a cluster and one for what is across them, open where something is wrong", () => {
    const parts = elements(page, "details");
    expect(parts).toHaveLength(source.clusters.length + 1);
    const bad = [...source.clusters.map(({ checks }) => checks), source.mesh].map((results) =>
      results.some(({ status }) => ["warn", "fail", "error"].includes(status)),
    );
    expect(parts.map(({ attributes }) => Object.hasOwn(attributes, "open"))).toEqual(bad);
  });

  test("has every command whole, to copy", () => {
    const commands = texts(page, "pre");
    const results = [...source.clusters.flatMap(({ checks }) => checks), ...source.mesh];
    const wanted = results
      .flatMap(({ findings }) => findings)
      .filter(({ severity, blockedBy }) => severity !== "pass" && !blockedBy)
      .flatMap(({ remediation: remedy }) => remedy?.commands ?? []);
    expect(commands).toEqual(wanted.map((command) => command.replaceAll(/\s+/g, " ").trim()));
  });
});

describe("a page", () => {
  const fault = fail("it is broken", { remediation });
  const source = report({
    precheck: true,
    clusters: [
      {
        context: "a",
        name: "id-a",
        network: "net",
        checks: [
          result("license", { findings: [fault], summary: "it is broken" }),
          result("peers", {
            findings: [info("aside"), warn("odd", { remediation })],
            summary: "two things",
          }),
          result("gateways", { findings: [pass("fine")] }),
        ],
      },
    ],
    mesh: [result("links", { findings: [fail("no", { remediation, blockedBy: "a/license" })] })],
  });
  const page = pageOf(source);

  test("says how it went, and what to mend", () => {
    expect(texts(page, "h1")).toEqual(["❌ Faults found"]);
    expect(texts(page, "header")[0]).toContain(
      "1 cluster; checks: 1 passed, 1 with warnings, 2 failed",
    );
    expect(texts(page, "header")[0]).toContain(
      "mc check --precheck 1.2.3, 2026-01-15 12:00:00 UTC",
    );
    const [faults] = named(page, "aria-labelledby", "faults");
    expect(faults?.text).toContain("❌ failed a/license: it is broken");
    expect(faults?.text).toContain("1 other fault follows from these.");
    expect(faults && elements(faults, "a")[0]?.attributes["href"]).toBe("#cluster-1-license");
  });

  test("says each fault once, with its remedy, and passes only when verbose", () => {
    const [license] = named(page, "id", "cluster-1-license");
    expect(license?.text.replaceAll(/\s+/g, " ")).toBe(
      "❌ failed Check of license: it is broken Mend it. kubectl --context a get pods",
    );
    const [peers] = named(page, "id", "cluster-1-peers");
    expect(peers && texts(peers, "li").slice(1)).toEqual([
      "ℹ️ information aside",
      "⚠️ warning odd Mend it. kubectl --context a get pods",
    ]);
    const [links] = named(page, "id", "mesh-links");
    expect(links?.text).toContain("Blocked by a/license.");
    expect(named(page, "id", "cluster-1-gateways")[0]?.text).not.toContain("fine");
    expect(named(pageOf(source, true), "id", "cluster-1-gateways")[0]?.text).toContain("fine");
  });

  test("has the links as a table", async () => {
    const [links] = named(pageOf(await reportOf("unlinked")), "aria-labelledby", "links");
    expect(links && texts(links, "tr")).toEqual([
      "from \\ tocluster1 cluster2",
      "cluster1·the cluster itself no link",
      "cluster2no link ·the cluster itself",
    ]);
  });

  test("without faults and checks across clusters has no such parts", () => {
    const quiet = pageOf(report({ clusters: [{ context: "a", checks: [result("license")] }] }));
    expect(texts(quiet, "h1")).toEqual(["✅ All checks passed"]);
    expect(texts(quiet, "h2")).toEqual(["Clusters", "Checks"]);
    expect(elements(quiet, "details")).toHaveLength(1);
  });
});

test("a picture of many clusters is scrolled on a narrow screen, one of few gets smaller", () => {
  const classOf = (count: number): string | undefined => {
    const clusters = Array.from({ length: count }, (_, index) => `c${index}`);
    const rows = clusters.map(() => clusters.map(() => "none" as const));
    const part = parseXml(linksSection({ clusters, rows }, report({})).source);
    return named(part, "aria-label", "Picture of links")[0]?.attributes["class"];
  };
  expect([1, 6, 7].map(classOf)).toEqual([undefined, "scroll picture", "scroll picture wide"]);
});

test("tables stay within what scrolls them, and paper has all that is folded away", () => {
  const page = html(report({ clusters: [{ context: "a", checks: [] }] }), OPTIONS);
  // What is placed absolutely in a cell is cut off by its scroller only if that contains it.
  expect(page).toMatch(/\.scroll \{ position: relative; overflow-x: auto; \}/);
  expect(page).toMatch(
    /@media print \{[^@]*details::details-content \{ content-visibility: visible/,
  );
});

test("hostile strings stay text", async () => {
  const broken = await reportOf("broken");
  const shape = ({ name, children }: XmlElement): unknown => [name, children.map(shape)];
  const plain = shape(pageOf(broken));
  const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));
  assert(
    property(anything, (part) => {
      const source = withTexts(broken, (before) => before + part);
      expect(html(source, OPTIONS)).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}]/u);
      expect(shape(pageOf(source))).toEqual(plain);
    }),
    { numRuns: 40 },
  );
});
