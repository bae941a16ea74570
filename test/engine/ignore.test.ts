import { describe, expect, it } from "vitest";
import { ignoreFindings } from "../../src/engine/ignore.ts";
import { fail, info, objectRef, warn } from "../../src/model/finding.ts";
import type { IgnoreEntry } from "../../src/model/ignore.ts";
import type { Report } from "../../src/model/report.ts";
import { remediation, report, result } from "../reporters/reports.ts";

const gateway = objectRef("Gateway", { namespace: "ns", name: "gw" });
const source = report({
  clusters: [
    {
      context: "eu-1",
      checks: [
        result("gateways", { findings: [fail("closed", { remediation, object: gateway })] }),
        result("license", {
          findings: [
            warn("odd", { remediation }),
            fail("expired", { remediation, object: objectRef("Namespace", { name: "x" }) }),
          ],
        }),
      ],
    },
  ],
  mesh: [
    result("links", {
      findings: [
        fail("no link", { remediation, blockedBy: "eu-1/gateways" }),
        fail("no license", { remediation, blockedBy: "eu-1/license" }),
        info("aside", { blockedBy: "eu-1/gateways" }),
      ],
    }),
    result("certs", { findings: [fail("old", { remediation, cluster: "us" })] }),
  ],
});

function entry(more: Partial<IgnoreEntry>): IgnoreEntry {
  return { check: "*", reason: "we know", ...more };
}

/** Messages of what is still a fault. */
function faults({ clusters, mesh }: Report): string[] {
  return [...clusters.flatMap(({ checks }) => checks), ...mesh]
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === "fail" || severity === "warn")
    .map(({ message }) => message);
}

const ALL = ["closed", "odd", "expired", "no link", "no license", "old"];

describe("an entry", () => {
  it.each<[Partial<IgnoreEntry>, string[]]>([
    [{}, ALL],
    [{ check: "gateways" }, ["closed", "no link"]],
    [{ check: "lic*" }, ["odd", "expired", "no license"]],
    [{ cluster: "eu-*" }, ["closed", "odd", "expired", "no link", "no license"]],
    [{ cluster: "us" }, ["old"]],
    [{ object: "Gateway/ns/*" }, ["closed", "no link"]],
    [{ object: "Namespace/x" }, ["expired"]],
    [{ check: "lice.se" }, []],
    [{ until: "2026-01-15" }, ALL],
    [{ until: "2026-01-14" }, []],
  ])("%j makes information of %j", (more, ignored) => {
    const { report: after } = ignoreFindings(source, [entry(more)]);
    expect(faults(after)).toEqual(ALL.filter((message) => !ignored.includes(message)));
  });

  it("of which no fault is like is told, as is one whose time is over", () => {
    const [old, useless, good] = [
      entry({ until: "2026-01-01" }),
      entry({ check: "peers" }),
      entry({ check: "certs" }),
    ];
    expect(ignoreFindings(source, [old, useless, good])).toMatchObject({
      expired: [old],
      unused: [useless],
    });
    expect(ignoreFindings(source, [])).toEqual({ report: source, expired: [], unused: [] });
  });
});

describe("what is ignored", () => {
  it("says so, with what it was, and the report is counted anew", () => {
    const { report: after } = ignoreFindings(source, [entry({ until: "2026-12-31" })]);
    expect(after.outcome).toBe("pass");
    expect(after.summary).toMatchObject({ fail: 0, warn: 0, info: 4 });
    const [gateways] = after.clusters[0]?.checks ?? [];
    expect(gateways).toMatchObject({
      status: "info",
      summary: "1 ignored",
      findings: [
        {
          severity: "info",
          message: "closed (ignored until 2026-12-31: we know)",
          object: gateway,
          ignored: { severity: "fail", message: "closed", reason: "we know", until: "2026-12-31" },
        },
      ],
    });
    expect(gateways?.findings[0]).not.toHaveProperty("remediation");
  });

  it("leaves what else is wrong with its check, and what follows from that", () => {
    const { report: after } = ignoreFindings(source, [entry({ object: "Namespace/x" })]);
    expect(after.clusters[0]?.checks[1]).toMatchObject({ status: "warn", summary: "odd" });
    expect(after.clusters[0]?.checks[0]).toBe(source.clusters[0]?.checks[0]);
    expect(faults(after)).toContain("no license");
  });
});
