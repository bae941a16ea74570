import { describe, expect, it } from "vitest";
import { hasWord, isAboutLink, isAboutTraffic } from "../../../src/mesh/logs/about-link.ts";
import type { GatewayFact } from "../../../src/model/facts.ts";
import { conditions, labels, remoteGateway } from "../../support/facts.ts";

describe("a word of a line", () => {
  it.each([
    ["dial tcp 192.0.2.9:15012: i/o timeout", "192.0.2.9", true],
    ["dial tcp 192.0.2.99:15012: i/o timeout", "192.0.2.9", false],
    ["dial tcp 1.192.0.2.9:15012", "192.0.2.9", false],
    ["at 192.0.2.9.", "192.0.2.9", true],
    ["at 192.0.2.9.example.org", "192.0.2.9", false],
    ["[2001:db8::9]:15012", "2001:db8::9", true],
    ["target=istio-remote-peer-b", "istio-remote-peer-b", true],
    ["target=istio-remote-peer-b2, then istio-remote-peer-b", "istio-remote-peer-b", true],
    ["target=istio-remote-peer-b2", "istio-remote-peer-b", false],
    ["anything", "", false],
  ])("%s: %s", (text, word, found) => {
    expect(hasWord(text, word)).toBe(found);
  });
});

const BROKEN = conditions({ "gloo.solo.io/PeerConnected": "False" });

function peer(id: string, address: string, changes: Partial<GatewayFact> = {}): GatewayFact {
  return remoteGateway(id, {
    name: `istio-remote-peer-${id}`,
    labels: labels({ "topology.istio.io/cluster": id, "topology.istio.io/network": `net-${id}` }),
    addresses: [{ type: "IPAddress", value: address }],
    conditions: BROKEN,
    ...changes,
  });
}

const B = peer("b", "192.0.2.20");
const C = peer("c", "192.0.2.30");
const { conditions: fine } = remoteGateway("c");

const WARN = "warn deltaadsc disconnected, retrying in 1m0s: ";

describe("what istiod writes is about a link", () => {
  it.each<[string, string, readonly GatewayFact[], boolean]>([
    ["names its address", `${WARN}dial tcp 192.0.2.20:15012: i/o timeout`, [C], true],
    ["names its address elsewhere", "warn model dial tcp 192.0.2.20:15012: i/o timeout", [C], true],
    ["names it", `${WARN}i/o timeout target=istio-eastwest/istio-remote-peer-b`, [C], true],
    ["names the cluster", `${WARN}EOF target=b`, [C], true],
    ["names the network", `${WARN}EOF target=net-b`, [C], true],
    ["names another", `${WARN}dial tcp 192.0.2.30:15012: i/o timeout`, [C], false],
    ["names the cluster of another", `${WARN}i/o timeout target=c`, [C], false],
    ["names nobody, and two are broken", `${WARN}i/o timeout`, [C], false],
    [
      "names nobody, and no other is broken",
      `${WARN}i/o timeout`,
      [{ ...C, conditions: fine }],
      true,
    ],
    ["names nobody, and there is no other", `${WARN}i/o timeout`, [], true],
    [
      "called an address that it had before",
      `${WARN}dial tcp 192.0.2.99:15012: i/o timeout`,
      [],
      false,
    ],
    [
      "is about something else that istiod calls",
      'error model Failed to fetch public key from "https://keycloak.example/certs": x509: certificate signed by unknown authority',
      [],
      false,
    ],
    ["names the cluster in another scope", "warn kube b: i/o timeout", [], false],
  ])("%s", (_name, text, others, about) => {
    expect(isAboutLink(text, B, others)).toBe(about);
  });

  it("where it called what a host name stands for", () => {
    const hosted = peer("b", "b.elb.example", {
      addresses: [{ type: "Hostname", value: "b.elb.example" }],
    });
    expect(isAboutLink(`${WARN}dial tcp 198.51.100.7:15012: i/o timeout`, hosted, [])).toBe(true);
  });

  it("whose address is of IPv6, written in any way", () => {
    const six = peer("b", "2001:DB8:0::20");
    expect(isAboutLink(`${WARN}dial tcp [2001:db8::20]:15012: i/o timeout`, six, [C])).toBe(true);
    expect(isAboutLink(`${WARN}dial tcp [2001:db8::21]:15012: i/o timeout`, six, [])).toBe(false);
  });

  it("without labels by its address alone", () => {
    const bare = peer("b", "192.0.2.20", { labels: labels({}) });
    expect(isAboutLink(`${WARN}i/o timeout target=b`, bare, [C])).toBe(false);
    expect(isAboutLink(`${WARN}dial tcp 192.0.2.20:15012`, bare, [C])).toBe(true);
  });
});

describe("what a ztunnel writes is about traffic through a link", () => {
  it.each([
    ["dst.addr=192.0.2.20:15008 error=x", true],
    ['dst.workload="NetworkGateway/net-b/192.0.2.77/0" error=x', true],
    ['dst.workload="NetworkGateway/net-bb/192.0.2.77/0" error=x', false],
    ["dst.addr=10.244.0.3:8080 error=x", false],
  ])("%s", (text, about) => {
    expect(isAboutTraffic(text, B)).toBe(about);
    expect(isAboutTraffic("dst.addr=10.244.0.3:8080", { ...B, labels: labels({}) })).toBe(false);
  });
});
