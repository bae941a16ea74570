import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { error, fail, info, pass, skip, warn } from "../../src/model/finding.ts";
import type { LinkEdge } from "../../src/model/links.ts";
import type { GatewaysData } from "../../src/checks/gateways/data.ts";
import type { LinksData } from "../../src/checks/links/data.ts";
import type { PeersData } from "../../src/checks/peers/data.ts";
import type { ClusterReport, Finding, Report, Result } from "../../src/model/report.ts";
import { text } from "../../src/reporters/text.ts";
import { displayWidth } from "../../src/reporters/text/width.ts";
import { HOSTILE, remediation, report, reportOf, result, SCENARIOS, withTexts } from "./reports.ts";

const WIDE = Number.POSITIVE_INFINITY;

interface PrintOptions {
  width?: number;
  color?: boolean;
  verbose?: boolean;
}

function printWhole(source: Report, options: PrintOptions = {}) {
  return text(source, { color: false, width: WIDE, verbose: false, views: VIEWS, ...options });
}

/** Without the line that ends a report in which there is no fault. */
function print(source: Report, options: PrintOptions = {}): string {
  const whole = printWhole(source, options);
  // By its lines, as an expression for the last one looks through all before it again and again.
  const lines = whole.trimEnd().split("\n");
  const said = / checks? (passed|with warnings)/.test(lines.at(-1) ?? "")
    ? lines
        .slice(0, lines.at(-2) === "" ? -2 : -1)
        .map((line) => `${line}\n`)
        .join("")
    : whole;
  return said.replace(/^\n?(\S+) \d+ skipped\n$/, "");
}

function cluster(context: string, ...checks: Result[]): ClusterReport {
  return { context, checks };
}

function clusters(number: number, ...checks: Result[]): ClusterReport[] {
  return Array.from({ length: number }, (_, index) => cluster(`ctx-${index + 1}`, ...checks));
}

const fault = fail("it is broken", { remediation });
const warning = warn("it looks odd", { remediation });

/** Fails as a check of the engine does: the summary is its only fault. */
function failed(id: string, finding: Finding = fault): Result {
  return result(id, { findings: [finding], summary: finding.message });
}

describe("names", () => {
  test.each([
    [{ context: "ctx" }, "=== Cluster: ctx ==="],
    [{ context: "ctx", name: "ctx" }, "=== Cluster: ctx ==="],
    [{ context: "ctx", name: "one" }, "=== Cluster: ctx (cluster one) ==="],
  ])("%j", (named, heading) => {
    const lines = print(report({ clusters: [{ ...named, checks: [result("license")] }] }));
    expect(lines.split("\n")[0]).toBe(heading);
  });
});

describe("order", () => {
  test("the lines that istioctl prints come first, others as they are in the report", () => {
    const ids = ["connection", "env-vars", "license", "platform", "gateways"];
    const lines = print(report({ clusters: [cluster("a", ...ids.map((id) => result(id)))] }));
    expect(lines.match(/(?<=Check of )[a-z-]+/g)).toEqual([
      "env-vars",
      "license",
      "gateways",
      "connection",
      "platform",
    ]);
  });
});

