import { describe, expect, test } from "vitest";
import { links } from "../../../src/checks/links/check.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type { GatewayFact } from "../../../src/model/facts.ts";
import type { LinksData } from "../../../src/checks/links/data.ts";
import {
  addressOf,
  clusterRef,
  conditions,
  eastWestGateway,
  healthyFacts,
  remoteGateway,
  runMesh,
  type TestMember,
} from "../../support/facts.ts";

const BROKEN = conditions({ Accepted: "True", "gloo.solo.io/PeerConnected": "False" });
const broken = remoteGateway("b", { conditions: BROKEN });

function linkedTo(id: string, ...remote: GatewayFact[]): TestMember {
  return { changes: { gateways: { ...healthyFacts(id, []).gateways, remote } } };
}

function edgesOf({ data }: Verdict): LinksData["edges"] {
  return (data as LinksData).edges;
}

describe("the gateways that a broken link may lead through", () => {
  const first = eastWestGateway("b");
  const second = eastWestGateway("b", {
    name: "second",
    statusAddresses: [{ type: "IPAddress", value: "2001:db8::2" }],
  });
  const through = (...addresses: string[]): unknown => {
    const given = addresses.map((value) => ({ type: "IPAddress", value }));
    const gateway = remoteGateway("b", { conditions: BROKEN, addresses: given });
    const eastWest = [first, second];
    const verdict = runMesh(links, {
      a: linkedTo("a", gateway),
      b: { changes: { gateways: { served: true, eastWest, remote: [] } } },
    });
    return edgesOf(verdict)[0]?.through?.map(({ name }) => name);
  };

  test("those that have its address, else all", () => {
    expect(through(addressOf("b"))).toEqual(["istio-eastwest"]);
    expect(through("2001:DB8:0::2")).toEqual(["second"]);
    expect(through(addressOf("b"), "2001:db8::2")).toEqual(["istio-eastwest", "second"]);
    expect(through("203.0.113.7")).toEqual(["istio-eastwest", "second"]);
    expect(through()).toEqual(["istio-eastwest", "second"]);
  });

  test("where the target was read, for several links alike", () => {
    const verdict = runMesh(
      links,
      {
        a: linkedTo("a", broken, remoteGateway("c", { conditions: BROKEN })),
        b: linkedTo("b"),
        d: linkedTo("d", broken),
      },
      { absent: [clusterRef("c")] },
    );
    expect(edgesOf(verdict).map(({ to, through: names }) => [to, names?.length])).toEqual([
      ["ctx-b", 1],
      ["ctx-c", undefined],
      ["ctx-b", 1],
    ]);
  });
});
