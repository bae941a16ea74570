import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { GatherSettings } from "../../src/model/source.ts";
import { missing, type Missing } from "../../src/model/gathered.ts";
import { forbid, MemoryReader, type MemoryContents } from "../support/source.ts";

type Json = Record<string, unknown>;

function object(kind: string, name: string, rest: Json = {}): Json {
  const { labels, annotations, namespace = "istio-system", ...parts } = rest;
  return { kind, metadata: { name, namespace, labels, annotations }, ...parts };
}

function service(name: string, rest: Json = {}): Json {
  const labels = { "solo.io/service-scope": "global" };
  return object("Service", name, { namespace: "shop", labels, ...rest });
}

const PARENT = { "solo.io/parent-service": "cart", "solo.io/parent-service-namespace": "shop" };

function imported(name: string, rest: Json = {}): Json {
  return object("ServiceEntry", name, {
    labels: PARENT,
    spec: { hosts: ["cart.shop.mesh.internal"] },
    ...rest,
  });
}

/** A cluster of a run with others. */
function run(
  contents: MemoryContents,
  others: readonly MemoryContents[] = [],
  settings: GatherSettings = {},
): { source: ClusterSource; asked: () => string[] } {
  const reader = new MemoryReader(contents);
  const source = new ClusterSource(reader, settings, FACTS);
  source.peers = others.map((one) => new ClusterSource(new MemoryReader(one), settings, FACTS));
  for (const peer of source.peers) peer.peers = [source];
  const relevant = /serviceentries|solo.io.parent-service|pods/;
  return { source, asked: () => reader.requests.filter((line) => relevant.test(line)) };
}

const notServed = (line: string): Missing | undefined =>
  line.includes("entries") ? missing("not-found", "not served") : undefined;

describe("imports", () => {
  it("are not asked for where nobody shares a service", async () => {
    const { source, asked } = run({ objects: [service("cart", { labels: {} })] }, [{}]);
    expect(await source.fact("imports")).toEqual({
      ok: true,
      value: { entries: [], rivals: [], everywhere: true },
    });
    expect(await source.fact("remoteEntries")).toEqual({ ok: true, value: [] });
    expect(asked()).toEqual([]);
  });

  it("are asked for where another cluster shares one, or a namespace of it does", async () => {
    const shared = { objects: [service("cart")] };
    const namespaced = {
      objects: [
        service("cart", { labels: {} }),
        {
          kind: "Namespace",
          metadata: { name: "shop", labels: { "solo.io/service-scope": "global" } },
        },
      ],
    };
    for (const other of [shared, namespaced]) {
      const { source, asked } = run({}, [{}, other]);
      await source.fact("imports");
      expect(asked()).toEqual(["list serviceentries"]);
    }
  });

  it("are those that istiod wrote, with what else has their hosts", async () => {
    const objects = [
      service("cart"),
      imported("autogen.shop.cart", {
        labels: PARENT,
        spec: {
          hosts: ["cart.shop.mesh.internal", 3, null],
          ports: [{ name: "http", number: 80, protocol: "HTTP" }, null, { number: "x" }],
          subjectAltNames: ["spiffe://b.local/ns/shop/sa/cart", []],
          resolution: "STATIC",
        },
        status: { addresses: [{ value: "240.240.0.1", host: "cart.shop.mesh.internal" }, {}] },
      }),
      imported("autogen.peering.istio-eastwest.b"),
      imported("autogen.elsewhere.cart", { namespace: "shop" }),
      imported("vd-cart", {
        namespace: "shop",
        labels: { "reconciler.mesh.gloo.solo.io/name": "translator" },
        spec: { hosts: ["cart.shop.mesh.internal"], addresses: ["240.0.0.9"] },
      }),
      imported("external", { spec: { hosts: ["example.com"] } }),
      imported("autogen.odd", { labels: { "solo.io/parent-service": "cart" }, spec: null }),
      { kind: "ServiceEntry", metadata: { namespace: "istio-system" } },
    ];
    const { source } = run({ objects });
    const fact = await source.fact("imports");
    if (!fact.ok) throw new Error(fact.detail);
    expect(fact.value.everywhere).toBe(true);
    expect(fact.value.entries).toEqual([
      {
        namespace: "istio-system",
        name: "autogen.odd",
        hosts: [],
        ports: [],
        subjectAltNames: [],
        addresses: [],
      },
      {
        namespace: "istio-system",
        name: "autogen.shop.cart",
        hosts: ["cart.shop.mesh.internal", "3"],
        ports: [
          { name: "http", port: 80, protocol: "HTTP" },
          { name: "", protocol: "" },
          { name: "", protocol: "" },
        ],
        subjectAltNames: ["spiffe://b.local/ns/shop/sa/cart"],
        addresses: ["240.240.0.1"],
        service: { namespace: "shop", name: "cart" },
      },
    ]);
    expect(
      fact.value.rivals.map(({ name, federated, addresses }) => [name, federated, addresses]),
    ).toEqual([
      ["autogen.peering.istio-eastwest.b", undefined, []],
      ["autogen.elsewhere.cart", undefined, []],
      ["vd-cart", true, ["240.0.0.9"]],
    ]);
  });

  it("are read in the istio namespace where the whole cluster may not be listed", async () => {
    const refuse = (line: string) =>
      line === "list serviceentries" ? missing("forbidden", "no") : undefined;
    const objects = [service("cart"), imported("autogen.shop.cart")];
    const { source, asked } = run({ objects, refuse });
    expect(await source.fact("imports")).toMatchObject({ ok: true, value: { everywhere: false } });
    expect(asked()).toEqual(["list serviceentries", "list serviceentries in istio-system"]);
  });

  it.each([
    ["they may not be listed", forbid("list serviceentries"), "forbidden"],
    ["they are not served", notServed, "not-found"],
  ])("are not known where %s", async (_, refuse, why) => {
    const { source } = run({ objects: [service("cart")], refuse });
    expect(await source.fact("imports")).toMatchObject({ ok: false, why });
  });
});

