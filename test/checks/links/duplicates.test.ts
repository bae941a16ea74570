import { describe, expect, test } from "vitest";
import { links } from "../../../src/checks/links/check.ts";
import type { GatewayFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  addressOf,
  conditions,
  eastWestGateway,
  env,
  istiod,
  labels,
  remoteGateway,
  runMesh,
  type TestMember,
} from "../../support/facts.ts";
import { commandsOf, ofSeverity } from "../../support/verdict.ts";

const ELSEWHERE = "203.0.113.9";
const DELETE =
  "kubectl --context ctx-a -n istio-eastwest delete gateways.gateway.networking.k8s.io";

function at(name: string, values: string[], changes: Partial<GatewayFact> = {}): GatewayFact {
  const addresses = values.map((value) => ({ type: "IPAddress", value }));
  return remoteGateway("b", { name, addresses, managers: ["kubectl"], ...changes });
}

function holding(...remote: GatewayFact[]): TestMember {
  return {
    changes: { gateways: { served: true, eastWest: [eastWestGateway("a")], remote } },
  };
}

const AUTOMATIC: TestMember["changes"] = {
  istiods: {
    judged: [istiod({ env: env({ PEERING_AUTOMATIC_LOCAL_GATEWAY: "true" }) })],
    others: [],
  },
};

test("two for one peer with different addresses are a warning; the one astray is to be deleted", () => {
  const verdict = runMesh(links, {
    a: holding(at("one", [addressOf("b")]), at("two", [ELSEWHERE])),
    b: {},
  });
  const [warning] = ofSeverity(verdict, "warn");
  expect(warning?.message).toBe(
    `ctx-a has 2 remote gateways for ctx-b with different addresses: istio-eastwest/one (${addressOf("b")}), istio-eastwest/two (${ELSEWHERE}): which of them istiod takes is not settled`,
  );
  expect(warning).toMatchObject({ cluster: "ctx-a", object: { kind: "Gateway", name: "one" } });
  expect(commandsOf(verdict, "warn")).toEqual([`${DELETE} two`]);
});

describe("no warning is", () => {
  const warnings = (a: TestMember, b: TestMember = {}) =>
    ofSeverity(runMesh(links, { a, b }), "warn");

  test("two with the same address", () => {
    const one = at("one", [addressOf("b")]);
    expect(warnings(holding(one, at("two", [addressOf("b")])))).toEqual([]);
  });

  test("one for the cluster itself", () => {
    const itself = remoteGateway("a");
    expect(warnings(holding(at("one", [addressOf("b")]), itself))).toEqual([]);
  });

  test("two of which it is not known what they stand for", () => {
    const nameless = { labels: labels({}) };
    const one = at("one", ["198.51.100.1"], nameless);
    expect(warnings(holding(one, at("two", ["198.51.100.2"], nameless)))).toEqual([]);
  });

  test("two that lead to two gateways of the peer, but told", () => {
    const second = eastWestGateway("b", {
      name: "second",
      statusAddresses: [{ type: "IPAddress", value: ELSEWHERE }],
    });
    const b = {
      changes: {
        gateways: { served: true, eastWest: [eastWestGateway("b"), second], remote: [] },
      },
    };
    const a = holding(at("one", [addressOf("b")]), at("two", [ELSEWHERE]));
    expect(warnings(a, b)).toEqual([]);
    const told = ofSeverity(runMesh(links, { a, b }), "info").map(({ message }) => message);
    expect(told).toContainEqual(expect.stringMatching(/; the peer has them all$/));
  });
});

describe("with automated peering", () => {
  const copy = { managers: ["gloo-mesh"] };
  const byHand = at("by-hand", ["198.51.100.1"]);
  const outside = (gateway: GatewayFact): GatewayFact => ({
    ...gateway,
    labels: labels({ "topology.istio.io/cluster": "z" }),
  });

  test("its copy is named, and where no address tells the other is to be deleted", () => {
    const a = holding(outside(byHand), outside(at("copy", [ELSEWHERE], copy)));
    const verdict = runMesh(links, { a: { changes: { ...a.changes, ...AUTOMATIC } }, b: {} });
    expect(ofSeverity(verdict, "warn")[0]?.message).toContain(
      `istio-eastwest/copy (${ELSEWHERE}, made by automated peering)`,
    );
    expect(commandsOf(verdict, "warn")).toEqual([`${DELETE} by-hand`]);
  });

  test("a copy that is astray is looked at, as it would come again", () => {
    const a = holding(at("by-hand", [addressOf("b")]), at("copy", [ELSEWHERE], copy));
    const verdict = runMesh(links, { a, b: { changes: AUTOMATIC } });
    expect(commandsOf(verdict, "warn").join()).not.toContain("delete");
  });
});

test("without a way to tell both are looked at", () => {
  const a = holding(
    ...[at("one", []), at("two", [ELSEWHERE])].map((gateway) => ({
      ...gateway,
      labels: labels({ "topology.istio.io/cluster": "z" }),
    })),
  );
  const istiods = missing("forbidden", "refused");
  const verdict = runMesh(links, { a: { changes: { ...a.changes, istiods } } });
  expect(ofSeverity(verdict, "warn")[0]?.message).toContain("istio-eastwest/one (none)");
  expect(commandsOf(verdict, "warn").filter((line) => line.includes(" get "))).toHaveLength(2);
});

test("what works is not given up for what does not", () => {
  const broken = { conditions: conditions({ Accepted: "True", Programmed: "True" }) };
  const a = holding(at("one", [addressOf("b")], broken), at("two", [ELSEWHERE]));
  expect(commandsOf(runMesh(links, { a, b: {} }), "warn").join()).not.toContain("delete");
});

test("links of the same host on other ports are none of its business", () => {
  const shared = ["198.51.100.42"];
  const a = holding(at("one", shared), remoteGateway("c", { addresses: [] }));
  expect(ofSeverity(runMesh(links, { a, b: {}, c: {} }), "warn")).toEqual([]);
});
