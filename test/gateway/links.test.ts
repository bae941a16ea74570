import { describe, expect, it } from "vitest";
import { type LinkInput, type Links, planLinks } from "../../src/gateway/links.ts";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import type { GatewayFact } from "../../src/model/facts.ts";
import { env, istiod, labels, namespace, remoteGateway, service } from "../support/facts.ts";
import { deadCluster, FORBIDDEN, gatheredCluster } from "../support/gathered.ts";

function plan(
  sources: readonly string[],
  targets: readonly string[],
  clusters: readonly GatheredCluster[],
  changes: Partial<LinkInput> = {},
): Links {
  return planLinks({
    clusters: new Map(clusters.map((cluster) => [cluster.ref.context, cluster])),
    sources,
    targets,
    addresses: new Map(),
    nodePort: false,
    namespaceOf: () => "istio-eastwest",
    ...changes,
  });
}

/** `ctx-a: istio-remote-peer-net-b`, for each Gateway. */
function gateways({ links }: Links): string[] {
  return links.flatMap((link) =>
    link.gateways.map(({ manifest }) => `${link.source.context}: ${manifest.metadata.name}`),
  );
}

function texts({ problems }: Links): string[] {
  return problems.map(({ cluster, message }) => `${cluster.context}: ${message}`);
}

const A = gatheredCluster("a");
const B = gatheredCluster("b");
const C = gatheredCluster("c");
const D = gatheredCluster("d");

/** A cluster whose east-west Gateway does not say which cluster it is. */
function unset(id: string, network: string): GatheredCluster {
  const cluster = gatheredCluster(
    id,
    { istiods: { judged: [istiod({ env: env({}), clusterId: "Kubernetes" })], others: [] } },
    { id: "Kubernetes", network },
  );
  const { gateways: fact } = cluster.facts;
  if (fact?.ok) for (const one of fact.value.eastWest) one.labels = labels({});
  return cluster;
}

function withRemote(id: string, ...remote: GatewayFact[]): GatheredCluster {
  const cluster = gatheredCluster(id);
  if (cluster.facts.gateways?.ok) cluster.facts.gateways.value.remote = remote;
  return cluster;
}

