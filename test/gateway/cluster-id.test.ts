import { describe, expect, it } from "vitest";
import { clusterName } from "../../src/gateway/cluster-id.ts";
import type { IstiodFact } from "../../src/model/facts.ts";
import { eastWestGateway, env, istiod, labels } from "../support/facts.ts";
import { FORBIDDEN, gatheredCluster } from "../support/gathered.ts";

function withIstiods(judged: IstiodFact[], others: IstiodFact[] = []) {
  return gatheredCluster("a", { istiods: { judged, others } });
}

const UNSET = istiod({ env: env({}), clusterId: "Kubernetes" });
const UNRESOLVED = istiod({
  env: new Map([
    ["CLUSTER_ID", { kind: "unresolved", from: "Secret istio-system/x key k", why: "forbidden" }],
  ]),
});
const PERHAPS = istiod({
  env: new Map([
    [
      "CLUSTER_ID",
      { kind: "unresolved", from: "Secret istio-system/x", why: "unread", perhaps: true },
    ],
  ]),
});
const labelled = (cluster: string) =>
  eastWestGateway("a", { labels: labels({ "topology.istio.io/cluster": cluster }) });

describe("clusterName", () => {
  it("is CLUSTER_ID", () => {
    expect(clusterName(withIstiods([istiod()]), undefined, undefined)).toEqual({
      id: "a",
      notes: [],
    });
  });

  it("is the default when that is what is set", () => {
    const one = istiod({ env: env({ CLUSTER_ID: "Kubernetes" }) });
    expect(clusterName(withIstiods([one]), undefined, undefined)).toEqual({
      id: "Kubernetes",
      notes: [],
    });
  });

  it.each([
    ["not set", UNSET, "CLUSTER_ID of its istiod is not set"],
    ["empty", istiod({ env: env({ CLUSTER_ID: "" }) }), "CLUSTER_ID of its istiod is not set"],
    ["not known", UNRESOLVED, "comes from Secret istio-system/x key k: forbidden"],
    [
      "perhaps set",
      PERHAPS,
      "CLUSTER_ID of its istiod may come from Secret istio-system/x: unread",
    ],
  ])("leaves it to the network when it is %s", (_, one, why) => {
    const name = clusterName(withIstiods([one]), undefined, undefined);
    expect(name).toEqual({ notes: [expect.stringContaining(why)] });
    expect(name).toEqual({ notes: [expect.stringContaining("its network stands in")] });
  });

  it("is what the east-west Gateway says when it is not set", () => {
    expect(clusterName(withIstiods([UNSET]), labelled("east"), undefined)).toEqual({
      id: "east",
      notes: [expect.stringContaining("east, as its east-west Gateway says, is taken")],
    });
    // Which is the network where expose has put it there.
    expect(clusterName(withIstiods([UNSET]), labelled("net-a"), undefined)).not.toHaveProperty(
      "id",
    );
  });

  it("is that of the first istiod when they differ", () => {
    const two = istiod({ env: env({ CLUSTER_ID: "b" }) });
    expect(clusterName(withIstiods([istiod(), two]), undefined, undefined)).toEqual({
      id: "a",
      notes: [expect.stringContaining("different CLUSTER_IDs (a, b): a is taken")],
    });
  });

  it("passes over istiods without one", () => {
    expect(clusterName(withIstiods([UNSET, istiod()]), undefined, undefined)).toEqual({
      id: "a",
      notes: [],
    });
  });

  it("leaves it to the network where there is no istiod", () => {
    expect(clusterName(withIstiods([]), undefined, undefined)).toEqual({
      notes: ["ctx-a: it has no istiod: its network stands in"],
    });
  });

  it("is a problem where there is no istiod of the revision", () => {
    const other = istiod({ revision: "1-28" });
    expect(clusterName(withIstiods([], [other]), undefined, "1-29")).toMatchObject({
      message: "has no istiod of revision 1-29; there are: 1-28",
    });
    expect(clusterName(withIstiods([]), undefined, "1-29")).toMatchObject({
      message: "has no istiod of revision 1-29; there are: none",
    });
    expect(clusterName(withIstiods([istiod()]), undefined, "default")).toMatchObject({ id: "a" });
  });

  it("is what the east-west Gateway says where istiod cannot be read, else a problem", () => {
    const cluster = gatheredCluster("a", { istiods: FORBIDDEN });
    expect(clusterName(cluster, labelled("east"), undefined)).toMatchObject({ id: "east" });
    expect(clusterName(cluster, undefined, undefined)).toMatchObject({
      message: expect.stringContaining("its istiod could not be read"),
      cause: FORBIDDEN,
    });
  });
});
