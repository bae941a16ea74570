import { describe, expect, test } from "vitest";
import { endpoints } from "../../../src/checks/endpoints/check.ts";
import { isClusterLocal } from "../../../src/mesh/cluster-local.ts";
import type { EndpointsFact } from "../../../src/model/facts.ts";
import { gathered, missing, valueOr } from "../../../src/model/gathered.ts";
import { COMMUNITY, env, istiod, labels, runMesh, service } from "../../support/facts.ts";
import { messagesOf, notPassed } from "../../support/verdict.ts";

const HOST = "hello.sample.svc.cluster.local";

function seen(...clusters: string[]): EndpointsFact {
  const shards = clusters.map((cluster) => ({ cluster, count: 1, networks: [`net-${cluster}`] }));
  const gateways = ["a", "b"].map((id) => ({
    network: `net-${id}`,
    cluster: id,
    address: "192.0.2.1",
    port: 15_443,
    hbonePort: 0,
  }));
  return {
    services: gathered([{ host: HOST, namespace: "sample", shards }]),
    gateways: gathered(gateways),
  };
}

const both = { changes: { endpoints: seen("a", "b") } };

test("istiods that have each other's endpoints pass", () => {
  const verdict = runMesh(endpoints, { a: both, b: both }, COMMUNITY);
  expect(notPassed(verdict)).toEqual([]);
  expect(messagesOf(verdict, "pass")).toHaveLength(2);
});

test("what another check says is named as the reason", () => {
  const members = { a: { changes: { endpoints: seen("a") } }, b: both };
  const [fault] = runMesh(endpoints, members, COMMUNITY).findings.filter(
    ({ severity }) => severity === "fail",
  );
  expect(fault?.blockedBy).toBe("remote-secrets");
  const timedOut = [
    { namespace: "x", pod: "y", answer: gathered([{ id: "b", status: "timeout" }]) },
  ];
  const late = { a: { changes: { endpoints: seen("a"), remoteClusters: timedOut } }, b: both };
  const [other] = runMesh(endpoints, late, COMMUNITY).findings.filter(
    ({ severity }) => severity === "fail",
  );
  expect(other?.blockedBy).toBe("ctx-a/remote-clusters");
});

test("Secrets that were not read are no reason", () => {
  const unread = missing("forbidden", "no") as never;
  const a = { changes: { endpoints: seen("a"), remoteSecrets: unread } };
  const [fault] = runMesh(endpoints, { a, b: both }, COMMUNITY).findings.filter(
    ({ severity }) => severity === "fail",
  );
  expect(fault).not.toHaveProperty("blockedBy");
});

test("nothing is known of a cluster whose istiods were not read", () => {
  const a = { changes: { endpoints: seen("a"), istiods: missing("forbidden", "no") as never } };
  const verdict = runMesh(endpoints, { a, b: both }, COMMUNITY);
  expect(messagesOf(verdict, "info")).toEqual([
    "endpoints that ctx-a has of others not checked: no",
  ]);
});

test("what was not read is no fault", () => {
  const unread = missing("not-recorded", "not recorded");
  const members = {
    a: { changes: { endpoints: { services: unread, gateways: unread } } },
    b: both,
  };
  expect(notPassed(runMesh(endpoints, members, COMMUNITY))).toEqual(["info", "info"]);
  expect(notPassed(runMesh(endpoints, { a: both }, COMMUNITY))).toEqual(["skip"]);
});

test("ambient on several networks and istiods that read nobody are not judged", () => {
  const judged = [istiod({ env: env({ AMBIENT_ENABLE_MULTI_NETWORK: "true" }) })];
  const changes = { endpoints: seen("a"), istiods: { judged, others: [] } };
  const verdict = runMesh(endpoints, { a: { changes }, b: { changes } }, COMMUNITY);
  expect(notPassed(verdict)).toEqual(["skip"]);
  const unasked = { changes: { endpoints: undefined } };
  expect(notPassed(runMesh(endpoints, { a: unasked, b: unasked }, COMMUNITY))).toEqual(["skip"]);
});

test("in a migration pairs are not compared", () => {
  const kinds = { kinds: new Set(["peering", "community"] as const) };
  const members = { a: { changes: { endpoints: seen("a") } }, b: both };
  expect(notPassed(runMesh(endpoints, members, kinds))).toEqual(["skip"]);
});