describe("planLinks", () => {
  it("both ways: each source to every target but itself", () => {
    const all = ["ctx-a", "ctx-b", "ctx-c"];
    const links = plan(all, all, [A, B, C]);
    expect(gateways(links)).toEqual([
      "ctx-a: istio-remote-peer-net-b",
      "ctx-a: istio-remote-peer-net-c",
      "ctx-b: istio-remote-peer-net-a",
      "ctx-b: istio-remote-peer-net-c",
      "ctx-c: istio-remote-peer-net-a",
      "ctx-c: istio-remote-peer-net-b",
    ]);
    expect(links).toMatchObject({ problems: [], notes: [], warnings: [], assumptions: [] });
  });

  it("one way: every source to every target, self pairs left out", () => {
    expect(gateways(plan(["ctx-a", "ctx-b"], ["ctx-c", "ctx-d"], [A, B, C, D]))).toEqual([
      "ctx-a: istio-remote-peer-net-c",
      "ctx-a: istio-remote-peer-net-d",
      "ctx-b: istio-remote-peer-net-c",
      "ctx-b: istio-remote-peer-net-d",
    ]);
    expect(gateways(plan(["ctx-a", "ctx-b"], ["ctx-b", "ctx-c"], [A, B, C]))).toEqual([
      "ctx-a: istio-remote-peer-net-b",
      "ctx-a: istio-remote-peer-net-c",
      "ctx-b: istio-remote-peer-net-c",
    ]);
  });

  it("a source whose only target is itself has no links", () => {
    expect(gateways(plan(["ctx-a", "ctx-b"], ["ctx-a"], [A, B]))).toEqual([
      "ctx-b: istio-remote-peer-net-a",
    ]);
  });

  it("no source: the targets alone", () => {
    const links = plan([], ["ctx-a"], [A]);
    expect(links.links).toEqual([]);
    expect(links.targets.map(({ clusterId }) => clusterId)).toEqual(["a"]);
  });

  it("thirty clusters have 870 Gateways of distinct names", () => {
    const ids = Array.from({ length: 30 }, (_, index) => `c${index}`);
    const clusters = ids.map((id, index) =>
      gatheredCluster(id, { services: [service({ addresses: [`192.0.2.${index + 1}`] })] }),
    );
    const contexts = ids.map((id) => `ctx-${id}`);
    const made = gateways(plan(contexts, contexts, clusters));
    expect(made).toHaveLength(870);
    expect(new Set(made).size).toBe(870);
  });

  it("writes the namespace where one is given, and looks there for what exists", () => {
    const one = remoteGateway("c", { namespace: "other", name: "istio-remote-peer-net-b" });
    const source = withRemote("a", one);
    const input = { namespace: "other", namespaceOf: () => "other" };
    const links = plan(["ctx-a"], ["ctx-b"], [source, B], input);
    expect(links.links[0]?.gateways[0]?.manifest.metadata).toMatchObject({
      name: "istio-remote-peer-b",
      namespace: "other",
    });
    expect(gateways(plan(["ctx-a"], ["ctx-b"], [source, B]))).toEqual([
      "ctx-a: istio-remote-peer-net-b",
    ]);
  });

  it("uses addresses that are given", () => {
    const addresses = new Map([["ctx-b", { type: "Hostname", value: "nat.example.com" } as const]]);
    const [target] = plan(["ctx-a"], ["ctx-b"], [A, B], { addresses }).targets;
    expect(target?.address.value).toBe("nat.example.com");
  });

  it("names all problems of all targets", () => {
    const silent = gatheredCluster("c", { gateways: { served: true, eastWest: [], remote: [] } });
    const links = plan(["ctx-a"], ["ctx-b", "ctx-c"], [A, deadCluster("b"), silent]);
    expect(texts(links)).toEqual([
      "ctx-b: cannot be reached: connection refused",
      "ctx-c: has no east-west Gateway",
    ]);
    expect(links.links).toHaveLength(1);
  });

  it("two contexts of one cluster cannot be linked", () => {
    const again = gatheredCluster("a", {}, { context: "ctx-a2" });
    const links = plan(["ctx-a", "ctx-a2"], ["ctx-a", "ctx-a2"], [A, again]);
    expect(texts(links)).toEqual([
      "ctx-a2: is the same cluster as ctx-a: namespace kube-system has the same UID; name each cluster by one context",
    ]);
  });

  it("clusters whose UID is not known are not taken for one", () => {
    const [one, other] = ["a", "b"].map((id) =>
      gatheredCluster(id, { namespaces: [namespace("istio-system")] }),
    );
    expect(
      texts(plan(["ctx-a"], ["ctx-b"], [one as GatheredCluster, other as GatheredCluster])),
    ).toEqual([]);
  });

  it("clusters of one CLUSTER_ID cannot be linked", () => {
    const twin = gatheredCluster("b", {
      istiods: { judged: [istiod({ env: env({ CLUSTER_ID: "a" }) })], others: [] },
    });
    const message = "has the same CLUSTER_ID as ctx-a (a)";
    expect(texts(plan(["ctx-a", "ctx-b"], ["ctx-a", "ctx-b"], [A, twin]))).toEqual([
      expect.stringContaining(`ctx-b: ${message}`),
    ]);
    expect(texts(plan(["ctx-a"], ["ctx-b"], [A, twin]))).toHaveLength(1);
    // Neither is one that the other is linked to.
    expect(texts(plan(["ctx-c"], ["ctx-a", "ctx-b"], [A, twin, C]))).toEqual([
      expect.stringContaining(`ctx-b: ${message}`),
    ]);
    expect(texts(plan(["ctx-a", "ctx-b"], ["ctx-c"], [A, twin, C]))).toEqual([]);
  });

  it("clusters without CLUSTER_ID are told apart by network", () => {
    const clusters = [unset("a", "net-a"), unset("b", "net-b")];
    const links = plan(["ctx-a", "ctx-b"], ["ctx-a", "ctx-b"], clusters);
    expect(links.problems).toEqual([]);
    expect(links.targets.map(({ clusterId }) => clusterId)).toEqual(["net-a", "net-b"]);
    expect(links.notes).toHaveLength(2);
    const flat = plan(["ctx-a"], ["ctx-b"], [unset("a", "flat"), unset("b", "flat")]);
    expect(texts(flat)).toEqual([
      expect.stringContaining("has the same CLUSTER_ID as ctx-a (flat)"),
    ]);
  });

  it("two targets cannot have one name", () => {
    const similar = ["x_1", "X-1"].map((id) => gatheredCluster(id, {}, { network: "flat" }));
    const links = plan(["ctx-a"], ["ctx-x_1", "ctx-X-1"], [A, ...similar]);
    expect(texts(links)).toEqual([
      expect.stringContaining("ctx-x_1 and ctx-X-1 would both be Gateway istio-remote-peer-x-1"),
    ]);
  });

  it("notes a Gateway of another name that stands for the target", () => {
    const byHand = remoteGateway("b", { name: "by-hand" });
    const unlabelled = remoteGateway("b", { name: "unlabelled", labels: labels({}) });
    const other = remoteGateway("c", { name: "for-c" });
    const source = withRemote("a", byHand, unlabelled, other, remoteGateway("b"));
    expect(plan(["ctx-a"], ["ctx-b"], [source, B]).notes).toEqual([
      "ctx-a: Gateway istio-eastwest/by-hand stands for ctx-b already; istio-remote-peer-net-b is in addition to it",
      "ctx-a: Gateway istio-eastwest/unlabelled stands for ctx-b already; istio-remote-peer-net-b is in addition to it",
    ]);
  });

  it("takes no Gateway for a second one that but shares the network of a target", () => {
    const network = labels({ "topology.istio.io/network": "net-b" });
    const third = remoteGateway("z", { labels: network });
    const linked = withRemote("a", remoteGateway("b"), third);
    expect(plan(["ctx-a"], ["ctx-b"], [linked, B]).notes).toEqual([]);
    expect(plan(["ctx-a"], ["ctx-b"], [withRemote("a", third), B]).notes).toEqual([
      "ctx-a: Gateway istio-eastwest/istio-remote-peer-net-z stands for ctx-b already; istio-remote-peer-net-b is in addition to it",
    ]);
    const own = remoteGateway("a", { labels: network });
    expect(plan(["ctx-a"], ["ctx-b"], [withRemote("a", own), B]).notes).toEqual([]);
  });

  it("warns where links are made automatically", () => {
    const automatic = (value: string) =>
      gatheredCluster("a", {
        istiods: {
          judged: [
            istiod({ env: env({ CLUSTER_ID: "a", PEERING_AUTOMATIC_LOCAL_GATEWAY: value }) }),
          ],
          others: [],
        },
      });
    expect(plan(["ctx-a"], ["ctx-b"], [automatic("true"), B]).warnings).toEqual([
      expect.stringContaining(
        "ctx-a: istiod istio-system/istiod has PEERING_AUTOMATIC_LOCAL_GATEWAY=true, so links are made automatically",
      ),
    ]);
    expect(plan(["ctx-b"], ["ctx-a"], [automatic("true"), B]).warnings).toHaveLength(1);
    expect(plan(["ctx-a"], ["ctx-b"], [automatic("false"), B]).warnings).toEqual([]);
    const unread = gatheredCluster("a", { istiods: FORBIDDEN });
    expect(plan(["ctx-a"], ["ctx-b"], [unread, B]).warnings).toEqual([]);
  });

  it("notes versions that have no links by node ports", () => {
    const old = gatheredCluster("a", {}, { istioVersion: "1.27.1-solo" });
    const unknown = gatheredCluster("c", {}, { istioVersion: "" });
    const all = ["ctx-a", "ctx-b", "ctx-c"];
    const { notes } = plan(all, all, [old, B, unknown], { nodePort: true });
    expect(notes.filter((text) => text.includes("1.28"))).toEqual([
      "ctx-a: runs 1.27.1-solo; links by node ports need 1.28 or later",
    ]);
  });

  it("says what names rest on where a source could not be read", () => {
    expect(plan(["ctx-a"], ["ctx-b"], [deadCluster("a"), B]).assumptions).toEqual([
      expect.stringContaining("ctx-a: it could not be read (connection refused): names assume"),
    ]);
    const unlabelled = gatheredCluster("a", {}, { network: "" });
    expect(plan(["ctx-a"], ["ctx-b"], [unlabelled, B]).assumptions).toEqual([
      expect.stringContaining("ctx-a: its network is not known"),
    ]);
  });

  it("goes by the revision", () => {
    const none = gatheredCluster("b", { istiods: { judged: [], others: [istiod()] } });
    expect(texts(plan(["ctx-a"], ["ctx-b"], [A, none], { revision: "x" }))).toEqual([
      "ctx-b: has no istiod of revision x; there are: default",
    ]);
  });
});
