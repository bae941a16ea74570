import { expect, test } from "vitest";
import { linkAdvice } from "../../../src/checks/_shared/link-advice.ts";
import type { Linkable } from "../../../src/mesh/commands/link.ts";
import type { GatewaysFact } from "../../../src/model/facts.ts";
import { clusterRef, eastWestGateway, healthyFacts } from "../../support/facts.ts";

function end(id: string, changes: Partial<GatewaysFact> = {}, ref: object = {}): Linkable {
  const { gateways, services } = healthyFacts(id, []);
  return { cluster: clusterRef(id, ref), gateways: { ...gateways, ...changes }, services };
}

const LINK = "mc link --contexts ctx-a,ctx-b -n istio-eastwest";

test("links where nothing stands in the way", () => {
  const { blockedBy, remediation } = linkAdvice("Link them.", [end("a"), end("b")]);
  expect(blockedBy).toBeUndefined();
  expect(remediation).toEqual({ summary: "Link them.", commands: [LINK] });
  expect(linkAdvice("Link them.", [end("a")]).remediation.commands).toEqual([
    "mc link --contexts ctx-a,'<context>' -n istio-eastwest",
  ]);
});

test("each cluster into the namespace of its own gateway", () => {
  const there = { eastWest: [eastWestGateway("b", { namespace: "edge" })] };
  expect(linkAdvice("Link them.", [end("a"), end("b", there)]).remediation.commands).toEqual([
    "mc link --from ctx-a --to ctx-b -n istio-eastwest",
    "mc link --from ctx-b --to ctx-a -n edge",
  ]);
});

test.each<[string, Linkable, string, RegExp, string[]]>([
  [
    "the same CLUSTER_ID",
    end("b", {}, { id: "a" }),
    "cluster-identity",
    /^First give each of ctx-a, ctx-b a CLUSTER_ID of its own, which is a in all of them; then link/,
    ["mc check --contexts ctx-a,ctx-b"],
  ],
  [
    "no network",
    end("b", {}, { network: undefined }),
    "network",
    /^First give ctx-b a network;/,
    ["mc check --contexts ctx-a,ctx-b"],
  ],
  [
    "no Gateway API",
    end("b", { served: false, eastWest: [] }),
    "ctx-b/gateways",
    /^First install the CRDs of the Gateway API in ctx-b/,
    ["mc check --contexts ctx-a,ctx-b"],
  ],
  [
    "no east-west Gateway",
    end("b", { eastWest: [] }),
    "ctx-b/gateways",
    /^First make the east-west Gateway of ctx-b;/,
    ["mc expose --context ctx-b -n istio-eastwest --wait"],
  ],
  [
    "no address",
    { ...end("b", { eastWest: [eastWestGateway("b", { statusAddresses: [] })] }), services: [] },
    "ctx-b/gateways",
    /^First get the east-west Gateway of ctx-b an address/,
    ["mc check --contexts ctx-a,ctx-b"],
  ],
])("first what mc link would refuse for: %s", (_what, other, check, said, commands) => {
  const { blockedBy, remediation } = linkAdvice("Link them.", [end("a"), other]);
  expect(blockedBy).toBe(check);
  expect(remediation.summary).toMatch(said);
  expect(remediation).toMatchObject({ commands, step: true });
});

test("of a cluster that is known by name only nothing is said", () => {
  const { remediation } = linkAdvice("Link them.", [end("a"), { cluster: clusterRef("b") }]);
  expect(remediation.commands).toEqual([LINK]);
});
