import { expect, it } from "vitest";
import { doubtfulNamespaces } from "../../../src/mesh/hops/doubtful.ts";
import { servicesOverview } from "../../../src/mesh/hops/overview.ts";
import { pathOf } from "../../../src/mesh/hops/path.ts";
import { groupFaults } from "../../../src/mesh/hops/fault.ts";
import { noAddress } from "../../../src/mesh/hops/name.ts";
import { proofs } from "../../../src/mesh/hops/proofs.ts";
import { importedService } from "../../../src/mesh/hops/side.ts";
import type { ServiceMeshMember } from "../../../src/mesh/hops/side.ts";
import type { RemoteEntryFact } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { labels, namespace, remoteGateway } from "../../support/facts.ts";
import {
  CART,
  CART_HOST,
  cart,
  cartEntry,
  cartImport,
  serviceMesh,
  sideOf,
} from "../../support/service-mesh.ts";

type Changed = Partial<ServiceMeshMember["facts"]>;

const inSegment = (name: string): Changed => ({
  namespaces: [namespace("istio-system", { "admin.solo.io/segment": name })],
});
const unlinked: Changed = { gateways: { served: true, eastWest: [], remote: [] } };
const unread = missing("forbidden", "no list");

it.each<[string, Record<string, Changed>, string[]]>([
  ["linked", { a: {}, b: {} }, ["b imported", "a imported"]],
  ["without a link one way", { a: unlinked, b: {} }, ["b none", "a imported"]],
  [
    "whose link is broken",
    {
      a: {
        gateways: {
          served: true,
          eastWest: [],
          remote: [remoteGateway("b", { conditions: new Map() })],
        },
      },
      b: {},
    },
    ["b blocked", "a imported"],
  ],
  ["whose imports are not known", { a: { imports: unread }, b: {} }, ["b unknown", "a imported"]],
  ["of two segments", { a: inSegment("one"), b: {} }, []],
])("what clusters have of a service: %s", (_, changes, states) => {
  const { rows } = servicesOverview(serviceMesh(changes));
  const imports = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.imports));
  expect(imports.map(({ from, state }) => `${from.replace("ctx-", "")} ${state}`)).toEqual(states);
});

it("rows of a segment say so, and have no host where its domain is not known", () => {
  const { rows } = servicesOverview(serviceMesh({ a: inSegment("one"), b: {} }));
  expect(rows.map(({ service, host, segment }) => [service, host, segment])).toEqual([
    [CART, undefined, "one"],
    [CART, CART_HOST, undefined],
  ]);
});

it("a service that two clusters share is one of those without an address", () => {
  const imports = gathered({
    entries: [cartImport({ addresses: [] })],
    rivals: [],
    everywhere: true,
  });
  const { rows, findings } = servicesOverview(serviceMesh({ a: { imports }, b: {}, c: {} }));
  expect(rows[0]?.cells[0]?.imports.map(({ state, hop }) => [state, hop])).toEqual([
    ["broken", 6],
    ["broken", 6],
  ]);
  expect(findings.map(({ message }) => message)).toEqual([
    `ServiceEntry istio-system/autogen.shop.cart of ctx-a has no address: ${CART_HOST} is not resolved`,
  ]);
});

it("faults of one service and cause count once", () => {
  const mesh = serviceMesh({ a: {}, b: {} });
  const path = pathOf(mesh, sideOf(mesh, "a"), sideOf(mesh, "b"), CART);
  const fault = { cause: noAddress, path };
  expect(groupFaults([fault, fault])).toEqual([[fault]]);
});

it("the trust domains of who serves are those of SPIFFE identities", () => {
  const mesh = serviceMesh({ a: {}, b: {} });
  const entry = cartImport({ subjectAltNames: ["spiffe://b.local/ns/x/sa/y", "cart.example"] });
  const side = sideOf(mesh, "a");
  expect([...side.servingDomains(entry)]).toEqual(["b.local"]);
  expect(side.servingDomains(entry)).toBe(side.servingDomains(entry));
});

it.each<[string, Parameters<typeof importedService>[0], string | undefined]>([
  ["labels", cartImport({ service: { namespace: "x", name: "y" } }), "x/y"],
  ["the host", cartImport(), CART],
  ["a host without a domain", cartImport({ hosts: ["cart.shop"] }), undefined],
  ["no host", cartImport({ hosts: [] }), undefined],
])("what is imported is told by %s", (_, entry, key) => {
  expect(importedService(entry)).toBe(key);
});

it("commands that show a hop name the kubeconfig, and no gateway where there is none", () => {
  const mesh = serviceMesh({ a: {}, b: unlinked }, { a: { kubeconfig: "/home/me/config" } });
  const shown = proofs(pathOf(mesh, sideOf(mesh, "a"), sideOf(mesh, "b"), CART), undefined);
  expect(shown.get(7)).toMatch(/^istioctl --kubeconfig \/home\/me\/config --context ctx-a /);
  expect(shown.has(9)).toBe(false);
});

it("callers of a cluster in no segment do not see what another segment shares otherwise", () => {
  const imports = gathered({ entries: [cartImport({ ports: [] })], rivals: [], everywhere: true });
  const other = {
    ...inSegment("one"),
    services: [cart({ labels: labels({ "solo.io/service-scope": "segment" }), ports: [] })],
  };
  const { findings } = servicesOverview(serviceMesh({ a: { imports }, b: {}, c: other }));
  expect(findings.map(({ message, blockedBy }) => [message, blockedBy])).toEqual([
    [
      "Service shop/cart of ctx-b cannot be reached at port 80: ServiceEntry istio-system/autogen.shop.cart of ctx-a lacks it",
      undefined,
    ],
  ]);
});

it("a Gateway for the right network, without an address, is no fault of networks", () => {
  const remote = [remoteGateway("b", { addresses: [] })];
  const gateways = { served: true, eastWest: [], remote };
  const { findings } = servicesOverview(serviceMesh({ a: { gateways }, b: {} }));
  expect(findings.map(({ message, blockedBy }) => [message, blockedBy])).toEqual([
    [
      "Service shop/cart of ctx-b cannot be reached: ctx-a has no remote Gateway with an address for network net-b",
      undefined,
    ],
  ]);
});

it("namespaces are worth a look where peers lack what stands for pods", () => {
  const { member } = sideOf(serviceMesh({ a: {}, b: {} }), "a");
  const own = { id: "a", ...member.facts };
  const other = (...remoteEntries: RemoteEntryFact[]) => ({
    services: [],
    namespaces: [],
    gateways: { remote: [remoteGateway("a")] },
    imports: [cartImport()],
    remoteEntries,
    flatEntries: [],
  });
  expect(doubtfulNamespaces(own, [other(cartEntry("a"))])).toEqual([]);
  expect(doubtfulNamespaces(own, [other(cartEntry("c"))])).toEqual(["shop"]);
  // One that does not say which service it is of.
  const { service: _, ...nameless } = cartEntry("a");
  expect(
    doubtfulNamespaces(own, [{ ...other(), flatEntries: [{ ...nameless, uid: "" }] }]),
  ).toEqual(["shop"]);
});