describe("findings", () => {
  test("a fault that is the summary is not said twice; its remedy stands below", () => {
    const lines = print(report({ mesh: [failed("certs")] }));
    expect(lines).toBe(`❌ Check of certs: it is broken
     → Mend it.
       kubectl --context a get pods

=== 1 fault ===
 1. ❌ certs: it is broken
       kubectl --context a get pods
======
`);
  });

  test("the remedy of what the summary says stands right below it, before other findings", () => {
    const known = result("certs", {
      summary: fault.message,
      findings: [info("to know"), fault],
    });
    expect(print(report({ mesh: [known] }))).toContain(`❌ Check of certs: it is broken
     → Mend it.
       kubectl --context a get pods
  ℹ️ to know
`);
  });

  test("what another fault explains says so, without a remedy of its own", () => {
    const lines = print(
      report({
        mesh: [
          failed("peers", { ...fault, blockedBy: "certs" }),
          result("links", {
            summary: "2 faults",
            findings: [fault, fail("it too", { remediation, blockedBy: "peers" })],
          }),
        ],
      }),
    );
    expect(lines).toContain(
      "❌ Check of peers: it is broken (blocked by certs)\n❌ Check of links",
    );
    expect(lines).toContain("  ❌ it too (blocked by peers)\n\n===");
    expect(lines).toContain(
      "=== 1 fault ===\n 1. ❌ links: it is broken\n       kubectl --context a get pods\nℹ️ 2 more follow from it\n",
    );
  });

  test("what informs, is skipped or warns has its line, what passes only with verbose", () => {
    const source = report({
      mesh: [
        result("versions", {
          summary: "two things",
          findings: [pass("fine"), info("to know"), skip("not here"), warning],
        }),
      ],
    });
    const short = `⚠️ Check of versions: two things
  ℹ️ to know
  ℹ️ not here
  ⚠️ it looks odd
     → Mend it.
       kubectl --context a get pods
`;
    expect(print(source)).toBe(short);
    expect(print(source, { verbose: true })).toBe(`--- Check of versions ---\n\n✅ fine\n${short}`);
  });

  test("gateways and peers that are fine have a line, also when another is not", () => {
    const findings = [pass("Connected to b via 192.0.2.1"), fault];
    const lines = print(report({ clusters: [cluster("a", result("peers", { findings }))] }));
    expect(lines).toContain("  ✅ Connected to b via 192.0.2.1\n  ❌ it is broken\n");
  });

  test("a here-document is printed as it is to be pasted, however long", () => {
    const entries = Array.from({ length: 400 }, (_, index) => `entry-${index}`).join(" ");
    const command = `xargs kubectl delete <<'EOF'\n  ${entries}\nEOF`;
    const finding = fail("stale", { remediation: { summary: "Delete.", commands: [command] } });
    const lines = print(report({ mesh: [failed("stale-workloads", finding)] }), { width: 60 });
    expect(lines).toContain(`       ${command}\n`);
  });
});

describe("east-west gateways", () => {
  const row = { namespace: "ns", ready: "1/1", restarts: 0, age: "5m0s" };
  const source = (findings: Finding[], told: number[][]): Report =>
    report({
      clusters: [
        cluster(
          "a",
          result("pods-eastwest", {
            findings,
            data: {
              gateways: told.map((indices, index) => ({
                namespace: "ns",
                name: `gw-${index}`,
                status: index === 0 ? "pass" : "fail",
                summary: index === 0 ? "all pods healthy" : "it is broken",
                rows: [{ ...row, name: `gw-${index}-pod`, status: "Running" }],
                findings: indices,
              })),
            },
          }),
        ),
      ],
    });

  test("one line each, with what is about each", () => {
    const lines = print(source([pass("fine"), fault], [[0], [1]]));
    expect(lines).toContain(`✅ Pod Check (eastwest gateway ns/gw-0): all pods healthy
❌ Pod Check (eastwest gateway ns/gw-1): it is broken
     → Mend it.
`);
  });

  test("a section each when verbose", () => {
    const lines = print(source([pass("fine"), fault], [[0], [1]]), { verbose: true });
    expect(lines).toContain(`--- Pod Check (eastwest gateway ns/gw-1) ---

NAME         READY     STATUS      RESTARTS     AGE
gw-1-pod     1/1       Running     0            5m0s

❌ Pod Check (eastwest gateway ns/gw-1): it is broken
`);
  });

  test("what is about none of them is told all the same", () => {
    const lines = print(source([pass("fine"), fault], [[0]]));
    expect(lines).toContain("✅ Pod Check (eastwest gateway ns/gw-0): all pods healthy\n");
    expect(lines).toContain("❌ Check of pods-eastwest: all is well\n  ❌ it is broken\n");
    const none = print(source([skip("no east-west gateway")], []));
    expect(none).toContain("ℹ️ Check of pods-eastwest: all is well\n  ℹ️ no east-west gateway\n");
  });

  test("without data the result stands for itself", () => {
    const checks = [failed("pods-eastwest", error("forbidden", { remediation }))];
    const lines = print(report({ clusters: [cluster("a", ...checks)] }), { verbose: true });
    expect(lines).toContain(
      "--- Check of pods-eastwest ---\n\n❌ Check of pods-eastwest: forbidden\n",
    );
  });
});

