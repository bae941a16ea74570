import { describe, expect, test } from "vitest";
import { pageOf } from "../../src/lib/pages.ts";
import { isFault } from "../../src/model/finding.ts";
import type { Report } from "../../src/model/report.ts";
import { closed, compile, problems, published as publishedAs } from "../support/schemas.ts";
import { schemas } from "../support/write-schema.ts";
import current from "../../schema/mc.check.v1.schema.json" with { type: "json" };
import published from "./published.schema.json" with { type: "json" };
import { reportOf, SCENARIOS } from "./reports.ts";

type Json = Record<string, unknown>;

const all = schemas();
const schema = all["mc.check.v1.schema.json"];

test.each(Object.keys(all))("%s is what the types say (npm run schema)", (file) => {
  expect(publishedAs(file)).toEqual(JSON.parse(JSON.stringify(all[file])));
});

test("its address is one that readers can fetch", () => {
  expect(new URL(current.$id).pathname).toBe("/istio-mc/schema/mc.check.v1.schema.json");
});

const validate = compile(schema);
const validateClosed = compile(closed(schema) as object);
/** As it was when it was first given out: what readers may rely on for good. */
const validatePublished = compile(published, false);

/** Ids of checks whose `data` has a schema. */
const TYPED = new Set(
  (schema.$defs["result"]?.allOf ?? []).map((rule) => rule.if.properties.id.const),
);

describe.each(SCENARIOS)("the report of %s", (scenario) => {
  test.each([false, true])("is as the schema says (precheck %s)", async (precheck) => {
    const report: unknown = JSON.parse(JSON.stringify(await reportOf(scenario, precheck)));
    expect(problems(validate, report)).toEqual([]);
    expect(problems(validateClosed, report)).toEqual([]);
    expect(problems(validatePublished, report)).toEqual([]);
    const { clusters, mesh } = report as Report;
    const results = [...clusters.flatMap(({ checks }) => checks), ...mesh];
    const untyped = results.filter(({ id, data }) => data !== undefined && !TYPED.has(id));
    expect(untyped.map(({ id }) => id)).toEqual([]);
    for (const { id, findings } of results) {
      const pages = findings.filter(({ severity }) => isFault(severity)).map(({ docs }) => docs);
      expect(new Set(pages).isSubsetOf(new Set([pageOf(id)]))).toBe(true);
    }
  });
});

/** The report with one value replaced, or left out when it is undefined. */
function changed(report: Json, path: (string | number)[], value: unknown): Json {
  const copy = structuredClone(report);
  let place: Json = copy;
  for (const key of path.slice(0, -1)) place = place[key] as Json;
  const last = path.at(-1) ?? "";
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

describe("the schema", async () => {
  const report = (await reportOf("broken")) as unknown as Json & Report;
  const mesh = (id: string): (string | number)[] => [
    "mesh",
    report.mesh.findIndex((result) => result.id === id),
  ];
  const first = (id: string): (string | number)[] => [
    "clusters",
    0,
    "checks",
    report.clusters[0]?.checks.findIndex((result) => result.id === id) ?? -1,
  ];

  test.each<[string, (string | number)[], unknown]>([
    ["another version", ["schemaVersion"], "mc.check/v2"],
    ["another tool", ["tool", "name"], "istioctl"],
    ["no version", ["tool", "version"], undefined],
    ["a start that is no time", ["startedAt"], "yesterday"],
    ["a negative duration", ["durationMs"], -1],
    ["an outcome that is none", ["outcome"], "info"],
    ["no precheck", ["precheck"], undefined],
    ["clusters that are no list", ["clusters"], {}],
    ["a cluster without context", ["clusters", 0, "context"], undefined],
    ["a result without id", [...first("license"), "id"], undefined],
    ["an id that is no name", [...first("license"), "id"], "License Check"],
    ["an unknown status", [...first("license"), "status"], "ok"],
    ["no summary line", [...first("license"), "summary"], ""],
    ["findings that are null", [...first("license"), "findings"], null],
    ["a finding without message", [...first("license"), "findings", 0, "message"], undefined],
    ["a fault without remediation", [...first("license"), "findings", 0, "remediation"], undefined],
    [
      "commands that are one text",
      [...first("license"), "findings", 0, "remediation", "commands"],
      "x",
    ],
    ["an object without name", [...first("license"), "findings", 0, "object"], { kind: "Pod" }],
    ["an address for a page", [...first("license"), "findings", 0, "docs"], "not a uri"],
    ["pods without rows", [...first("pods-istiod"), "data"], {}],
    [
      "a pod with a word for restarts",
      [...first("pods-istiod"), "data", "rows", 0, "restarts"],
      "0",
    ],
    ["a gateway's status", [...first("gateways"), "data", "gateways", 0, "status"], "good"],
    ["a peer without conditions", [...first("peers"), "data", "peers", 0, "conditions"], undefined],
    [
      "findings of a gateway by name",
      [...first("pods-eastwest"), "data", "gateways", 0, "findings"],
      ["a"],
    ],
    [
      "a fingerprint with colons",
      [...mesh("certs"), "data", "clusters", 0, "roots", 0, "sha256"],
      "AB:CD",
    ],
    ["an expiry in ms", [...mesh("certs"), "data", "clusters", 0, "roots", 0, "notAfter"], 1e12],
    ["a pair without verdict", [...mesh("certs"), "data", "pairs", 0, "ok"], undefined],
    ["a state that is none", [...mesh("links"), "data", "edges", 0, "state"], "half"],
    [
      "a condition that is no text",
      [...mesh("links"), "data", "edges", 0, "conditions"],
      { Accepted: true },
    ],
    ["no count of a status", ["summary", "skip"], undefined],
    ["a count that is no number", ["summary", "fail"], "0"],
  ])("refuses %s", (_what, path, value) => {
    expect(problems(validate, report)).toEqual([]);
    expect(problems(validate, changed(report, path, value))).not.toEqual([]);
  });

  test.each<[string, (string | number)[]]>([
    ["of the report", ["later"]],
    ["of the tool", ["tool", "later"]],
    ["of a cluster", ["clusters", 0, "later"]],
    ["of a result", [...first("license"), "later"]],
    ["of a finding", [...first("license"), "findings", 0, "later"]],
    ["of data", [...mesh("certs"), "data", "later"]],
    ["of a pod", [...first("pods-istiod"), "data", "rows", 0, "later"]],
  ])("accepts fields %s that are added later, its strict form does not", (_where, path) => {
    const later = changed(report, path, 1);
    expect(problems(validate, later)).toEqual([]);
    expect(problems(validateClosed, later)).not.toEqual([]);
  });

  test("accepts data of checks that come later", () => {
    const later = changed(report, first("license"), {
      id: "new-check",
      title: "New Check",
      status: "pass",
      summary: "fine",
      durationMs: 1,
      findings: [],
      data: { anything: 1 },
    });
    expect(problems(validate, later)).toEqual([]);
  });
});
