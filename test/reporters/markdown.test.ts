import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { fail, info, pass, skip, warn } from "../../src/model/finding.ts";
import { markdown } from "../../src/reporters/markdown.ts";
import { escapeMarkdown, fenced } from "../../src/reporters/markdown/escape.ts";
import type { Report } from "../../src/model/report.ts";
import type { LinkMatrix } from "../../src/model/view.ts";
import { LARGEST } from "../../src/reporters/markdown/folds.ts";
import { mermaidBlock } from "../../src/reporters/markdown/mermaid.ts";
import { HOSTILE, remediation, report, reportOf, result, withTexts } from "./reports.ts";

const OPTIONS = { color: true, width: 80, verbose: false, views: VIEWS };

test("a summary, a table, and what is wrong with its commands", () => {
  const source = report({
    clusters: [
      {
        context: "ctx_a",
        name: "a",
        network: "net",
        istioVersion: "1.28.5-solo",
        checks: [
          result("license", { findings: [fail("it is *broken*", { remediation })] }),
          result("peers", { findings: [warn("odd", { remediation })] }),
          result("gateways", { findings: [pass("fine")] }),
        ],
      },
      { context: "b", checks: [result("license"), result("peers", { findings: [info("aside")] })] },
    ],
    mesh: [
      result("links", { findings: [fail("no", { remediation, blockedBy: "ctx_a/license" })] }),
      result("certs", { findings: [skip("not now")] }),
    ],
  });
  expect(markdown(source, OPTIONS)).toBe(`## mc check

❌ **faults found**: 2 clusters, 1 fault, 1 more that follows, 1 check with warnings

| Cluster | Network | Istio | Status | fail | error | warn | info | pass | skip |
| --- | --- | --- | --- | --: | --: | --: | --: | --: | --: |
| ctx\\_a (cluster a) | net | 1.28.5-solo | ❌ failed | 1 |  | 1 |  | 1 |  |
| b |  |  | ✅ passed |  |  |  | 1 | 1 |  |
| *across clusters* |  |  | ❌ failed | 1 |  |  |  |  | 1 |

<details open>
<summary>ctx_a (cluster a): ❌ failed</summary>

#### Check of license

❌ it is \\*broken\\*

Mend it.

\`\`\`sh
kubectl --context a get pods
\`\`\`

#### Check of peers

⚠️ odd

Mend it.

\`\`\`sh
kubectl --context a get pods
\`\`\`

</details>

<details open>
<summary>Across clusters: ❌ failed</summary>

#### Check of links

❌ no (blocked by ctx\\_a/license)

</details>
`);
});

test("a healthy mesh is a line and a table; verbose tells what was found", async () => {
  const healthy = await reportOf("healthy", true);
  const short = markdown(healthy, OPTIONS);
  expect(short).toContain("## mc check --precheck\n\n✅ **all checks passed**: 2 clusters\n\n|");
  expect(short).not.toContain("###");
  expect(short).not.toContain("<details");
  const long = markdown(healthy, { ...OPTIONS, verbose: true });
  expect(long).toContain(
    "<details open>\n<summary>cluster1: ✅ passed</summary>\n\n#### Connection Check\n\n✅ reached Kubernetes",
  );
  expect(markdown(report({}), OPTIONS)).not.toContain("across");
});

