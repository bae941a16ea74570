import { describe, expect, it } from "vitest";
import type { ProbeAttempt, ProbeReport } from "../../src/model/probe.ts";
import type { Report } from "../../src/model/report.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { HOSTILE, report, result } from "./reports.ts";
import { parseXml } from "./xml.ts";

const OBJECT = { kind: "Gateway", namespace: "istio-eastwest", name: "istio-eastwest" };

function attempt(changes: Partial<ProbeAttempt> = {}): ProbeAttempt {
  return {
    to: "ctx-b",
    object: OBJECT,
    purpose: "discovery",
    address: "192.0.2.98",
    port: 15_012,
    verdict: "connected",
    message: "istiod.istio-system.svc answers, verified by the roots of ctx-a",
    links: [],
    ...changes,
  };
}

const PROBE: ProbeReport = {
  from: "this machine",
  timeoutMs: 5000,
  recorded: ["ctx-a"],
  attempts: [
    attempt({ connectMs: 1.5, handshakeMs: 9.5 }),
    attempt({
      purpose: "traffic",
      address: "2001:db8::1",
      port: 15_008,
      verdict: "timed-out",
      message: "nothing answers within 5s",
      hint: "look at the firewall",
    }),
    attempt({ to: "ctx-c", verdict: "not-tried", message: "its address is none" }),
  ],
  apiServers: [
    {
      from: "ctx-a",
      secret: { kind: "Secret", namespace: "istio-system", name: "istio-remote-secret-b" },
      cluster: "b",
      server: "b.example:6443",
      verdict: "denied",
      message: "b.example:6443 does not know the credentials",
    },
  ],
  notes: ["3 more nodes of ctx-b were not tried at 31008"],
};

function withProbe(probe: ProbeReport = PROBE): Report {
  const checks = [result("gateways")];
  return { ...report({ clusters: [{ context: "ctx-a", checks }] }), probe };
}

async function printed(format: string, source: Report, ascii = false): Promise<string> {
  const reporter = await REPORTERS[format]?.();
  if (!reporter) throw new Error(`there is no format ${format}`);
  const width = Number.POSITIVE_INFINITY;
  return reporter(source, { color: false, width, verbose: false, views: {}, ascii });
}

describe("what was tried", () => {
  it("stands below the checks in text, and is no fault", async () => {
    const text = await printed("text", withProbe());
    expect(text.slice(text.indexOf("=== Probe"))).toBe(
      [
        "=== Probe from this machine: 1 of 4 connected ===",
        "Tried from the machine on which mc runs, which is none of the clusters: what it cannot reach they may, and the other way round. It counts for no check.",
        "✅ ctx-b (discovery) at 192.0.2.98:15012: connected: istiod.istio-system.svc answers, verified by the roots of ctx-a (11 ms)",
        "⚠️ ctx-b (traffic) at [2001:db8::1]:15008: timed out: nothing answers within 5s",
        "     → look at the firewall",
        "ℹ️ ctx-c (discovery) at 192.0.2.98:15012: not tried: its address is none",
        "⚠️ API server of b as ctx-a knows it (Secret istio-system/istio-remote-secret-b): denied: b.example:6443 does not know the credentials",
        "ℹ️ the addresses of ctx-a are those of a recording, and may be others by now",
        "ℹ️ 3 more nodes of ctx-b were not tried at 31008",
        "======",
        "",
        "✅ 1 check passed",
        "",
      ].join("\n"),
    );
  });

  it("is in ASCII where nothing else shows", async () => {
    const text = await printed("text", withProbe(), true);
    expect(text).toContain("[warn] ctx-b (traffic)");
    expect(text).toContain("     -> look at the firewall");
  });

  it("stands in Markdown and HTML with what it means", async () => {
    const markdown = await printed("markdown", withProbe());
    expect(markdown).toContain("### Probe from this machine: 1 of 4 connected");
    expect(markdown).toContain("(look at the firewall)");
    const html = await printed("html", withProbe());
    expect(html).toContain('<h2 id="probe">Probe from this machine: 1 of 4 connected</h2>');
    expect(html).toContain('<p class="minor">look at the firewall</p>');
  });

  it("has a suite of its own in JUnit, in which nothing fails", async () => {
    const xml = await printed("junit", withProbe());
    const suites = parseXml(xml).children.filter(({ name }) => name === "testsuite");
    const suite = suites.at(-1);
    expect(suite?.attributes).toMatchObject({
      name: "Probe from this machine",
      tests: "4",
      failures: "0",
      errors: "0",
      skipped: "1",
    });
    expect(suite?.children.map(({ attributes }) => attributes["name"])).toEqual([
      "ctx-b (discovery) at 192.0.2.98:15012",
      "ctx-b (traffic) at [2001:db8::1]:15008",
      "ctx-c (discovery) at 192.0.2.98:15012",
      "API server of b as ctx-a knows it (Secret istio-system/istio-remote-secret-b)",
    ]);
    expect(xml).not.toMatch(/<(failure|error)\b/);
  });

  it("is measured for Prometheus, but for what was not tried", async () => {
    const text = await printed("prometheus", withProbe());
    const lines = text.split("\n").filter((line) => line.startsWith("mc_probe"));
    expect(lines).toEqual([
      'mc_probe_connected{to="ctx-b",purpose="discovery",address="192.0.2.98",port="15012",cluster=""} 1',
      'mc_probe_connected{to="ctx-b",purpose="traffic",address="2001:db8::1",port="15008",cluster=""} 0',
      'mc_probe_handshake_seconds{to="ctx-b",purpose="discovery",address="192.0.2.98",port="15012",cluster=""} 0.0095',
    ]);
  });

  it("is a property of a SARIF run, not a result", async () => {
    const { runs } = JSON.parse(await printed("sarif", withProbe())) as {
      runs: { results: unknown[]; properties: { probe: string[] } }[];
    };
    expect(runs[0]?.results).toEqual([]);
    expect(runs[0]?.properties.probe.length).toBe(6);
  });

  it("is in JSON and YAML as it is", async () => {
    expect(JSON.parse(await printed("json", withProbe()))).toMatchObject({ probe: PROBE });
    expect(await printed("yaml", withProbe())).toContain("verdict: timed-out");
  });
});

it("says so where there was nothing to try", async () => {
  const nothing = { ...PROBE, attempts: [], apiServers: [], notes: [], recorded: [] };
  const text = await printed("text", withProbe(nothing));
  expect(text).toContain("=== Probe from this machine: there was nothing to try ===");
  expect(await printed("markdown", withProbe(nothing))).toContain("It counts for no check");
});

it.each(Object.keys(REPORTERS))("%s has nothing of it without --probe", async (format) => {
  const { probe: _probe, ...plain } = withProbe();
  expect(await printed(format, plain)).not.toMatch(/probe/i);
});

it.each(HOSTILE)("keeps what a server may say from doing harm: %j", async (text) => {
  const hostile = withProbe({
    ...PROBE,
    attempts: [attempt({ to: text, address: text, message: text, hint: text })],
    notes: [text],
  });
  const shown = await printed("text", hostile);
  expect(shown).not.toMatch(/(?!\n)[\p{Cc}\u202E\u2066\u200B]/u);
  const suites = parseXml(await printed("junit", hostile)).children;
  expect(suites.length).toBe(2);
  const page = await printed("html", hostile);
  expect(page).not.toContain("<script>");
});