describe("verbose details", () => {
  test("restarts as kubectl prints them, and columns closer where they do not fit", () => {
    const name = "istiod-6d9cdf88cf-l47tf";
    const rows = [
      {
        namespace: "ns",
        name,
        ready: "0/1",
        status: "Error",
        restarts: 3,
        restarted: "5m",
        age: "2h",
      },
    ];
    const source = report({ clusters: [cluster("a", result("pods-istiod", { data: { rows } }))] });
    expect(print(source, { verbose: true })).toContain(
      `${name}     0/1       Error      3 (5m ago)     2h\n`,
    );
    expect(print(source, { verbose: true, width: 60 })).toContain(
      `${name}  0/1    Error   3 (5m ago)  2h\n`,
    );
  });

  test("gateways of one name with their namespaces, and what they lack", () => {
    const gateway: Omit<GatewaysData["gateways"][number], "namespace"> = {
      name: "gw",
      addresses: [],
      status: "fail",
      state: "not programmed",
    };
    const gateways: GatewaysData["gateways"] = [
      { ...gateway, namespace: "one" },
      { ...gateway, namespace: "two", addresses: ["192.0.2.1"], status: "pass" },
    ];
    const peers: PeersData["peers"] = [
      {
        namespace: "one",
        name: "p",
        cluster: "b",
        addresses: [],
        conditions: [],
        status: "fail",
        state: "not connected",
        connected: false,
        self: false,
      },
    ];
    const checks = [
      result("gateways", { data: { gateways } }),
      result("peers", { data: { peers } }),
    ];
    const lines = print(report({ clusters: [cluster("a", ...checks)] }), { verbose: true });
    expect(lines).toContain("Gateway: one/gw\nAddresses: none\nStatus: not programmed ❌\n");
    expect(lines).toContain("Gateway: two/gw\nAddresses:\n- 192.0.2.1\nStatus:");
    expect(lines).toContain(
      "Cluster: b\nAddresses: none\nConditions: none\nStatus: not connected ❌\n",
    );
  });
});

describe("a cluster that is down", () => {
  const unread = skip("not checked: the cluster could not be reached", { blockedBy: "connection" });
  const down = cluster(
    "down",
    failed("connection", error("no route to host", { remediation })),
    ...["license", "gateways", "peers"].map((id) => failed(id, unread)),
  );
  const absent = skip("down not checked: it could not be reached", {
    cluster: "down",
    blockedBy: "down/connection",
  });

  test("is one finding, in its block and across clusters", () => {
    const up = cluster("up", result("connection"), result("license"));
    const summary = "all is well (not checked: down)";
    const mesh = [result("certs", { summary, status: "pass", findings: [pass("fine"), absent] })];
    expect(print(report({ clusters: [down, up], mesh }))).toBe(`=== Cluster: down ===
❌ Check of connection: no route to host
     → Mend it.
       kubectl --context a get pods
ℹ️ 3 other checks skipped (blocked by connection)
======

=== Cluster: up ===
✅ Check of license: all is well
✅ Check of connection: all is well
======

✅ Check of certs: all is well (not checked: down)

=== 1 fault ===
 1. ❌ down/connection: no route to host
       kubectl --context a get pods
======
`);
  });

  test("has no lines across clusters when there is no other", () => {
    const mesh = ["certs", "network"].map((id) => result(id, { findings: [absent] }));
    const lines = print(report({ clusters: [cluster("down", ...down.checks.slice(0, 1))], mesh }));
    expect(lines).not.toContain("other check");
    expect(lines).toContain(
      "======\n\nℹ️ 2 checks across clusters skipped (blocked by connection)\n",
    );
    expect(lines).not.toContain("Check of certs");
  });

  test("says nothing of checks that judged the others", () => {
    const up = cluster("up", result("connection"));
    const mesh = [result("services", { summary: "none (not checked: down)", findings: [absent] })];
    expect(print(report({ clusters: [down, up], mesh }))).toContain(
      "ℹ️ Check of services: none (not checked: down)\n",
    );
  });

  test("verbose has every check", () => {
    const mesh = [result("certs", { findings: [pass("fine"), absent] })];
    const lines = print(report({ clusters: [down], mesh }), { verbose: true });
    expect(lines).toContain(
      "ℹ️ Check of license: not checked: the cluster could not be reached (blocked by connection)",
    );
    expect(lines).toContain(
      "  ℹ️ down not checked: it could not be reached (blocked by down/connection)",
    );
  });
});

