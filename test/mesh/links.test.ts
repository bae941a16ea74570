import { describe, expect, test } from "vitest";
import { type LinkMember, linksOf, notInRun, servicesOf } from "../../src/mesh/links.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { clusterRef, eastWestGateway, labels, remoteGateway, service } from "../support/facts.ts";

function member(id: string, remote: GatewayFact[] = []): LinkMember {
  const gateways = { served: true, eastWest: [eastWestGateway(id)], remote };
  return { cluster: clusterRef(id), facts: { gateways, services: [service()] } };
}

describe("links", () => {
  test("lead to a cluster of the run, to the cluster itself, or outside", () => {
    const [b, self, far] = [remoteGateway("b"), remoteGateway("a"), remoteGateway("z")];
    const links = linksOf([member("a", [b, self, far]), member("b")], []);
    expect(links.map(({ to, self: itself, by }) => [to, itself, by])).toEqual([
      ["ctx-b", false, "cluster label"],
      ["ctx-a", true, "cluster label"],
      ["z", false, undefined],
    ]);
    expect(links[0]?.target?.member?.cluster.context).toBe("ctx-b");
    expect(links[0]?.owners.map(({ cluster }) => cluster.context)).toEqual(["ctx-b"]);
    expect(links[2]).not.toHaveProperty("target");
  });

  test("lead to a cluster that could not be read", () => {
    const [link] = linksOf([member("a", [remoteGateway("b")])], [clusterRef("b")]);
    expect(link?.to).toBe("ctx-b");
    expect(link?.target?.member).toBeUndefined();
  });

  test("outside are never called as a context of the run is", () => {
    const far = { ...remoteGateway("z"), labels: labels({ "topology.istio.io/network": "ctx-a" }) };
    expect(linksOf([member("a", [far])], []).map(({ to }) => to)).toEqual([far.name]);
  });

  test("after the name of a target outside", () => {
    const { id: _, ...nameless } = clusterRef("c");
    expect(notInRun([clusterRef("b")])).toBe(" (not in this run)");
    expect(notInRun([nameless])).toBe(" (not in this run, or not read)");
  });
});

test("Services are none where they could not be read", () => {
  const { cluster, facts } = member("a");
  const services = [service()];
  expect(servicesOf({ cluster, facts })).toEqual(services);
  expect(servicesOf({ cluster, facts: { ...facts, services: gathered(services) } })).toBe(services);
  const forbidden = missing("forbidden", "services");
  expect(servicesOf({ cluster, facts: { ...facts, services: forbidden } })).toEqual([]);
});
