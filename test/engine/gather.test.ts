import { describe, expect, it } from "vitest";
import { gather } from "../../src/engine/gather.ts";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import { IDENTIFYING, LAST, LEADING } from "../../src/facts/order.ts";
import { missing, type Missing } from "../../src/model/gathered.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { cluster } from "../support/mesh/cluster.ts";
import { flatEntry } from "../support/mesh/objects.ts";
import { forbid, MemoryReader } from "../support/source.ts";

const CERTIFICATES = { intermediate: "", roots: "" };

function reader(id: string, refuse?: (request: string) => Missing | undefined): MemoryReader {
  const { objects } = cluster({
    context: `ctx-${id}`,
    id,
    network: "flat",
    address: "192.0.2.1",
    certificates: CERTIFICATES,
  });
  return new MemoryReader({ objects, ...(refuse ? { refuse } : {}) }, `ctx-${id}`);
}

const DOWN = missing("unreachable", "connection refused");

describe("gather", () => {
  it("reads who a cluster is, and the facts that are asked for", async () => {
    const [found] = await gather([reader("a")], new Set(["nodes"]), { concurrency: 4 });
    expect(found?.ref).toMatchObject({
      context: "ctx-a",
      contextArgument: "<context>",
      id: "a",
      network: "flat",
      istioNamespace: "istio-system",
      istioVersion: "1.28.5-solo",
    });
    expect(Object.keys(found?.facts ?? {}).toSorted()).toEqual(
      ["connection", "istioNamespace", "istiods", "namespaces", "nodes"].toSorted(),
    );
  });

  it("takes a server for down that answers /version and no list", async () => {
    const down = reader("a", (request) =>
      request === "connect" ? undefined : missing("timeout", "no answer within 30s"),
    );
    const [found] = await gather([down], new Set(["nodes"]), { concurrency: 4 });
    expect(found?.facts.connection).toEqual({
      ok: false,
      why: "timeout",
      detail: "the API server answers /version, but nothing that it stores: no answer within 30s",
      advice: "See whether the API server is ready, and its etcd.",
    });
  });

  it("takes it for down as well where it refuses the rest, for which it needs no storage", async () => {
    const down = reader("a", (request) =>
      request === "connect"
        ? undefined
        : request.startsWith("list nodes")
          ? missing("unreachable", "500 Internal Server Error")
          : missing("forbidden", "no"),
    );
    const [found] = await gather([down], new Set(["nodes"]), { concurrency: 4 });
    expect(found?.facts.connection).toMatchObject({ ok: false, why: "unreachable" });
  });

  it("takes one for reached that answers some", async () => {
    const refusals = [
      (request: string) => (request.startsWith("list nodes") ? DOWN : undefined),
      (request: string) => (request === "connect" ? DOWN : undefined),
      forbid("list", "get"),
    ];
    for (const refuse of refusals) {
      const [found] = await gather([reader("a", refuse)], new Set(["nodes"]), { concurrency: 4 });
      expect(found?.facts.connection).toMatchObject({ ok: true });
    }
  });

  it("does not take nobody's refusals for a connection", async () => {
    const nobody = missing("unauthorized", "nobody is signed in");
    const refused = forbid("list", "get");
    const one = reader("a", (request) => (request === "connect" ? nobody : refused(request)));
    const [found] = await gather([one], new Set(["nodes"]), { concurrency: 4 });
    expect(found?.facts.connection).toEqual(nobody);
  });

  it("makes each request once", async () => {
    const one = reader("a");
    await gather([one], new Set(Object.keys(FACTS) as (keyof typeof FACTS)[]), { concurrency: 4 });
    expect(new Set(one.requests).size).toBe(one.requests.length);
  });

  it("asks first for what the last requests wait for", async () => {
    const one = reader("a");
    await gather([one], new Set(["nodes", "services", "licenses"]), {
      concurrency: 4,
      // As certificates are judged while others are read.
      onStart: ([source]) => void source?.fact("rootCertificate"),
    });
    expect(one.requests.indexOf("list pods app in (istiod,ztunnel)")).toBe(0);
  });

  it("says that debug questions will come before it asks whom", async () => {
    const one = reader("a");
    let before: string[] | undefined;
    Object.assign(one, { expectDebug: () => (before ??= [...one.requests]) });
    await gather([one], new Set(["nodes"]), { concurrency: 4 });
    expect(before).toBeUndefined();
    await gather([one], new Set(["licenses"]), { concurrency: 4 });
    expect(before?.filter((line) => line.startsWith("list pods"))).toEqual([]);
  });

  it("passes the settings on, and tells of each cluster that was read", async () => {
    const read: string[] = [];
    const found = await gather([reader("a"), reader("b")], new Set(), {
      concurrency: 4,
      istioNamespace: "mesh",
      onRead: (context) => read.push(context),
    });
    expect(read.toSorted()).toEqual(["ctx-a", "ctx-b"]);
    expect(found.map(({ ref }) => ref.istioNamespace)).toEqual(["mesh", "mesh"]);
  });

  it("takes a server that answers all but the version as reached", async () => {
    const shy = reader("a", (request) => (request === "connect" ? DOWN : undefined));
    const [found] = await gather([shy], new Set(["nodes"]), { concurrency: 4 });
    expect(found?.facts.connection).toEqual({ ok: true, value: {} });
  });

  it.each([
    ["forbidden", true],
    // A web server at a wrong address answers so, too.
    ["not-found", false],
    ["timeout", false],
    ["unauthorized", false],
    ["unreadable", false],
  ] as const)("takes answers that are all %s as reached: %s", async (why, reached) => {
    const refusing = reader("a", (request) => (request === "connect" ? DOWN : missing(why, "no")));
    const [found] = await gather([refusing], new Set(["nodes"]), { concurrency: 4 });
    expect(found?.facts.connection?.ok).toBe(reached);
  });

  it("gives a cluster that waited for another in vain its time again", async () => {
    const renewed: string[] = [];
    const [first, second] = [reader("a"), reader("b", forbid("list workloadentries"))];
    for (const one of [first, second]) {
      Object.assign(one, { renew: () => renewed.push(one.context) });
    }
    await gather([first, second], new Set(["sourcePods"]), { concurrency: 4 });
    expect(renewed).toEqual(["ctx-a"]);
  });

  it("lets facts that wait for other clusters wait without holding a place", async () => {
    const [source, target] = [reader("a"), reader("b")];
    target.objects = [
      ...target.objects,
      flatEntry({
        namespace: "istio-system",
        sourceCluster: "a",
        pod: { namespace: "shop", name: "cart-1" },
        address: "10.1.0.1",
        network: "flat",
        service: "cart",
      }),
    ];
    const renewed: string[] = [];
    for (const one of [source, target]) {
      Object.assign(one, { renew: () => renewed.push(one.context) });
    }
    const keys = new Set(["flatEntries", "sourcePods"] as const);
    const together = await gather([source, target], keys, { concurrency: 2 });
    const oneByOne = await gather([source, target], keys, { concurrency: 1 });
    expect(oneByOne.map(({ facts }) => facts)).toEqual(together.map(({ facts }) => facts));
    expect(together[0]?.facts.sourcePods).toMatchObject({
      ok: true,
      value: { namespaces: new Set(["shop"]), existing: new Map() },
    });
    expect(renewed.toSorted()).toEqual(["ctx-a", "ctx-b"]);
  });

  it("gathers one by one what is not late just the same", async () => {
    const found = await gather([reader("a"), reader("b")], new Set(["nodes"]), { concurrency: 1 });
    expect(found.map(({ facts }) => facts.nodes?.ok)).toEqual([true, true]);
  });
});

