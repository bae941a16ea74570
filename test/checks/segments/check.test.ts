import { describe, expect, test } from "vitest";
import { segments } from "../../../src/checks/segments/check.ts";
import type { Facts, SegmentFact } from "../../../src/model/facts.ts";
import { missing, type Missing } from "../../../src/model/gathered.ts";
import { labels, namespace, runMesh, service, type TestMember } from "../../support/facts.ts";
import { commandsOf } from "../../support/verdict.ts";

function segment(name: string, domain?: string): SegmentFact {
  return { namespace: "istio-system", name, ...(domain === undefined ? {} : { domain }) };
}

const ACME = segment("acme", "mesh.acme");
const OTHER = segment("other", "mesh.other");

function member(
  label: string | undefined,
  found: Facts["segments"] | Missing = [ACME, OTHER],
  shared: string[] = [],
): TestMember {
  return {
    changes: {
      namespaces: [
        namespace("istio-system", label === undefined ? {} : { "admin.solo.io/segment": label }),
        namespace("bookinfo"),
      ],
      segments: found,
      services: shared.map((name) =>
        service({
          name,
          namespace: "bookinfo",
          labels: labels({ "solo.io/service-scope": "global" }),
        }),
      ),
    },
  };
}

function run(members: Record<string, TestMember>) {
  const verdict = runMesh(segments, members);
  return { ...verdict, severities: verdict.findings.map(({ severity }) => severity) };
}

test("passes where no cluster is in one", () => {
  expect(runMesh(segments)).toEqual({
    summary: "no cluster is in a segment",
    findings: [{ severity: "pass", message: "no cluster is in a segment" }],
  });
});

test("passes where clusters are in the same", () => {
  expect(run({ a: member("acme"), b: member("acme") })).toMatchObject({
    summary: "segment acme is known by one domain",
    findings: [],
  });
});

test("clusters apart on purpose are told, with what they share under two hosts", () => {
  const verdict = run({
    a: member("acme", [ACME, OTHER], ["details", "ratings"]),
    b: member("other", [ACME, OTHER], ["details"]),
    c: member(undefined, [], ["ratings"]),
  });
  expect(verdict.summary).toBe("segments acme, other are known by one domain");
  expect(verdict.findings).toEqual([
    {
      severity: "info",
      message:
        "clusters are in segments of their own, which do not see each other's services; acme: ctx-a, other: ctx-b, none: ctx-c",
    },
    {
      severity: "info",
      message:
        "shared under a host of each segment, as services of their own: bookinfo/details (details.bookinfo.mesh.acme, details.bookinfo.mesh.other), bookinfo/ratings (ratings.bookinfo.mesh.acme, ratings.bookinfo.mesh.internal)",
    },
  ]);
});

describe("a label that names no Segment", () => {
  test("is a fault, and shows the one that another cluster has", () => {
    const verdict = run({ a: member("acme", []), b: member("acme") });
    expect(verdict.findings).toMatchObject([
      { severity: "fail", cluster: "ctx-a", object: { kind: "Namespace", name: "istio-system" } },
    ]);
    expect(verdict.summary).toBe(
      "segment acme, which label admin.solo.io/segment of namespace istio-system in ctx-a names, does not exist there",
    );
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-b -n istio-system get segments.admin.solo.io -o yaml",
    ]);
  });

  test("shows those that there are where no cluster has it", () => {
    const verdict = run({ a: member("gone"), b: member(undefined, []) });
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a -n istio-system get segments.admin.solo.io -o yaml",
    ]);
  });

  test("is not known where Segments were not read", () => {
    const refused = missing("forbidden", "refused");
    const verdict = run({ a: member("acme", refused, ["details"]), b: member("acme") });
    expect(verdict.findings).toEqual([
      { severity: "info", message: "segment acme of ctx-a not checked: refused", cluster: "ctx-a" },
    ]);
  });
});

test("a Segment without a domain is a warning", () => {
  const verdict = run({ a: member("acme", [segment("acme")]), b: member("acme") });
  expect(verdict.severities).toEqual(["warn"]);
  expect(verdict.summary).toMatch(/ names, has no domain$/);
  expect(commandsOf(verdict, "warn")).toEqual([
    "kubectl --context ctx-a -n istio-system edit segments.admin.solo.io acme",
  ]);
});

test("one Segment with two domains is a fault of the cluster that is alone with its own", () => {
  const verdict = run({
    a: member("acme", [segment("acme", "mesh.corp")]),
    b: member("acme"),
    c: member("acme", [segment("acme", "Mesh.Acme")]),
  });
  expect(verdict.summary).toBe(
    "segment acme has different domains: mesh.corp in ctx-a; mesh.acme in ctx-b, ctx-c",
  );
  expect(verdict.findings).toMatchObject([{ severity: "fail", cluster: "ctx-a" }]);
  expect(commandsOf(verdict, "fail")).toEqual([
    "kubectl --context ctx-a -n istio-system edit segments.admin.solo.io acme",
  ]);
});

test("two Segments with one domain are a fault, in one cluster or across clusters", () => {
  const twin = segment("twin", "mesh.acme");
  const one = run({ a: member("acme", [ACME, twin]), b: member("acme") });
  expect(one.summary).toBe(
    "segments acme, twin have the same domain mesh.acme: acme in ctx-a, ctx-b; twin in ctx-a",
  );
  const two = run({ a: member("acme", [ACME]), b: member("twin", [twin]) });
  expect(two.findings).toMatchObject([
    { severity: "fail", cluster: "ctx-b", object: { kind: "Segment", name: "twin" } },
    { severity: "info" },
  ]);
});

test("a cluster alone is told that there is nothing to compare", () => {
  expect(run({ a: member("acme") }).severities).toEqual(["skip"]);
});

test("Services that were not read are not told of", () => {
  const a = member("acme", [ACME, OTHER], ["details"]);
  const b = member("other", [ACME, OTHER], ["details"]);
  const verdict = run({
    a: { changes: { ...a.changes, services: missing("forbidden", "refused") } },
    b,
  });
  expect(verdict.severities).toEqual(["info"]);
});