describe("many clusters", () => {
  test("six have a block each", () => {
    const lines = print(report({ clusters: clusters(6, result("license")) }));
    expect(lines.match(/^=== Cluster/gm)).toHaveLength(6);
  });

  test("of seven those without a fault are one line each", () => {
    const all = clusters(7, result("license"), result("gateways"));
    const [, , third] = all;
    third?.checks.splice(0, 1, failed("license"));
    expect(print(report({ clusters: all }))).toBe(`✅ ctx-1: all 2 checks passed
✅ ctx-2: all 2 checks passed

=== Cluster: ctx-3 ===
❌ Check of license: it is broken
     → Mend it.
       kubectl --context a get pods
✅ Check of gateways: all is well
======

✅ ctx-4: all 2 checks passed
✅ ctx-5: all 2 checks passed
✅ ctx-6: all 2 checks passed
✅ ctx-7: all 2 checks passed

=== 1 fault ===
 1. ❌ ctx-3/license: it is broken
       kubectl --context a get pods
======
`);
  });

  test("warnings are told below the line; what was skipped is counted", () => {
    const all = clusters(8, result("license"), result("gateways"));
    all[1]?.checks.splice(0, 1, failed("license", warning));
    all[2]?.checks.splice(0, 1, failed("license", skip("not in precheck")));
    expect(print(report({ clusters: all }))).toContain(`✅ ctx-1: all 2 checks passed

⚠️ ctx-2: 1 check passed, 1 with warnings
⚠️ Check of license: it looks odd
     → Mend it.
       kubectl --context a get pods

✅ ctx-3: 1 check passed, 1 skipped
✅ ctx-4: all 2 checks passed
`);
  });

  test("with verbose each has its block", () => {
    const source = report({ clusters: clusters(7, result("license")) });
    expect(print(source, { verbose: true }).match(/^=== Cluster/gm)).toHaveLength(7);
  });

  test("thirty healthy ones are less than 60 lines", async () => {
    const healthy = await reportOf("healthy");
    const [one] = healthy.clusters;
    const contexts = Array.from({ length: 30 }, (_, index) => `ctx-${index}`);
    const source: Report = {
      ...healthy,
      clusters: contexts.map((context) => ({ ...cluster(context), checks: one?.checks ?? [] })),
      mesh: healthy.mesh.map((check) =>
        check.id === "links" ? { ...check, data: links(contexts) } : check,
      ),
    };
    expect(print(source, { width: 80 }).trimEnd().split("\n").length).toBeLessThan(60);
  });
});

describe("the last line where there is no fault", () => {
  const passed = Array.from({ length: 3 }, () => result("certs", { status: "pass" }));

  test.each<[string, Result[], string]>([
    ["counts what passed", passed, "\n✅ 3 checks passed\n"],
    [
      "what warns and what was skipped beside it",
      [
        ...passed,
        result("links", { status: "warn", findings: [warning] }),
        result("peers", { status: "skip" }),
      ],
      "\n✅ 3 checks passed, 1 check with warnings, 1 skipped\n",
    ],
  ])("%s", (_what, mesh, said) => {
    expect(printWhole(report({ mesh })).endsWith(said)).toBe(true);
  });

  test("says what comes after a precheck", () => {
    const command = "mc link --contexts a,b -n istio-eastwest";
    const unlinked = result("links", {
      status: "skip",
      findings: [
        skip("not linked yet", { remediation: { summary: "Link.", commands: [command] } }),
      ],
    });
    const of = (precheck: boolean): string =>
      printWhole({ ...report({ mesh: [...passed, unlinked] }), precheck });
    expect(of(true)).toMatch(/\nNext: mc link --contexts a,b -n istio-eastwest\n$/);
    expect(of(false)).not.toContain("Next:");
  });
});