describe("remote entries", () => {
  const entry = (name: string, rest: Json = {}): Json =>
    object("WorkloadEntry", name, {
      labels: { ...PARENT, "solo.io/source-cluster": "b" },
      spec: { network: "net-b" },
      ...rest,
    });

  it("are those for a service of another cluster", async () => {
    const objects = [
      service("cart"),
      entry("autogen.b.shop.cart", {
        spec: { network: "net-b", locality: "eu/1", address: "192.0.2.1" },
      }),
      entry("autogen.c.shop.cart", { labels: PARENT }),
      entry("elsewhere", { namespace: "shop" }),
      entry("autogen.node.b.node-1", { labels: { "solo.io/source-cluster": "b" } }),
      entry("halfway", {
        labels: { "solo.io/parent-service": "cart", "solo.io/source-cluster": "b" },
      }),
      entry("odd", { spec: { network: ["net-b"] } }),
    ];
    const { source, asked } = run({ objects });
    const found = await source.fact("remoteEntries");
    const known = {
      namespace: "istio-system",
      sourceCluster: "b",
      service: { namespace: "shop", name: "cart" },
    };
    expect(found).toEqual({
      ok: true,
      value: [
        {
          ...known,
          name: "autogen.b.shop.cart",
          network: "net-b",
          locality: "eu/1",
          address: "192.0.2.1",
        },
        { ...known, name: "odd" },
      ],
    });
    expect(asked()).toEqual(["list workloadentries in istio-system solo.io/parent-service"]);
  });

  it("leave those for single pods out, and do not even ask for them", async () => {
    const flat = entry("autogenflat.b.shop.cart-1", {
      labels: {
        ...PARENT,
        "solo.io/source-cluster": "b",
        "solo.io/source-workload": "autogenflat.b.shop.cart-1",
      },
      annotations: {},
    });
    const { source, asked } = run({
      objects: [service("cart"), flat, entry("autogen.b.shop.cart")],
    });
    expect(await source.fact("remoteEntries")).toMatchObject({
      value: [{ name: "autogen.b.shop.cart" }],
    });
    expect(asked()).toEqual([
      "list workloadentries in istio-system solo.io/parent-service,!solo.io/source-workload",
    ]);
    expect(await source.fact("flatEntries")).toMatchObject({
      value: [{ service: { namespace: "shop", name: "cart" } }],
    });
  });

  it("of single pods count as flat, wherever they were found", async () => {
    const labels = {
      ...PARENT,
      "solo.io/source-cluster": "b",
      "solo.io/source-workload": "autogenflat.x",
    };
    const refuse = (line: string) =>
      line.includes("(metadata)") ? missing("forbidden", "no") : undefined;
    const { source } = run({ objects: [service("cart"), entry("x", { labels })], refuse });
    expect(await source.fact("remoteEntries")).toEqual({ ok: true, value: [] });
  });

  it("are not known where they may not be listed", async () => {
    const { source } = run({ objects: [service("cart")], refuse: forbid("list workloadentries") });
    expect(await source.fact("remoteEntries")).toMatchObject({ ok: false, why: "forbidden" });
  });
});