describe("escapeMarkdown", () => {
  test.each([
    ["plain words, 1.5 of them: a-b_c.d", "plain words, 1.5 of them: a-b\\_c.d"],
    ["a | b", "a \\| b"],
    [
      "`code` *em* [x](y) ~~s~~ $m$ ![i]",
      "\\`code\\` \\*em\\* \\[x\\](y) \\~\\~s\\~\\~ \\$m\\$ \\!\\[i\\]",
    ],
    ["back\\slash", "back\\\\slash"],
    ["<b>&amp;", "&lt;b&gt;&amp;amp;"],
    ["ask @team, #12, a@b", "ask @<!-- -->team, #<!-- -->12, a@<!-- -->b"],
    [
      "https://example.test www.example.test",
      "https:<!-- -->//example.test www<!-- -->.example.test",
    ],
    ["it was fine :smile: at 12:30:00", "it was fine :<!-- -->smile: at 12:<!-- -->30:00"],
    ["# head", "\\# head"],
    ["- item", "\\- item"],
    ["1. item", "1\\. item"],
    ["1.28.5-solo", "1.28.5-solo"],
    ["two\nlines", "two lines"],
  ])("%j", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

describe("fenced", () => {
  test("nothing for no commands, a fence longer than any in them", () => {
    expect(fenced([])).toEqual([]);
    expect(fenced(["a", "b"])).toEqual(["```sh\na\nb\n```"]);
    expect(fenced(["echo ```` x"])).toEqual(["`````sh\necho ```` x\n`````"]);
  });
});

/** What each line is: of a heading, a table, text; blocks of commands are one thing. */
function shape(output: string): string[] {
  const lines = output.replaceAll(/^(`{3,})sh\n[^]*?\n\1$/gm, "COMMANDS").split("\n");
  return lines.map((line) => {
    const cells = line.replaceAll(/\\./g, "").split("|").length - 1;
    return cells > 0 ? `${cells} bars` : (/^#+ |^$|^COMMANDS$/.exec(line)?.[0] ?? "text");
  });
}

/** A report of many clusters, all broken as one of the fixture is. */
async function manyBroken(clusters: number): Promise<Report> {
  const broken = await reportOf("broken");
  const [one] = broken.clusters;
  if (!one) throw new Error("the fixture has no cluster");
  const copies = Array.from({ length: clusters }, (_, index) => ({
    ...one,
    context: `cluster${index}`,
  }));
  return { ...broken, clusters: copies };
}

describe("a comment of GitHub takes", () => {
  test.each([1, 4, 30, 500])("what is broken in %i clusters", async (clusters) => {
    const output = markdown(await manyBroken(clusters), OPTIONS);
    expect(new TextEncoder().encode(output).length).toBeLessThanOrEqual(LARGEST);
    const opened = output.match(/^<details(?: open)?>$/gm) ?? [];
    expect(output.match(/^<\/details>$/gm) ?? []).toHaveLength(opened.length);
    expect(output).toContain(`${clusters} cluster`);
    expect(/did not fit into a comment/.test(output)).toBe(clusters >= 30);
    expect(output.endsWith("\n")).toBe(true);
    expect(opened.every((line) => line.includes("open"))).toBe(clusters < 3);
  });

  test("as much as there is room for, with how much is missing", async () => {
    const output = markdown(await manyBroken(500), OPTIONS);
    const missing = Number(/and (\d+) more findings, did not fit/.exec(output)?.[1]);
    expect(missing).toBeGreaterThan(1000);
    expect(output).toContain("| … and 440 clusters more |");
  });
});

describe("the topology as GitHub and GitLab draw it", () => {
  const contexts = ["a", 'b "x"', "c", "d"];
  const matrix: LinkMatrix = {
    clusters: contexts,
    rows: [
      ["self", "connected", "one-way", "broken"],
      ["connected", "self", "connected", "unknown"],
      ["none", "broken", "self", "broken"],
      ["broken", "unknown", "broken", "self"],
    ],
  };
  const [first = "", ...others] = contexts;
  const clusters = [
    { context: first, network: "net;1", checks: [result("license")] },
    ...others.map((context) => ({ context, checks: [] })),
  ];

  test("a node a cluster, and a line a link or two that are alike", () => {
    expect(mermaidBlock(matrix, report({ clusters }))).toEqual([
      `\`\`\`mermaid
graph LR
  c0["✅ a<br/>net#59;1"]
  c1["✅ b #34;x#34;"]
  c2["✅ c"]
  c3["✅ d"]
  c0 <--> c1
  c0 -. one way .-> c2
  c0 x-. broken .-x c3
  c1 --> c2
  c1 -. not known .-> c3
  c2 -. broken .-x c1
  c2 x-. broken .-x c3
\`\`\``,
    ]);
  });

  test("none where there is nothing to see, or too much", () => {
    const of = (count: number): LinkMatrix => ({
      clusters: Array.from({ length: count }, String),
      rows: [],
    });
    expect([1, 2, 20, 21].map((count) => mermaidBlock(of(count), report({})).length)).toEqual([
      0, 1, 1, 0,
    ]);
  });
});

test("hostile strings change no structure", async () => {
  const broken = await reportOf("broken");
  const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));
  const plain = shape(markdown(broken, OPTIONS));
  expect(plain).toContain("12 bars");
  assert(
    property(anything, (part) => {
      const source = withTexts(broken, (before) => before.slice(0, 10) + part);
      const output = markdown(source, OPTIONS);
      expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
      expect(shape(output)).toEqual(plain);
      const prose = output.replaceAll(/^(`{3,})sh\n[^]*?\n\1$/gm, "");
      const own = /<!-- -->|<br\/>|<\/?(?:details|summary)(?: open)?>|<?-[->]|-\.-?>/g;
      expect(prose.replaceAll(own, "")).not.toContain("<");
    }),
    { numRuns: 60 },
  );
});
