import { describe, expect, it, test } from "vitest";
import {
  externalAddresses,
  parseAddress,
  peerAddress,
  reachableAddresses,
  serviceOf,
} from "../../src/mesh/addresses.ts";
import { addressOf, conditions, eastWestGateway, labels, service } from "../support/facts.ts";

describe("serviceOf", () => {
  test("by label before name, in the gateway's namespace only", () => {
    const labelled = service({ name: "other-name" });
    const named = service({ labels: labels({}) });
    const elsewhere = service({ namespace: "default" });
    expect(serviceOf(eastWestGateway(), [elsewhere, named, labelled])).toBe(labelled);
    expect(serviceOf(eastWestGateway(), [elsewhere, named])).toBe(named);
    expect(serviceOf(eastWestGateway(), [elsewhere])).toBeUndefined();
  });
});

describe("reachableAddresses", () => {
  test("of Service and status, normalised, without clusterIPs", () => {
    const gateway = eastWestGateway("a", {
      statusAddresses: [
        { type: "IPAddress", value: "10.96.0.10" },
        { type: "Hostname", value: "LB.example." },
      ],
    });
    const addresses = reachableAddresses([gateway], [service({ addresses: ["2001:DB8::0:1"] })]);
    expect([...addresses]).toEqual(["2001:db8::1", "lb.example"]);
  });

  test("without the Service's name, which only the cluster resolves", () => {
    const statusAddresses = [
      { type: "Hostname", value: "istio-eastwest.istio-eastwest.svc.cluster.local" },
      { type: "Hostname", value: "istio-eastwest.istio-eastwest.svc" },
      { type: "Hostname", value: "istio-eastwest.istio-eastwest.example" },
    ];
    const gateway = eastWestGateway("a", { statusAddresses });
    for (const services of [[], [service({ addresses: [] })]]) {
      expect([...reachableAddresses([gateway], services)]).toEqual([
        "istio-eastwest.istio-eastwest.example",
      ]);
    }
  });

  test("without a Service the status is all there is", () => {
    expect([...reachableAddresses([eastWestGateway("a")], [])]).toEqual([addressOf("a")]);
  });
});

const ip = (value: string) => ({ type: "IPAddress", value });
const host = (value: string) => ({ type: "Hostname", value });

/*
 * What only the cluster itself can route to, for check and for link, which once differed: check took a
 * clusterIP for an address outside where the Service had it as one, link took it never.
 */
describe("a clusterIP", () => {
  const CLUSTER_IP = "10.96.0.10";
  const OUTSIDE = "192.0.2.97";

  test.each([
    { status: [CLUSTER_IP], ingress: [], expected: [], why: "in the status alone: pending" },
    { status: [], ingress: [CLUSTER_IP], expected: [], why: "in the Service alone" },
    { status: [OUTSIDE], ingress: [CLUSTER_IP], expected: [OUTSIDE], why: "beside another" },
    { status: [OUTSIDE], ingress: [], expected: [OUTSIDE], why: "where the status has another" },
    { status: [CLUSTER_IP], ingress: [CLUSTER_IP], expected: [CLUSTER_IP], why: "in both" },
    { status: ["::ffff:10.96.0.10"], ingress: [], expected: [], why: "written otherwise" },
  ])("$why: $expected", ({ status, ingress, expected }) => {
    const gateway = eastWestGateway("a", { statusAddresses: status.map(ip) });
    const services = [service({ addresses: ingress, clusterIPs: [CLUSTER_IP] })];
    expect([...reachableAddresses([gateway], services)]).toEqual(expected);
    expect([...new Set(externalAddresses(gateway, services))]).toEqual(expected);
  });

  test.each(["False", "Unknown", undefined])("in both, Programmed %s: no address", (programmed) => {
    const gateway = eastWestGateway("a", {
      statusAddresses: [ip(CLUSTER_IP)],
      conditions: conditions(programmed === undefined ? {} : { Programmed: programmed }),
    });
    const services = [service({ addresses: [CLUSTER_IP], clusterIPs: [CLUSTER_IP] })];
    expect(externalAddresses(gateway, services)).toEqual([]);
  });
});

test("a name of another Service is one that only the cluster resolves, too", () => {
  const names = ["other.elsewhere.svc", "other.elsewhere.svc.cluster.local", "svc.example.com"];
  const gateway = eastWestGateway("a", { statusAddresses: names.map(host) });
  expect(externalAddresses(gateway, [])).toEqual(["svc.example.com"]);
});

describe("externalAddresses", () => {
  const gateway = eastWestGateway("a", { statusAddresses: [ip("192.0.2.97")] });

  it("are those of the Service first, then those of the status", () => {
    const found = externalAddresses(gateway, [service({ addresses: ["lb.example.com"] })]);
    expect(found).toEqual(["lb.example.com", "192.0.2.97"]);
  });

  it("are no names that only the cluster resolves", () => {
    const inside = eastWestGateway("a", {
      statusAddresses: [
        host("istio-eastwest.istio-eastwest.svc.cluster.local"),
        host("istio-eastwest.istio-eastwest.svc"),
        host("istio-eastwest.istio-eastwest.svc-east.example.com"),
      ],
    });
    const outside = ["istio-eastwest.istio-eastwest.svc-east.example.com"];
    expect(externalAddresses(inside, [service({ addresses: [] })])).toEqual(outside);
    expect(externalAddresses(inside, [])).toEqual(outside);
  });

  it("are those of the status where there is no Service", () => {
    expect(externalAddresses(gateway, [])).toEqual(["192.0.2.97"]);
    expect(externalAddresses(gateway, [service({ namespace: "other" })])).toEqual(["192.0.2.97"]);
  });
});

describe("peerAddress", () => {
  it.each([
    ["192.0.2.1", ip("192.0.2.1")],
    ["2001:db8::1", ip("2001:db8::1")],
    ["[2001:db8::1]", ip("2001:db8::1")],
    ["LB-1.Elb.amazonaws.com.", host("lb-1.elb.amazonaws.com")],
    ["10.1", host("10.1")],
  ])("%s", (value, address) => {
    expect(peerAddress(value)).toEqual(address);
  });
});

describe("parseAddress", () => {
  it.each(["192.0.2.1", " 192.0.2.1 ", "2001:db8::1", "[::1]", "lb", "LB.example.com.", "a-1.b2"])(
    "takes %j",
    (text) => {
      expect(parseAddress(text)).toEqual(peerAddress(text.trim()));
    },
  );

  it.each([
    "",
    "10.0.0.256",
    "10.1",
    "host:15008",
    "https://host",
    "a b",
    "a_b.example.com",
    "-a.example.com",
    "a..b",
    "*.example.com",
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(130)}com`,
  ])("does not take %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});
