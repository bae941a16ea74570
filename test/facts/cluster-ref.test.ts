import { describe, expect, it } from "vitest";
import { clusterRef } from "../../src/facts/cluster-ref.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import { istiod, namespace, NOW } from "../support/facts.ts";

const reader = { context: "ctx", contextArgument: "ctx", now: NOW };
const base = { context: "ctx", contextArgument: "ctx", now: NOW, istioNamespace: "istio-system" };

describe("clusterRef", () => {
  it("says who a cluster is", () => {
    const facts = {
      istiods: gathered({ judged: [istiod({ clusterId: "a" })], others: [] }),
      istioNamespace: "istio-system",
      namespaces: gathered([
        namespace("kube-system", { "topology.istio.io/network": "other" }),
        namespace("istio-system", { "topology.istio.io/network": "net-a" }),
      ]),
    };
    expect(clusterRef(reader, facts)).toEqual({
      ...base,
      id: "a",
      network: "net-a",
      istioVersion: "1.28.5-solo",
    });
  });

  it("leaves out what is not known", () => {
    expect(clusterRef({ context: "dir", now: NOW }, { istioNamespace: "istio-system" })).toEqual({
      ...base,
      context: "dir",
      contextArgument: "<context>",
    });
    const no = missing("forbidden", "no");
    const facts = { istiods: no, namespaces: no, istioNamespace: "istio-system" };
    expect(clusterRef(reader, facts)).toEqual(base);
    const unlabelled = {
      istiods: gathered({ judged: [], others: [istiod()] }),
      namespaces: gathered([namespace("istio-system", { "topology.istio.io/network": "" })]),
      istioNamespace: "istio-system",
    };
    expect(clusterRef(reader, unlabelled)).toEqual(base);
  });

  it("takes the first judged istiod that tells", () => {
    const { clusterId: _, ...unknown } = istiod({
      images: [{ container: "discovery", image: "pilot@sha256:0" }],
    });
    const judged = [unknown, istiod({ clusterId: "b" }), istiod({ clusterId: "c" })];
    const istiods = gathered({ judged, others: [] });
    expect(clusterRef(reader, { istiods, istioNamespace: "istio-system" })).toMatchObject({
      id: "b",
      istioVersion: "1.28.5-solo",
    });
  });
});
