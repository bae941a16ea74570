import { describe, expect, it } from "vitest";
import { externalAddresses, parseAddress, peerAddress } from "../../src/mesh/addresses.ts";
import { eastWestGateway, service } from "../support/facts.ts";

const ip = (value: string) => ({ type: "IPAddress", value });
const host = (value: string) => ({ type: "Hostname", value });

describe("externalAddresses", () => {
  const gateway = eastWestGateway("a", { statusAddresses: [ip("192.0.2.97")] });

  it("are those of the Service first, then those of the status", () => {
    const found = externalAddresses(gateway, [service({ addresses: ["lb.example.com"] })]);
    expect(found).toEqual(["lb.example.com", "192.0.2.97"]);
  });

  it("are never a clusterIP, however it is written", () => {
    const pending = eastWestGateway("a", {
      statusAddresses: [ip("10.96.0.10"), ip("FD00:0:0::1")],
    });
    const own = service({ addresses: ["10.96.0.10"], clusterIPs: ["10.96.0.10", "fd00::1"] });
    expect(externalAddresses(pending, [own])).toEqual([]);
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