test.each([
  ["x.sample.svc.cluster.local", "sample", [], false],
  ["x.kube-system.svc.cluster.local", "kube-system", [], true],
  ["kubernetes.default.svc.cluster.local", "default", [], true],
  ["x.sample.svc.cluster.local", "sample", ["*"], true],
  ["x.sample.svc.cluster.local", "sample", ["*.sample.svc.cluster.local"], true],
  ["x.sample.svc.cluster.local", "sample", ["x.sample.svc.cluster.local"], true],
  ["x.sample.svc.cluster.local", "sample", ["*.other.svc.cluster.local"], false],
])("%s in %s with %j is local: %s", (host, namespace, clusterLocalHosts, local) => {
  expect(isClusterLocal({ host, namespace }, [{ clusterLocalHosts }, {}])).toBe(local);
});

test("services without endpoints of the other cluster are counted", () => {
  const two = (...clusters: string[]): EndpointsFact => {
    const { services, gateways } = seen(...clusters);
    const hosts = [HOST, "other.sample.svc.cluster.local"];
    const [first] = valueOr(services, []);
    const shards = first?.shards ?? [];
    return {
      services: gathered(hosts.map((host) => ({ host, namespace: "sample", shards }))),
      gateways,
    };
  };
  const members = {
    a: { changes: { endpoints: two("a") } },
    b: { changes: { endpoints: two("a", "b") } },
  };
  expect(messagesOf(runMesh(endpoints, members, COMMUNITY), "fail")).toEqual([
    "ctx-a has only its own endpoints of 2 services that ctx-b has too: hello.sample.svc.cluster.local, other.sample.svc.cluster.local",
  ]);
});

test("gateways that were not read are not missed on the way to another network", () => {
  const gateways = missing("forbidden", "networkz is forbidden");
  const changes = { endpoints: { ...seen("a", "b"), gateways } };
  const verdict = runMesh(endpoints, { a: { changes }, b: both }, COMMUNITY);
  expect(notPassed(verdict)).toEqual(["info"]);
  expect(messagesOf(verdict, "info")[0]).toContain("gateways of networks in ctx-a");
});

describe("a cluster without an istiod", () => {
  const labelled = labels({ app: "hello" });
  const SECRET = {
    namespace: "istio-system",
    name: "r",
    kubeconfigs: gathered([{ cluster: "b", authorities: [], credentials: ["token"] }]),
  };
  const led = {
    endpoints: undefined,
    istiods: { judged: [], others: [] },
    services: [
      service({ namespace: "sample", name: "hello", labels: labels({}), selector: labelled }),
    ],
    proxyPods: [{ namespace: "sample", name: "hello-1", labels: labelled }],
  };
  const judge = (first: object, second: object = {}) =>
    runMesh(
      endpoints,
      {
        a: { changes: { remoteSecrets: [SECRET], ...first } },
        b: { changes: { ...led, ...second } },
      },
      COMMUNITY,
    );

  test("is known by its primary", () => {
    const verdict = judge({ endpoints: seen("a", "b") });
    expect(messagesOf(verdict, "pass")).toEqual(["ctx-a has endpoints of ctx-b"]);
  });

  test("is not, though it has pods of services", () => {
    const verdict = judge({ endpoints: seen("a") });
    expect(messagesOf(verdict, "fail")).toEqual([
      "ctx-a has no endpoints of ctx-b, which has pods of sample/hello",
    ]);
    const answer = gathered([{ id: "b", status: "timeout" }]);
    const late = [{ namespace: "x", pod: "y", answer }];
    const [fault] = judge({ endpoints: seen("a"), remoteClusters: late }).findings;
    expect(fault?.blockedBy).toBe("ctx-a/remote-clusters");
  });

  test.each<[string, object, object]>([
    ["that has no pods", {}, { proxyPods: [] }],
    [
      "with a gateway alone",
      {},
      { services: [{ ...led.services[0], labels: labels({ "topology.istio.io/network": "n" }) }] },
    ],
    [
      "with a waypoint alone",
      {},
      {
        services: [
          { ...led.services[0], labels: labels({ "gateway.networking.k8s.io/gateway-name": "w" }) },
        ],
      },
    ],
    ["that nobody has a credential for, which remote-secrets tells", { remoteSecrets: [] }, {}],
    ["whose pods were not read", {}, { proxyPods: missing("forbidden", "no") }],
  ])("%s is no fault", (_, first, second) => {
    expect(notPassed(judge({ endpoints: seen("a"), ...first }, second))).toEqual(["skip"]);
  });
});

test("istiods that have nothing in common miss nothing, and nobody vouches for it", () => {
  const none: EndpointsFact = { services: gathered([]), gateways: gathered([]) };
  const alone = { changes: { endpoints: none } };
  const verdict = runMesh(endpoints, { a: alone, b: alone }, COMMUNITY);
  expect(messagesOf(verdict, "info")).toEqual([
    "ctx-a has no endpoints of ctx-b, and no service of which both have some",
    "ctx-b has no endpoints of ctx-a, and no service of which both have some",
  ]);
});