describe("pods of services", () => {
  const pod = (name: string, rest: Json = {}): Json =>
    object("Pod", name, {
      namespace: "shop",
      labels: { app: "cart" },
      status: { conditions: [{ type: "Ready", status: "True" }] },
      ...rest,
    });
  const istiod = object("Deployment", "istiod", {
    labels: { app: "istiod" },
    spec: {
      template: {
        spec: { containers: [{ name: "discovery", env: [{ name: "CLUSTER_ID", value: "a" }] }] },
      },
    },
  });
  const toUs = object("Gateway", "to-a", {
    labels: { "topology.istio.io/cluster": "a" },
    spec: { gatewayClassName: "istio-remote" },
  });

  it("are not asked for in a healthy mesh", async () => {
    const entry = object("WorkloadEntry", "autogen.a.shop.cart", {
      labels: { ...PARENT, "solo.io/source-cluster": "a" },
    });
    const other = { objects: [service("cart"), toUs, imported("autogen.shop.cart"), entry] };
    const { source, asked } = run({ objects: [istiod, service("cart"), pod("cart-1")] }, [other]);
    expect(await source.fact("servicePods")).toEqual({
      ok: true,
      value: { namespaces: new Set(), pods: [] },
    });
    expect(asked().filter((line) => line.startsWith("list pods"))).toEqual([]);
  });

  it("are where another cluster knows the service, but no way to its pods here", async () => {
    const other = { objects: [service("cart"), toUs, imported("autogen.shop.cart")] };
    const { source } = run({ objects: [istiod, service("cart"), pod("cart-1")] }, [other]);
    expect(await source.fact("servicePods")).toMatchObject({
      value: { namespaces: new Set(["shop"]), pods: [{ name: "cart-1" }] },
    });
  });

  it("are where another cluster has a waypoint before them, and this one none", async () => {
    const waypoint = { "solo.io/service-scope": "global", "istio.io/use-waypoint": "waypoint" };
    const other = { objects: [service("cart", { labels: waypoint })] };
    const { source } = run({ objects: [service("cart"), pod("cart-1")] }, [other]);
    expect(await source.fact("servicePods")).toMatchObject({
      value: { pods: [{ name: "cart-1" }] },
    });
  });

  it("say what traffic between clusters depends on, whatever they hold", async () => {
    const objects = [
      service("cart"),
      pod("cart-1", {
        annotations: { "ambient.istio.io/redirection": "enabled", other: "x" },
        spec: { nodeName: "node-1", serviceAccountName: "cart", containers: [{ name: "cart" }] },
      }),
      pod("cart-2", { spec: { hostNetwork: true, initContainers: [{ name: "istio-proxy" }] } }),
      pod("cart-3", { status: { conditions: [{ type: "Ready", status: "False" }] } }),
      pod("odd", { labels: null, spec: [], status: null }),
      object("Pod", "other", { namespace: "elsewhere" }),
    ];
    const settings = { servicePods: "shared" as const };
    const fact = await run({ objects }, [], settings).source.fact("servicePods");
    if (!fact.ok) throw new Error(fact.detail);
    const plain = {
      namespace: "shop",
      labels: new Map([["app", "cart"]]),
      serviceAccount: "default",
    };
    expect(fact.value.pods).toEqual([
      {
        ...plain,
        name: "cart-1",
        ready: true,
        serviceAccount: "cart",
        redirection: "enabled",
        nodeName: "node-1",
      },
      { ...plain, name: "cart-2", ready: true, sidecar: true, hostNetwork: true },
      { ...plain, name: "cart-3", ready: false },
      { ...plain, name: "odd", labels: new Map(), ready: false },
    ]);
  });

  it("are those of the namespaces that were asked for, or of all of them where they are many", async () => {
    const some = run({ objects: [pod("cart-1")] }, [], { servicePods: ["shop", "none"] });
    await some.source.fact("servicePods");
    expect(some.asked()).toEqual(["list pods in shop", "list pods in none"]);
    const names = Array.from({ length: 11 }, (_, index) => `n${index}`);
    const many = run({ objects: [pod("cart-1")] }, [], { servicePods: names });
    expect(await many.source.fact("servicePods")).toMatchObject({
      value: { namespaces: new Set(names), pods: [] },
    });
    expect(many.asked()).toEqual(["list pods"]);
    const refuse = (line: string) =>
      line === "list pods" ? missing("forbidden", "no") : undefined;
    const narrow = run({ refuse }, [], { servicePods: names });
    expect(await narrow.source.fact("servicePods")).toMatchObject({ ok: true });
    expect(narrow.asked()).toHaveLength(12);
  });

  it("are not known of namespaces that may not be read", async () => {
    const settings = { servicePods: ["shop", "other"] };
    const refused = run({ refuse: forbid("list pods in shop") }, [], settings);
    expect(await refused.source.fact("servicePods")).toMatchObject({
      value: { namespaces: new Set(["other"]) },
    });
    const all = run({ refuse: forbid("list pods") }, [], settings);
    expect(await all.source.fact("servicePods")).toMatchObject({ ok: false, why: "forbidden" });
  });
});
