import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import type { CertificateData, CertsData } from "../../src/checks/certs/data.ts";
import type { LinksData } from "../../src/checks/links/data.ts";
import { error, fail, warn } from "../../src/model/finding.ts";
import { prometheus } from "../../src/reporters/prometheus.ts";
import type { Finding, Report } from "../../src/model/report.ts";
import { HOSTILE, remediation, report, reportOf, result, SCENARIOS, withTexts } from "./reports.ts";

const OPTIONS = { color: true, width: 80, verbose: false, views: VIEWS };

function certificate(subject: string, sha256: string, notAfter: string): CertificateData {
  return {
    subject,
    issuer: subject,
    sha256,
    key: "EC P-256",
    notBefore: notAfter,
    notAfter,
    expiresInDays: 1,
  };
}

const certs: CertsData = {
  clusters: [
    {
      context: "a",
      roots: [
        certificate("CN=Root", "aa", "2030-01-01T00:00:00.000Z"),
        certificate("CN=Root", "bb", "2031-01-01T00:00:00.000Z"),
      ],
      chain: [certificate('CN="I\\"', "cc", "2029-01-01T00:00:00.000Z")],
    },
  ],
  pairs: [],
  notes: [],
};

const link = {
  inRun: true,
  gateway: { namespace: "ns", name: "gw" },
  conditions: {},
  oneWay: false,
};
const links: LinksData = {
  clusters: ["a", "b"],
  unread: [],
  unlinked: [],
  edges: [
    { ...link, from: "a", to: "b", state: "connected" },
    { ...link, from: "a", to: "b", state: "broken" },
    { ...link, from: "a", to: "b", state: "connected" },
    { ...link, from: "b", to: "a", state: "connected" },
  ],
};

test("metrics of a report", () => {
  const source = report({
    clusters: [
      {
        context: "a",
        name: "id-a",
        checks: [
          result("connection"),
          result("license", {
            findings: [
              fail("x", { remediation }),
              fail("y", { remediation }),
              warn("z", { remediation }),
            ],
          }),
        ],
      },
      {
        context: "b",
        checks: [result("connection", { findings: [error("no route", { remediation })] })],
      },
    ],
    mesh: [result("certs", { data: certs }), result("links", { data: links })],
  });
  expect(prometheus(source, OPTIONS)).toBe(`# HELP mc_build_info The version of mc.
# TYPE mc_build_info gauge
mc_build_info{version="1.2.3",cluster=""} 1
# HELP mc_check_run_timestamp_seconds When the checks were run, Unix time.
# TYPE mc_check_run_timestamp_seconds gauge
mc_check_run_timestamp_seconds{cluster=""} 1768478400
# HELP mc_check_run_duration_seconds How long the run took.
# TYPE mc_check_run_duration_seconds gauge
mc_check_run_duration_seconds{cluster=""} 1.234
# HELP mc_check_passed Whether the run passed, as --fail-on has it.
# TYPE mc_check_passed gauge
mc_check_passed{fail_on="fail",cluster=""} 0
# HELP mc_cluster_up Whether the API server of the cluster was reached.
# TYPE mc_cluster_up gauge
mc_cluster_up{context="a",cluster="id-a"} 1
mc_cluster_up{context="b",cluster=""} 0
# HELP mc_check_status Result of a check: 1 for the status that it has.
# TYPE mc_check_status gauge
mc_check_status{context="a",cluster="id-a",check="connection",status="pass"} 1
mc_check_status{context="a",cluster="id-a",check="connection",status="info"} 0
mc_check_status{context="a",cluster="id-a",check="connection",status="warn"} 0
mc_check_status{context="a",cluster="id-a",check="connection",status="fail"} 0
mc_check_status{context="a",cluster="id-a",check="connection",status="error"} 0
mc_check_status{context="a",cluster="id-a",check="connection",status="skip"} 0
mc_check_status{context="a",cluster="id-a",check="license",status="pass"} 0
mc_check_status{context="a",cluster="id-a",check="license",status="info"} 0
mc_check_status{context="a",cluster="id-a",check="license",status="warn"} 0
mc_check_status{context="a",cluster="id-a",check="license",status="fail"} 1
mc_check_status{context="a",cluster="id-a",check="license",status="error"} 0
mc_check_status{context="a",cluster="id-a",check="license",status="skip"} 0
mc_check_status{context="b",cluster="",check="connection",status="pass"} 0
mc_check_status{context="b",cluster="",check="connection",status="info"} 0
mc_check_status{context="b",cluster="",check="connection",status="warn"} 0
mc_check_status{context="b",cluster="",check="connection",status="fail"} 0
mc_check_status{context="b",cluster="",check="connection",status="error"} 1
mc_check_status{context="b",cluster="",check="connection",status="skip"} 0
mc_check_status{context="mesh",cluster="",check="certs",status="pass"} 1
mc_check_status{context="mesh",cluster="",check="certs",status="info"} 0
mc_check_status{context="mesh",cluster="",check="certs",status="warn"} 0
mc_check_status{context="mesh",cluster="",check="certs",status="fail"} 0
mc_check_status{context="mesh",cluster="",check="certs",status="error"} 0
mc_check_status{context="mesh",cluster="",check="certs",status="skip"} 0
mc_check_status{context="mesh",cluster="",check="links",status="pass"} 1
mc_check_status{context="mesh",cluster="",check="links",status="info"} 0
mc_check_status{context="mesh",cluster="",check="links",status="warn"} 0
mc_check_status{context="mesh",cluster="",check="links",status="fail"} 0
mc_check_status{context="mesh",cluster="",check="links",status="error"} 0
mc_check_status{context="mesh",cluster="",check="links",status="skip"} 0
# HELP mc_check_findings Findings of a check by severity.
# TYPE mc_check_findings gauge
mc_check_findings{context="a",cluster="id-a",check="connection",severity="fail"} 0
mc_check_findings{context="a",cluster="id-a",check="connection",severity="error"} 0
mc_check_findings{context="a",cluster="id-a",check="connection",severity="warn"} 0
mc_check_findings{context="a",cluster="id-a",check="license",severity="fail"} 2
mc_check_findings{context="a",cluster="id-a",check="license",severity="error"} 0
mc_check_findings{context="a",cluster="id-a",check="license",severity="warn"} 1
mc_check_findings{context="b",cluster="",check="connection",severity="fail"} 0
mc_check_findings{context="b",cluster="",check="connection",severity="error"} 1
mc_check_findings{context="b",cluster="",check="connection",severity="warn"} 0
mc_check_findings{context="mesh",cluster="",check="certs",severity="fail"} 0
mc_check_findings{context="mesh",cluster="",check="certs",severity="error"} 0
mc_check_findings{context="mesh",cluster="",check="certs",severity="warn"} 0
mc_check_findings{context="mesh",cluster="",check="links",severity="fail"} 0
mc_check_findings{context="mesh",cluster="",check="links",severity="error"} 0
mc_check_findings{context="mesh",cluster="",check="links",severity="warn"} 0
# HELP mc_certificate_expiry_timestamp_seconds When a certificate of the mesh expires, Unix time.
# TYPE mc_certificate_expiry_timestamp_seconds gauge
mc_certificate_expiry_timestamp_seconds{context="a",subject="CN=Root",role="root",sha256="aa",cluster="id-a"} 1893456000
mc_certificate_expiry_timestamp_seconds{context="a",subject="CN=Root",role="root",sha256="bb",cluster="id-a"} 1924992000
mc_certificate_expiry_timestamp_seconds{context="a",subject="CN=\\"I\\\\\\"",role="intermediate",sha256="cc",cluster="id-a"} 1861920000
# HELP mc_link_connected Whether the remote Gateways of one cluster for another are connected.
# TYPE mc_link_connected gauge
mc_link_connected{from="a",to="b",cluster="id-a"} 0
mc_link_connected{from="b",to="a",cluster=""} 1
`);
});