describe("the last block", () => {
  test("has faults only, the most fundamental first, and counts the rest", () => {
    const checks = [
      failed("peers"),
      failed("license", error("it was not read", { remediation })),
      failed("platform", warning),
    ];
    const mesh = [failed("links"), failed("certs"), failed("later"), failed("network", warning)];
    const lines = print(report({ clusters: [cluster("a", ...checks)], mesh }));
    expect(lines.slice(lines.indexOf("=== 5"))).toBe(`=== 5 faults, most fundamental first ===
 1. ❌ a/license: it was not read
       kubectl --context a get pods
 2. ❌ certs: it is broken
       kubectl --context a get pods
 3. ❌ a/peers: it is broken
       kubectl --context a get pods
 4. ❌ links: it is broken
       kubectl --context a get pods
 5. ❌ later: it is broken
       kubectl --context a get pods
⚠️ 2 checks with warnings
======
`);
  });

  test("is not there when nothing worse than a warning was found", () => {
    expect(print(report({ mesh: [failed("certs", warning)] }))).not.toContain("===");
  });
});

function links(contexts: readonly string[], changes: Partial<LinksData> = {}): LinksData {
  return {
    clusters: [...contexts],
    unread: [],
    unlinked: [],
    edges: contexts.flatMap((from) =>
      contexts.filter((to) => to !== from).map((to) => edge(from, to)),
    ),
    ...changes,
  };
}

function edge(from: string, to: string, changes: Partial<LinkEdge> = {}): LinkEdge {
  return {
    from,
    to,
    inRun: true,
    gateway: { namespace: "ns", name: `to-${to}` },
    conditions: {},
    state: "connected",
    oneWay: false,
    ...changes,
  };
}

/** The links of a report, below their summary line. */
function draw(data: LinksData, width = WIDE): string {
  return print(report({ mesh: [result("links", { data })] }), { width })
    .split("\n")
    .slice(1)
    .join("\n");
}

function names(number: number): string[] {
  return Array.from({ length: number }, (_, index) => `c${index + 1}`);
}

describe("links", () => {
  test("a table of who is linked to whom, with a key to what is unusual", () => {
    const edges = [
      edge("a", "b"),
      edge("a", "b", { state: "broken" }),
      edge("a", "b"),
      edge("b", "a"),
      edge("b", "c", { oneWay: true }),
      edge("b", "elsewhere", { inRun: false }),
    ];
    expect(draw(links(["a", "b", "c", "d"], { edges, unread: ["d"] })))
      .toBe(`  from \\ to  a   b   c   d
  a          ·   ❌      ?
  b          ✅  ·   ⚠️  ?
  c                  ·   ?
  d          ?   ?   ?   ·
  key: ⚠️ one-way, ? not known, blank: no link
`);
  });

  test("numbers where names do not fit", () => {
    const contexts = ["a", "b", "c"].map(
      (name) => `arn:aws:eks:eu-west-1:1234567890:cluster/${name}`,
    );
    expect(draw(links(contexts), 80)).toBe(`  from \\ to  1   2   3
  1          ·   ✅  ✅
  2          ✅  ·   ✅
  3          ✅  ✅  ·
  1 = arn:aws:eks:eu-west-1:1234567890:cluster/a
  2 = arn:aws:eks:eu-west-1:1234567890:cluster/b
  3 = arn:aws:eks:eu-west-1:1234567890:cluster/c
`);
  });

  test("twelve clusters are a table of at most 80 columns, thirteen a line", () => {
    const table = draw(links(names(12)), 80).split("\n");
    expect(table).toHaveLength(14);
    for (const line of table) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(draw(links(names(13)))).toBe("  156 of 156 possible links connected\n");
  });

  test("of many clusters only the exceptions, and not more than twenty", () => {
    const data = links(names(13));
    const [first, second, ...others] = data.edges;
    if (!first || !second) throw new Error("no edges");
    const odd = [
      { ...first, state: "broken" as const },
      { ...second, oneWay: true },
    ];
    expect(draw({ ...data, edges: [...odd, ...others.slice(1)] }))
      .toBe(`  154 of 156 possible links connected, 1 broken, 1 one-way
  ❌ c1 → c2
  ⚠️ c1 → c3
`);
    const broken = data.edges.map((one) => ({ ...one, state: "broken" as const }));
    const lines = draw({ ...data, edges: broken })
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe("  and 136 more (see -o json)");
  });

  test("nothing for one cluster, or when the check gave none", () => {
    expect(draw(links(["a"]))).toBe("");
    expect(print(report({ mesh: [result("links")] }))).toBe("✅ Check of links: all is well\n");
  });
});

