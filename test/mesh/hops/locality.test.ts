import { expect, it } from "vitest";
import { copyFindings } from "../../../src/mesh/hops/copies.ts";
import type { ServiceMeshMember } from "../../../src/mesh/hops/side.ts";
import { gathered } from "../../../src/model/gathered.ts";
import { healthyFacts, labels } from "../../support/facts.ts";
import { CART, cart, cartEntry, serviceMesh } from "../../support/service-mesh.ts";

type Changed = Partial<ServiceMeshMember["facts"]>;

const NEAREST = [cart({ trafficDistribution: "PreferRegion" })];

/** Facts of cluster a, whose remote Gateways name regions or not. */
function seenFromA(regions: Readonly<Record<string, string>>): Changed {
  const { gateways } = healthyFacts("a", ["b", "c"]);
  return {
    services: NEAREST,
    gateways: {
      ...gateways,
      remote: gateways.remote.map((gateway) => {
        const region = regions[gateway.labels.get("topology.istio.io/cluster") ?? ""];
        const own = Object.fromEntries(gateway.labels);
        const given = region === undefined ? {} : { "topology.kubernetes.io/region": region };
        return { ...gateway, labels: labels({ ...own, ...given }) };
      }),
    },
  };
}

function said(...changes: Parameters<typeof serviceMesh>): string[] {
  return copyFindings(serviceMesh(...changes), CART)
    .map(({ message }) => message)
    .filter((message) => message.includes("region"));
}

const PLACED = { entries: gathered([cartEntry("b", { locality: "eu/a" }), cartEntry("c")]) };

it.each<[string, Record<string, Changed>, string[]]>([
  [
    "no remote Gateway names its region",
    { a: seenFromA({}), b: {}, c: {} },
    [
      "Service shop/cart of ctx-a goes to the nearest pods (PreferRegion), but remote Gateways istio-remote-peer-net-b, istio-remote-peer-net-c have no label topology.kubernetes.io/region: pods there are in no region",
    ],
  ],
  [
    "one of them does not",
    { a: seenFromA({ b: "eu" }), b: {}, c: {} },
    [
      "Service shop/cart of ctx-a goes to the nearest pods (PreferRegion), but remote Gateway istio-remote-peer-net-c has no label topology.kubernetes.io/region: pods there are in no region",
    ],
  ],
  [
    "the entries say where one is",
    { a: { ...seenFromA({ c: "us" }), remoteEntries: PLACED.entries }, b: {}, c: {} },
    [],
  ],
  ["both do", { a: seenFromA({ b: "eu", c: "us" }), b: {}, c: {} }, []],
  ["there is one other cluster", { a: seenFromA({}), b: {} }, []],
  ["it does not go by place", { a: { ...seenFromA({}), services: [cart()] }, b: {}, c: {} }, []],
])("where %s", (_, changes, messages) => {
  expect(said(changes)).toEqual(messages);
});

it("is said once of services that are alike", () => {
  const others = ["one", "two"].map((name) => cart({ name, trafficDistribution: "PreferClose" }));
  const mesh = serviceMesh({
    a: { ...seenFromA({}), services: others },
    b: { services: others },
    c: { services: others },
  });
  const messages = copyFindings(mesh).filter(({ cluster }) => cluster === "ctx-a");
  expect(messages.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^Services shop\/one, shop\/two of ctx-a go to the nearest pods/),
  );
});