describe("of a cluster that mc runs in", () => {
  const inside = (name: string, ...findings: Finding[]): Report =>
    report({
      clusters: [{ context: "in-cluster", name, checks: [result("license", { findings })] }],
      mesh: [result("certs", { data: { ...certs, clusters: [] } })],
    });
  const series = (text: string): string[] =>
    text.split("\n").flatMap((line) => (/^[a-z]/.test(line) ? line.replace(/ \S+$/, "") : []));

  test("no series is that of another cluster, though both are called in-cluster", () => {
    const [one, other] = ["a", "b"].map((name) => series(prometheus(inside(name), OPTIONS)));
    expect(one?.length).toBeGreaterThan(10);
    expect(new Set(one).isDisjointFrom(new Set(other))).toBe(true);
  });

  test("the time of the last success is kept while runs fail", () => {
    const fault = fail("x", { remediation });
    const line = 'mc_check_last_success_timestamp_seconds{cluster="a"} 1768478400';
    const passed = prometheus(inside("a"), OPTIONS);
    expect(passed).toContain(`\n${line}\n`);
    const later = { ...inside("a", fault), startedAt: "2026-01-16T12:00:00.000Z" };
    const failed = prometheus(later, { ...OPTIONS, previous: passed });
    expect(failed).toContain(`\n${line}\n`);
    expect(prometheus(later, { ...OPTIONS, previous: failed })).toContain(`\n${line}\n`);
    const strange = { ...OPTIONS, previous: "mc_check_last_success_timestamp_seconds NaN" };
    expect(prometheus(later, strange)).not.toContain("last_success");
  });
});

const SAMPLE = /^[a-z_]+(?:\{(?:[a-z_0-9]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? -?\d+(?:\.\d+)?$/;

/** The text format, as the textfile collector reads it: a type before samples, no series twice. */
function problems(output: string): string[] {
  const seen = new Set<string>();
  const typed = new Set<string>();
  return output.split("\n").flatMap((line, index, lines) => {
    if (index === lines.length - 1) return line === "" ? [] : ["no final line break"];
    const type = /^# TYPE (\w+) gauge$/.exec(line)?.[1];
    if (type) {
      if (typed.has(type)) return [`${type} twice`];
      typed.add(type);
      return [];
    }
    if (/^# HELP \w+ [^\\]+$/.test(line)) return [];
    if (!SAMPLE.test(line)) return [`not a sample: ${line}`];
    const series = line.slice(0, line.lastIndexOf(" "));
    if (seen.has(series)) return [`series twice: ${series}`];
    seen.add(series);
    return typed.has(/^\w+/.exec(line)?.[0] ?? "") ? [] : [`no type: ${line}`];
  });
}

describe.each(SCENARIOS)("%s", async (scenario) => {
  const source = await reportOf(scenario);

  test("is text that the collector reads, the same each time", () => {
    const output = prometheus(source, OPTIONS);
    expect(problems(output)).toEqual([]);
    expect(prometheus(source, OPTIONS)).toBe(output);
  });
});

test("hostile labels are escaped, and series stay apart or become one", async () => {
  const broken = await reportOf("broken");
  const anything = oneof(constantFrom(...HOSTILE), string({ unit: "binary", maxLength: 50 }));
  assert(
    property(anything, (part) => {
      const own = withTexts(broken, (before) => before.slice(0, 10) + part);
      expect(problems(prometheus(own, OPTIONS))).toEqual([]);
      const same = withTexts(broken, () => part);
      expect(problems(prometheus({ ...same, mesh: broken.mesh }, OPTIONS))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