/** Lines of words that are wider: neither commands nor pods nor a single long word are. */
function tooWide(lines: string, width: number): string[] {
  return lines
    .split("\n")
    .filter((line) => !/^ {7}\S|^NAME|\d+\/\d+ /.test(line) && line.trim().split(" ").length > 2)
    .filter((line) => displayWidth(line) > width);
}

describe.each(SCENARIOS)("%s", async (scenario) => {
  const source = await reportOf(scenario);

  test.each([60, 80, 200])("fits in %d columns", (width) => {
    expect(tooWide(print(source, { width }), width)).toEqual([]);
    expect(tooWide(print(source, { width, verbose: true }), width)).toEqual([]);
  });

  test("commands are whole, at any width", () => {
    const findings = [...source.clusters.flatMap(({ checks }) => checks), ...source.mesh].flatMap(
      (check) => check.findings,
    );
    const lines = print(source, { width: 60 }).split("\n");
    for (const { severity, remediation: remedy, blockedBy } of findings) {
      if (severity === "pass" || blockedBy) continue;
      for (const command of remedy?.commands ?? []) {
        for (const line of command.split("\n"))
          expect(lines.map((one) => one.trim())).toContain(line.trim());
      }
    }
  });

  test("colours change nothing but colours, and are there only when asked for", () => {
    const plain = print(source, { width: 80 });
    const coloured = print(source, { width: 80, color: true });
    expect(plain).not.toContain("\u001B");
    expect(coloured).toContain("\u001B[1m");
    expect(coloured.replaceAll(/\p{Cc}\[\d+m/gu, "")).toBe(plain);
  });
});

describe("hostile texts", async () => {
  const broken = await reportOf("broken");
  const linked = {
    ...broken,
    mesh: [...broken.mesh, result("links", { data: links(["a", "b"]) })],
  };
  const UNSAFE = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
  const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));

  test("no control character but the line break, no invisible one, whatever the strings are", () => {
    assert(
      property(anything, (part) => {
        for (const verbose of [false, true]) {
          const source = withTexts(linked, (before) => `${before.slice(0, 10)}${part}`);
          expect(print(source, { verbose, width: 80 })).not.toMatch(UNSAFE);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("they do not fill the screen", () => {
    const long = withTexts(linked, (before) => before + "x".repeat(5000));
    const prose = print(long)
      .split("\n")
      .filter((line) => !line.startsWith("       "));
    expect(prose.length).toBeLessThanOrEqual(print(linked).split("\n").length);
    expect(Math.max(...prose.map(({ length }) => length))).toBeLessThan(2100);
    const label = fail(`label ${"x".repeat(1_000_000)}`, { remediation });
    expect(print(report({ mesh: [failed("certs", label)] })).length).toBeLessThan(5000);
  });
});
