import { expect, test } from "vitest";
import { sharedServices } from "../../../src/checks/shared-services/check.ts";
import { missing } from "../../../src/model/gathered.ts";
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
    "details.bookinfo.mesh.internal (scope global-only)",
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
    message: "services shared by a label of their namespace not checked: namespaces is forbidden",
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
    "details.bookinfo.mesh.internal (scope global-only)",
    "reviews.bookinfo.mesh.internal (scope global of namespace bookinfo)",
  ]);
});
