import { describe, expect, test } from "vitest";
import { isIpAddress, normalizeAddress } from "../../src/lib/ip-address.ts";

describe("normalizeAddress", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    [" 192.0.2.1 ", "192.0.2.1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["EastWest.Example.COM.", "eastwest.example.com"],
    ["10.1", "10.1"],
    ["010.0.0.1", "010.0.0.1"],
    ["", ""],
  ])("%j is %j", (address, normal) => {
    expect(normalizeAddress(address)).toBe(normal);
  });

  test("only what Kubernetes takes for an IP address is one", () => {
    expect(["192.0.2.1", "2001:db8::1"].every(isIpAddress)).toBe(true);
    expect(["1", "10.1", "lb.example", "192.0.2.256", ""].some(isIpAddress)).toBe(false);
  });
});
