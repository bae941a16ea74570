import { describe, expect, test } from "vitest";
import { sharedServices } from "../../../src/checks/shared-services/check.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { missing, type Missing } from "../../../src/model/gathered.ts";
import { labels, namespace, runCluster, service } from "../../support/facts.ts";

const SCOPE = "solo.io/service-scope";

function named(name: string, inNamespace: string, scope?: string) {
  return service({
    name,
    namespace: inNamespace,
    labels: labels(scope === undefined ? {} : { [SCOPE]: scope }),
  });
}

function messages(services: ReturnType<typeof named>[], namespaces = [namespace("bookinfo")]) {
  return runCluster(sharedServices, { services, namespaces }).findings.map(
    ({ message }) => message,
  );
}

test("none is an info, as in the sample", () => {
  const verdict = runCluster(sharedServices);
  expect(verdict.summary).toBe("no globally shared services found");
  expect(verdict.findings).toEqual([
    { severity: "info", message: "no globally shared services found" },
  ]);
});

test("one is listed with its host, scope and object", () => {
  const verdict = runCluster(sharedServices, {
    services: [named("reviews", "bookinfo", "global")],
  });
  expect(verdict.summary).toBe("1 globally shared service");
  expect(verdict.findings).toEqual([
    {
      severity: "info",
      message: "reviews.bookinfo.mesh.internal (scope global)",
      object: { kind: "Service", namespace: "bookinfo", name: "reviews" },
    },
  ]);
});

test("several are listed by host, of every shared scope", () => {
  const services = [
    named("ratings", "bookinfo", "segment"),
    named("details", "bookinfo", "global-only"),
    named("details", "apps", "global"),
    named("web", "apps", "global"),
  ];
  expect(messages(services)).toEqual([
    "details.apps.mesh.internal (scope global)",
    "details.bookinfo.svc.cluster.local (scope global-only)",
    "ratings.bookinfo.mesh.internal (scope segment)",
    "web.apps.mesh.internal (scope global)",
  ]);
  expect(runCluster(sharedServices, { services }).summary).toBe("4 globally shared services");
});

test.each(["", "local", "cluster", "Global", "true"])("scope %j is not shared", (scope) => {
  expect(messages([named("reviews", "bookinfo", scope)])).toEqual([
    "no globally shared services found",
  ]);
});

test("without namespaces the services' own labels are all that is known", () => {
  const namespaces = missing("forbidden", "namespaces is forbidden");
  const note = {
    severity: "info",
    message:
      "services shared by a label of their namespace, and the segment of the cluster not checked: namespaces is forbidden",
  };
  expect(runCluster(sharedServices, { namespaces }).findings).toEqual([
    { severity: "info", message: "no globally shared services found" },
    note,
  ]);
  const services = [named("reviews", "bookinfo", "global"), named("ratings", "bookinfo")];
  const verdict = runCluster(sharedServices, { services, namespaces });
  expect(verdict.summary).toBe("1 globally shared service");
  expect(verdict.findings[1]).toEqual(note);
});

test("a namespace's label shares its services, and theirs wins", () => {
  const services = [
    named("reviews", "bookinfo"),
    named("ratings", "bookinfo", "cluster"),
    named("details", "bookinfo", "global-only"),
    named("details", "unknown"),
  ];
  expect(messages(services, [namespace("bookinfo", { [SCOPE]: "global" })])).toEqual([
    "details.bookinfo.svc.cluster.local (scope global-only)",
    "reviews.bookinfo.mesh.internal (scope global of namespace bookinfo)",
  ]);
});

describe("in a Segment", () => {
  const inSegment = [
    namespace("istio-system", { "admin.solo.io/segment": "acme" }),
    namespace("bookinfo"),
  ];
  const services = [
    named("reviews", "bookinfo", "global"),
    named("ratings", "bookinfo", "global-only"),
  ];
  const acme = { namespace: "istio-system", name: "acme" };
  const list = (segments: Facts["segments"] | Missing, namespaces = inSegment): string[] =>
    runCluster(sharedServices, { services, namespaces, segments }).findings.map(
      ({ message }) => message,
    );
  const LOCAL = "ratings.bookinfo.svc.cluster.local (scope global-only)";

  test("hosts have its domain, and with global-only their local name", () => {
    expect(
      list([
        { ...acme, name: "other", domain: "mesh.other" },
        { ...acme, domain: "mesh.acme" },
      ]),
    ).toEqual([LOCAL, "reviews.bookinfo.mesh.acme (scope global)"]);
  });

  test("that other clusters are in, hosts have the usual domain", () => {
    expect(list([{ ...acme, domain: "mesh.acme" }], [namespace("istio-system")])).toEqual([
      LOCAL,
      "reviews.bookinfo.mesh.internal (scope global)",
    ]);
  });

  const UNKNOWN = "reviews.bookinfo (scope global, in segment acme)";
  const NAMED = "Segment acme, which label admin.solo.io/segment of istio-system names,";

  test.each([
    ["that does not exist", [], `${NAMED} does not exist in istio-system`],
    ["without a domain", [acme], `${NAMED} has no domain`],
    ["with an empty domain", [{ ...acme, domain: "" }], `${NAMED} has no domain`],
    [
      "that may not be read",
      missing("forbidden", "segments is forbidden"),
      "domain of segment acme not checked: segments is forbidden",
    ],
  ])("%s no host is claimed", (_, segments, said) => {
    expect(list(segments)).toEqual([LOCAL, UNKNOWN, said]);
  });
});
