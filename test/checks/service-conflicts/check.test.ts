import { describe, expect, test } from "vitest";
import { serviceConflicts } from "../../../src/checks/service-conflicts/check.ts";
import type { SegmentAlias } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { labels, namespace, runCluster, service } from "../../support/facts.ts";
import { commandsOf } from "../../support/verdict.ts";

const FINE = "no conflicting service aliases or hostnames found";

function shared(name: string, space: string, more: Record<string, string> = {}) {
  return service({
    name,
    namespace: space,
    labels: labels({ "solo.io/service-scope": "global", ...more }),
  });
}

const SPACES = [
  namespace("istio-system", { "admin.solo.io/segment": "acme" }),
  namespace("bookinfo"),
  namespace("shop"),
];

function alias(pattern: string, matchLabels: Record<string, string> = {}): SegmentAlias {
  return { pattern, matchLabels: labels(matchLabels) };
}

function run(
  aliases: SegmentAlias[],
  services = [shared("web", "bookinfo"), shared("web", "shop")],
) {
  return runCluster(serviceConflicts, {
    services,
    namespaces: SPACES,
    segments: [
      { namespace: "istio-system", name: "acme", domain: "mesh.acme", aliases },
      { namespace: "istio-system", name: "other", domain: "o", aliases: [alias("{service}.o")] },
    ],
  });
}

test("passes in the vendor's words without shared services, and with them", () => {
  expect(runCluster(serviceConflicts)).toEqual({ summary: FINE, findings: [] });
  const services = [shared("web", "bookinfo"), shared("web", "shop"), shared("api", "shop")];
  expect(runCluster(serviceConflicts, { services }).summary).toBe(FINE);
});

test("an alias that does not tell services apart is a warning that names them", () => {
  const verdict = run([alias("{service}.corp.example")]);
  expect(verdict.findings).toMatchObject([
    { severity: "warn", object: { kind: "Service", namespace: "bookinfo", name: "web" } },
  ]);
  expect(verdict.summary).toBe(
    "host web.corp.example is that of Services bookinfo/web (alias {service}.corp.example), shop/web (alias {service}.corp.example), by their names and the aliases of the segment: which of them answers is not known",
  );
  expect(commandsOf(verdict, "warn")).toEqual([
    "kubectl --context ctx-a -n istio-system edit segments.admin.solo.io",
  ]);
});

test("an alias that is the host of another service is one, in any case", () => {
  const services = [shared("web", "shop"), shared("x", "bookinfo", { app: "Web" })];
  const verdict = run([alias("{labels['app']}.shop.mesh.acme")], services);
  expect(verdict.summary).toContain(
    "host web.shop.mesh.acme is that of Services shop/web, bookinfo/x",
  );
});

describe("no conflict is", () => {
  test.each<[string, SegmentAlias[], ReturnType<typeof shared>[] | undefined]>([
    ["an alias with service and namespace", [alias("{service}.{namespace}.corp")], undefined],
    [
      "two aliases that give one service one host",
      [alias("{service}-{namespace}.x"), alias("{service}-{namespace}.x")],
      undefined,
    ],
    [
      "an alias whose selector takes one of them",
      [alias("{service}.x", { tier: "front" })],
      [shared("web", "bookinfo", { tier: "front" }), shared("web", "shop")],
    ],
    [
      "an alias whose label one of them lacks",
      [alias("{service}.{labels['tier']}.x")],
      [shared("web", "bookinfo", { tier: "front" }), shared("web", "shop")],
    ],
    [
      "an alias of a form that is not known",
      [alias("{+service}.x"), alias("{unknown}.x")],
      undefined,
    ],
    [
      "a service with its own cluster's name",
      [alias("{service}.x")],
      [
        shared("web", "bookinfo"),
        shared("web", "shop", { "solo.io/service-scope": "global-only" }),
      ],
    ],
    ["a segment without aliases", [], undefined],
  ])("%s", (_, aliases, services) => {
    expect(run(aliases, services)).toEqual({ summary: FINE, findings: [] });
  });
});

test("aliases by annotations are told as not checked", () => {
  const verdict = run([alias("{annotations['example.com/host']}.x")]);
  expect(verdict.summary).toBe(FINE);
  expect(verdict.findings).toEqual([
    {
      severity: "info",
      message:
        "hosts by annotations of services not checked: alias {annotations['example.com/host']}.x of segment acme",
    },
  ]);
});

test("a segment that says no domain still has aliases", () => {
  const verdict = runCluster(serviceConflicts, {
    services: [shared("web", "bookinfo"), shared("web", "shop")],
    namespaces: SPACES,
    segments: [{ namespace: "istio-system", name: "acme", aliases: [alias("{service}.x")] }],
  });
  expect(verdict.findings).toMatchObject([{ severity: "warn" }]);
});

test("what could not be read is told", () => {
  const refused = missing("forbidden", "refused");
  const services = [shared("web", "bookinfo")];
  const messages = (changes: Parameters<typeof runCluster>[1]) =>
    runCluster(serviceConflicts, { services, ...changes }).findings.map(({ message }) => message);
  expect(messages({ namespaces: refused })).toEqual([
    "services shared by their namespace not checked: refused",
  ]);
  expect(messages({ namespaces: SPACES, segments: refused })).toEqual([
    "aliases of segment acme not checked: refused",
  ]);
});