describe("a fact that throws", () => {
  it.each([
    [new Error("bad day"), "nodes: bad day"],
    ["a text", "nodes: a text"],
  ])("is missing: %s", async (thrown, detail) => {
    const source = new ClusterSource(
      reader("a"),
      {},
      { ...FACTS, nodes: { read: () => Promise.reject(thrown) } },
    );
    expect(await source.fact("nodes")).toMatchObject({ ok: false, why: "unreadable", detail });
  });
});

describe("a debug answer that no fact reads", () => {
  it("is given as it came", async () => {
    const one = new MemoryReader({ debug: { "a/b:1/debug/other": { key: "x" } } });
    const source = new ClusterSource(one, {}, FACTS);
    const target = { namespace: "a", pod: "b", port: 1 };
    expect(await source.debug(target, "/debug/other")).toEqual({ ok: true, value: { key: "x" } });
  });
});

describe("the order of asking", () => {
  it("is what facts declare", () => {
    expect(LAST.toSorted()).toEqual([
      "credentialTarget",
      "imports",
      "istioGateways",
      "istiodEndpoints",
      "kubernetesClusters",
      "licenses",
      "policies",
      "proxyPods",
      "remoteEntries",
      "segments",
      "servicePods",
      "sourcePods",
      "spire",
      "spireEntries",
      "spirePods",
      "spireTrust",
      "syncs",
    ]);
    expect([...LEADING].toSorted()).toEqual([
      "flatEntries",
      "istiodPods",
      "istiods",
      "namespaces",
      "remoteSecrets",
      "services",
      "spire",
      "spirePods",
      "ztunnels",
    ]);
    expect(IDENTIFYING).toEqual(["connection", "istiods", "istioNamespace", "namespaces"]);
  });
});

describe("a list that is read again", () => {
  it("is not the one that was shared", async () => {
    const one = reader("a");
    const source = new ClusterSource(one, {}, FACTS);
    const before = await source.list(RESOURCES.nodes);
    one.objects = [];
    expect(await source.list(RESOURCES.nodes)).toBe(before);
    expect(await source.listAgain(RESOURCES.nodes)).toEqual({ ok: true, value: [] });
  });
});
