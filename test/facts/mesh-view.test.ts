import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import type { GatherSettings } from "../../src/model/source.ts";
import { MemoryReader } from "../support/source.ts";

type Json = Record<string, unknown>;

const HOST = "reviews.bookinfo.mesh.internal";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const NONE = { ok: true, value: [] };

const pod = (name: string, app: string, nodeName = "node-1"): Json => ({
  kind: "Pod",
  metadata: { name, namespace: "istio-system", labels: { app } },
  spec: { nodeName, containers: [{ name: app }] },
  status: { phase: "Running" },
});

const OBJECTS: Json[] = [
  pod("istiod-1", "istiod"),
  pod("ztunnel-1", "ztunnel"),
  pod("ztunnel-2", "ztunnel", "node-2"),
  {
    kind: "Pod",
    metadata: { name: "cart-1", namespace: "shop" },
    spec: { nodeName: "node-2" },
  },
];

function source(
  debug: Json,
  settings: GatherSettings = { views: {} },
  objects: readonly Json[] = OBJECTS,
): { source: ClusterSource; reader: MemoryReader } {
  const reader = new MemoryReader({ objects, debug });
  return { reader, source: new ClusterSource(reader, settings, FACTS) };
}

const WORKLOADS = [
  { uid: "b/here", clusterId: "a", network: "net-a", workloadIps: ["10.0.0.1"] },
  { uid: "NetworkGateway", network: "net-b", hostname: "elb.example", workloadIps: [] },
  { uid: "b/there", clusterId: "b", network: "net-b", networkGateway: { hboneMtlsPort: 15008 } },
  { clusterId: "none" },
];
const SERVICES = [
  {
    name: "reviews",
    hostname: HOST,
    vips: ["net-a/240.240.0.1"],
    endpoints: {
      "b/here": { workloadUid: "b/here" },
      "b/there": { workloadUid: "b/there" },
      odd: {},
    },
  },
  { name: "nameless" },
];
const VIEW = {
  pod: "istio-system/ztunnel-1",
  network: "net-a",
  services: [{ host: HOST, addresses: ["net-a/240.240.0.1"] }],
  workloads: [
    {
      uid: "b/here",
      cluster: "a",
      network: "net-a",
      addressed: true,
      gateway: false,
      hosts: [HOST],
    },
    { uid: "NetworkGateway", network: "net-b", addressed: true, gateway: false, hosts: [] },
    {
      uid: "b/there",
      cluster: "b",
      network: "net-b",
      addressed: false,
      gateway: true,
      hosts: [HOST],
    },
  ],
  staged: ["late.shop.mesh.internal"],
};

describe("what ztunnel holds", () => {
  const rest = {
    config: { network: "net-a" },
    stagedServices: { "shop/late.shop.mesh.internal": {} },
  };
  const maps = {
    ...rest,
    services: {
      "net-a/240.240.0.1": { ...SERVICES[0], vips: ["net-a/240.240.0.1"] },
      other: SERVICES[1],
    },
    workloads: Object.fromEntries(WORKLOADS.map((one, index) => [`net/${index}`, one])),
  };

  it.each<[string, Json]>([
    ["lists", { ...rest, services: SERVICES, workloads: WORKLOADS }],
    ["maps, as older versions wrote", maps],
  ])("is the same in %s", async (_, dump) => {
    const { source: one } = source({ "istio-system/ztunnel-1:15000/config_dump": dump });
    expect(await one.fact("ztunnelView")).toEqual({ ok: true, value: [VIEW] });
  });

  it("is anything, and then nothing", async () => {
    for (const body of [null, [], "x", { services: 3, workloads: [null], stagedServices: [] }]) {
      const { source: one } = source({ "istio-system/ztunnel-1:15000/config_dump": body });
      expect(await one.fact("ztunnelView")).toMatchObject({
        value: [{ services: [], workloads: [] }],
      });
    }
  });

  it("is that of the ztunnel on the caller's node", async () => {
    const views = { client: { namespace: "shop", pod: "cart-1" } };
    const debug = { "istio-system/ztunnel-2:15000/config_dump": {} };
    const { source: one } = source(debug, { views, servicePods: ["shop"] });
    expect(await one.fact("ztunnelView")).toMatchObject({
      value: [{ pod: "istio-system/ztunnel-2" }],
    });
    const none = { views: { client: { namespace: "elsewhere" } }, servicePods: ["shop"] };
    expect(await source(debug, none).source.fact("ztunnelView")).toEqual(NONE);
  });
});

describe("what istiod holds", () => {
  const path = "istio-system/istiod-1:15014/debug/ambientz";

  it("has addresses as text, or in base64", async () => {
    const { source: one } = source({
      [path]: {
        services: [
          {
            hostname: HOST,
            addresses: [
              { network: "net-a", address: base64("240.240.0.1") },
              { address: "2001:2::1" },
            ],
          },
          {},
        ],
        workloads: [
          {
            uid: "b/there",
            clusterId: "b",
            network: "net-b",
            networkGateway: {},
            services: { [`bookinfo/${HOST}`]: {} },
          },
        ],
      },
    });
    expect(await one.fact("istiodView")).toEqual({
      ok: true,
      value: [
        {
          pod: "istio-system/istiod-1",
          services: [{ host: HOST, addresses: ["net-a/240.240.0.1", "/2001:2::1"] }],
          workloads: [
            {
              uid: "b/there",
              cluster: "b",
              network: "net-b",
              addressed: false,
              gateway: true,
              hosts: [HOST],
            },
          ],
          staged: [],
        },
      ],
    });
  });

  it("is not known without one that runs, or that has the endpoint", async () => {
    expect(await source({}, { views: {} }, []).source.fact("istiodView")).toEqual(NONE);
    expect(await source({}).source.fact("istiodView")).toEqual(NONE);
    expect(await source({}, { views: {} }, []).source.fact("ztunnelView")).toEqual(NONE);
  });
});

it("nobody is asked unless somebody wants it so, or it costs nothing", async () => {
  for (const key of ["istiodView", "ztunnelView"] as const) {
    const { source: one, reader } = source({}, {});
    expect(await one.fact(key)).toEqual(NONE);
    expect(reader.requests).toEqual([]);
    const recorded = source({}, { dumps: true });
    await recorded.source.fact(key);
    expect(recorded.reader.requests.some((line) => line.startsWith("debug"))).toBe(true);
  }
});
