import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { fail, info, pass, skip, warn } from "../../src/model/finding.ts";
import { markdown } from "../../src/reporters/markdown.ts";
import { escapeMarkdown, fenced } from "../../src/reporters/markdown/escape.ts";
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

### ctx\\_a (cluster a)

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

### Across clusters

#### Check of links

❌ no (blocked by ctx\\_a/license)
`);
});

test("a healthy mesh is a line and a table; verbose tells what was found", async () => {
  const healthy = await reportOf("healthy", true);
  const short = markdown(healthy, OPTIONS);
  expect(short).toContain("## mc check --precheck\n\n✅ **all checks passed**: 2 clusters\n\n|");
  expect(short).not.toContain("###");
  const long = markdown(healthy, { ...OPTIONS, verbose: true });
  expect(long).toContain("### cluster1\n\n#### Connection Check\n\n✅ reached Kubernetes");
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
  const lines = output.replaceAll(/^(`{3,})(?:sh|text)\n[^]*?\n\1$/gm, "COMMANDS").split("\n");
  return lines.map((line) => {
    const cells = line.replaceAll(/\\./g, "").split("|").length - 1;
    return cells > 0 ? `${cells} bars` : (/^#+ |^$|^COMMANDS$/.exec(line)?.[0] ?? "text");
  });
}

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
      const prose = output.replaceAll(/^(`{3,})(?:sh|text)\n[^]*?\n\1$/gm, "");
      expect(prose.replaceAll("<!-- -->", "")).not.toContain("<");
    }),
    { numRuns: 60 },
  );
});
