import { describe, expect, test } from "vitest";
import { services } from "../../../src/checks/services/check.ts";
import type { MeshConfigFact, ServiceFact, ServicePort } from "../../../src/model/facts.ts";
import {
  COMMUNITY,
  env,
  istiod,
  labels,
  namespace,
  runMesh,
  service,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

const SCOPE = "solo.io/service-scope";

function port(number: number, protocol = "TCP", name = ""): ServicePort {
  return { name, port: number, protocol };
}

function reviews(scope?: string, changes: Partial<ServiceFact> = {}): ServiceFact {
  return service({
    namespace: "bookinfo",
    name: "reviews",
    labels: labels(scope === undefined ? {} : { [SCOPE]: scope }),
    ports: [port(9080)],
    ...changes,
  });
}

function having(...all: ServiceFact[]): TestMember {
  return { changes: { services: all } };
}

/** Namespace bookinfo with a scope, or without. */
function namespaced(scope: string | undefined, ...all: ServiceFact[]): TestMember {
  const bookinfo = namespace("bookinfo", scope === undefined ? {} : { [SCOPE]: scope });
  return { changes: { services: all, namespaces: [bookinfo] } };
}

const AMBIENT = {
  judged: [istiod({ env: env({ AMBIENT_ENABLE_MULTI_NETWORK: "true" }) })],
  others: [],
};

function config(changes: Partial<MeshConfigFact>): MeshConfigFact {
  return {
    revision: "default",
    configMap: "istio",
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    ...changes,
  };
}

test("none", () => {
  const verdict = runMesh(services);
  expect(verdict).toEqual({ summary: "no globally shared services found", findings: [] });
});

test("the same everywhere, in any order of ports and by any name", () => {
  const ports = [port(80, "TCP", "http"), port(53, "UDP"), port(53)];
  const verdict = runMesh(services, {
    a: having(reviews("global", { ports })),
    b: having(reviews("global", { ports: [port(53), port(80, "TCP", "web"), port(53, "UDP")] })),
  });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("1 globally shared service is consistent");
  expect(messagesOf(verdict, "pass")).toEqual([
    "Service bookinfo/reviews is the same in ctx-a, ctx-b",
  ]);
});

test("in one cluster only", () => {
  const verdict = runMesh(services, {
    a: having(reviews("global"), reviews("segment", { name: "ratings" })),
    b: having(),
  });
  expect(verdict.findings).toEqual([]);
  expect(verdict.summary).toBe(
    "nothing to compare: 2 services are globally shared by one cluster only",
  );
  const one = runMesh(services, { a: having(reviews("global")), b: having(reviews()) });
  expect(one.summary).toBe("nothing to compare: 1 service is globally shared by one cluster only");
  const some = runMesh(services, {
    a: having(reviews("global")),
    b: having(reviews("global"), reviews("global", { name: "ratings" })),
  });
  expect(some.summary).toBe(
    "1 globally shared service is consistent; 1 more shared by one cluster only",
  );
});

describe("differences", () => {
  test("of ports are named once a service, with who has which", () => {
    const other = [port(9080), port(9090)];
    const verdict = runMesh(services, {
      a: having(reviews("global")),
      b: having(reviews("global", { ports: other })),
      c: having(reviews("global")),
    });
    expect(notPassed(verdict)).toEqual(["fail"]);
    expect(messagesOf(verdict, "fail")).toEqual([
      "Service bookinfo/reviews has different ports: 9080/TCP in ctx-a, ctx-c; 9080/TCP, 9090/TCP in ctx-b",
    ]);
    expect(ofSeverity(verdict, "fail")[0]?.object).toEqual({
      kind: "Service",
      namespace: "bookinfo",
      name: "reviews",
    });
    expect(commandsOf(verdict, "fail")).toEqual([
      "kubectl --context ctx-a -n bookinfo get service reviews -o yaml",
      "kubectl --context ctx-b -n bookinfo get service reviews -o yaml",
    ]);
  });

  test("of protocols, and ports that are missing or malformed", () => {
    const malformed = { name: "", protocol: "TCP" };
    const verdict = runMesh(services, {
      a: having(reviews("global", { ports: [port(53, "UDP")] })),
      b: having(reviews("global", { ports: [port(53)] })),
      c: having(reviews("global", { ports: [] })),
      d: having(reviews("global", { ports: [malformed, malformed] })),
    });
    expect(messagesOf(verdict, "fail")[0]).toContain(
      "53/UDP in ctx-a; 53/TCP in ctx-b; no ports in ctx-c; ?/TCP in ctx-d",
    );
  });

  test("of scopes: the label that most have is suggested", () => {
    const verdict = runMesh(services, {
      a: having(reviews("global-only")),
      b: having(reviews("global")),
      c: namespaced("global", reviews()),
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "Service bookinfo/reviews has different scopes: global-only in ctx-a; global in ctx-b, ctx-c",
    ]);
    expect(commandsOf(verdict, "fail")).toEqual([
      `kubectl --context ctx-a -n bookinfo label service reviews ${SCOPE}=global --overwrite`,
    ]);
  });

  test("of both are two findings", () => {
    const verdict = runMesh(services, {
      a: having(reviews("global-only")),
      b: having(reviews("global", { ports: [port(1)] })),
    });
    expect(verdict.summary).toBe("2 faults");
    expect(commandsOf(verdict, "fail")[2]).toContain("--context ctx-b");
  });
});

describe("shared in one cluster, not in another", () => {
  test("by the Service's label", () => {
    const verdict = runMesh(services, {
      a: having(reviews("global")),
      b: having(reviews()),
      c: having(),
    });
    expect(notPassed(verdict)).toEqual(["info"]);
    expect(messagesOf(verdict, "info")).toEqual([
      "Service bookinfo/reviews is shared in ctx-a, but not in ctx-b",
    ]);
    expect(commandsOf(verdict, "info")).toEqual([
      `kubectl --context ctx-b -n bookinfo label service reviews ${SCOPE}=global --overwrite`,
    ]);
    expect(verdict.findings[0]?.object).toEqual({
      kind: "Service",
      namespace: "bookinfo",
      name: "reviews",
    });
  });

  test.each(["segment", "global-only"])("with the scope that it has there: %s", (scope) => {
    const verdict = runMesh(services, {
      a: having(reviews("global")),
      b: having(reviews(scope)),
      c: having(reviews(scope)),
      d: having(reviews()),
    });
    expect(commandsOf(verdict, "info")).toEqual([
      `kubectl --context ctx-d -n bookinfo label service reviews ${SCOPE}=${scope} --overwrite`,
    ]);
  });

  test("a label that does not share wins over the namespace's", () => {
    const verdict = runMesh(services, {
      a: having(reviews("global")),
      b: namespaced("global", reviews("local")),
    });
    expect(messagesOf(verdict, "info")).toHaveLength(1);
  });

  test("several of a namespace are one finding", () => {
    const names = ["reviews", "ratings", "details"];
    const verdict = runMesh(services, {
      a: namespaced("global", ...names.map((name) => reviews(undefined, { name }))),
      b: namespaced(undefined, ...names.map((name) => reviews(undefined, { name }))),
    });
    expect(messagesOf(verdict, "info")).toEqual([
      "Services bookinfo/details, bookinfo/ratings, bookinfo/reviews are shared in ctx-a, but not in ctx-b",
    ]);
    expect(verdict.findings[0]).not.toHaveProperty("object");
  });

  test("a namespace that exists elsewhere without the label", () => {
    const verdict = runMesh(services, {
      a: namespaced("global", reviews()),
      b: namespaced(undefined),
      c: having(),
      d: namespaced("global", reviews()),
    });
    expect(messagesOf(verdict, "info")).toEqual([
      `Namespace bookinfo is labelled ${SCOPE} in ctx-a, ctx-d, but not in ctx-b`,
    ]);
    expect(ofSeverity(verdict, "info")[0]?.object).toEqual({ kind: "Namespace", name: "bookinfo" });
  });
});

test("thousands of services in many clusters are compared at once", () => {
  const many = Array.from({ length: 2000 }, (_, index) => reviews("global", { name: `s${index}` }));
  const ids = Array.from({ length: 10 }, (_, index) => String.fromCodePoint(97 + index));
  const verdict = runMesh(services, Object.fromEntries(ids.map((id) => [id, having(...many)])));
  expect(verdict.summary).toBe("2000 globally shared services are consistent");
});

test("one cluster: skipped", () => {
  const verdict = runMesh(services, { a: having(reviews("global")) });
  expect(notPassed(verdict)).toEqual(["skip"]);
  expect(verdict.summary).toBe(
    "skipped: only one cluster is checked, so global services are not compared",
  );
});

describe("in Segments", () => {
  const SEGMENT = "admin.solo.io/segment";

  function within(name: string | undefined, bookinfo: string | undefined, ...all: ServiceFact[]) {
    const namespaces = [
      namespace("istio-system", name === undefined ? {} : { [SEGMENT]: name }),
      namespace("bookinfo", bookinfo === undefined ? {} : { [SCOPE]: bookinfo }),
    ];
    return { changes: { services: all, namespaces } };
  }

  const other = { ports: [port(1)] };

  test("services of two are not compared, nor said to be shared in one only", () => {
    const verdict = runMesh(services, {
      a: within("acme", "global", reviews()),
      b: within(
        "acquired",
        undefined,
        reviews("segment", other),
        reviews(undefined, { name: "x" }),
      ),
      c: within(undefined, undefined, reviews()),
    });
    expect(verdict.findings).toEqual([
      {
        severity: "info",
        message:
          "services are compared within a segment only, as others do not see them; acme: ctx-a, acquired: ctx-b, none: ctx-c",
      },
    ]);
    expect(verdict.summary).toBe(
      "nothing to compare: 2 services are globally shared by one cluster only",
    );
  });

  test("services of one are, and of all the rest", () => {
    const verdict = runMesh(services, {
      a: within("acme", undefined, reviews("global")),
      b: within("acme", undefined, reviews("global", other)),
      c: within(undefined, undefined, reviews("global")),
      d: within(undefined, undefined, reviews("global")),
    });
    expect(messagesOf(verdict, "fail")).toEqual([
      "Service bookinfo/reviews has different ports: 9080/TCP in ctx-a; 1/TCP in ctx-b",
    ]);
    expect(messagesOf(verdict, "pass")).toEqual([
      "Service bookinfo/reviews is the same in ctx-c, ctx-d",
    ]);
  });

  test("say nothing where no service is shared", () => {
    const verdict = runMesh(services, {
      a: within("acme", undefined, reviews()),
      b: within("acquired", undefined, reviews()),
    });
    expect(verdict).toEqual({ summary: "no globally shared services found", findings: [] });
  });
});

describe("with remote secrets", () => {
  const ratings = (changes: Partial<ServiceFact> = {}) =>
    service({
      namespace: "bookinfo",
      name: "ratings",
      labels: labels({}),
      ports: [port(9080)],
      ...changes,
    });
  const judge = (first: ServiceFact, second: ServiceFact, more: TestMember["changes"] = {}) =>
    runMesh(
      services,
      {
        a: { changes: { services: [first], ...more } },
        b: { changes: { services: [second], ...more } },
      },
      COMMUNITY,
    );

  test("Services that are called alike are alike", () => {
    const verdict = judge(ratings(), ratings({ type: "LoadBalancer", addresses: ["192.0.2.9"] }));
    expect(verdict.summary).toBe("1 service of several clusters is alike");
    expect(messagesOf(verdict, "pass")).toEqual([
      "Service bookinfo/ratings is the same in ctx-a, ctx-b",
    ]);
  });

  test.each<[string, Partial<ServiceFact>, string]>([
    [
      "ports",
      { ports: [port(80)] },
      "Service bookinfo/ratings has different ports: 9080/TCP in ctx-a; 80/TCP in ctx-b",
    ],
    [
      "cluster IPs",
      { clusterIPs: [] },
      "Service bookinfo/ratings is not alike: with a cluster IP in ctx-a; headless in ctx-b",
    ],
    [
      "types",
      { type: "ExternalName", externalName: "x" },
      "Service bookinfo/ratings is not alike: with a cluster IP in ctx-a; an ExternalName in ctx-b",
    ],
  ])("but for their %s", (_, changes, message) => {
    const verdict = judge(ratings(), ratings(changes));
    expect(messagesOf(verdict, "warn")).toEqual([message]);
    expect(commandsOf(verdict, "warn")).toHaveLength(2);
  });

  const other = { ports: [port(80)] };
  const local = config({ clusterLocalHosts: ["*.bookinfo.svc.cluster.local"] });

  test.each<[string, Partial<ServiceFact>, TestMember["changes"]]>([
    ["of the istio namespace", { namespace: "istio-system" }, {}],
    ["of kube-system", { namespace: "kube-system" }, {}],
    ["the API server's", { namespace: "default", name: "kubernetes" }, {}],
    ["that keep to their cluster", {}, { meshConfigs: [local] }],
    ["of gateways", { labels: labels({ "topology.istio.io/network": "n" }) }, {}],
    ["of waypoints", { labels: labels({ "gateway.networking.k8s.io/gateway-name": "w" }) }, {}],
    ["that ambient does not share", {}, { istiods: AMBIENT }],
  ])("those %s are not compared", (_, changes, more) => {
    const verdict = judge(ratings(changes), ratings({ ...changes, ...other }), more);
    expect(verdict).toEqual({ summary: "clusters have no service in common", findings: [] });
  });

  test("those that ambient shares are", () => {
    const global = { labels: labels({ "istio.io/global": "true" }) };
    const verdict = judge(ratings(global), ratings({ ...global, ...other }), { istiods: AMBIENT });
    expect(notPassed(verdict)).toEqual(["warn"]);
  });

  test("several are counted", () => {
    const two = [ratings(), ratings({ name: "details" })];
    const members = { a: having(...two), b: having(...two) };
    expect(runMesh(services, members, COMMUNITY).summary).toBe(
      "2 services of several clusters are alike",
    );
  });
});
