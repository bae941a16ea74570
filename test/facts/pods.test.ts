import { describe, expect, it } from "vitest";
import type { Json } from "../support/pods.ts";
import { factOf, forbid, valueOf } from "../support/source.ts";

const pod = (name: string, labels: Json, more: Json = {}) => ({
  kind: "Pod",
  metadata: { name, namespace: "x", labels },
  ...more,
});

describe("pods", () => {
  it("come by their labels, in order", async () => {
    const objects = [
      pod("ztunnel-1", { app: "ztunnel" }),
      pod("istiod-2", { app: "istiod" }),
      pod("istiod-1", { app: "istiod" }),
      pod("cni", { "k8s-app": "istio-cni-node" }),
      pod("gw", { "gateway.networking.k8s.io/gateway-name": "gw" }),
      { kind: "Pod", metadata: { labels: { app: "istiod" } } },
    ];
    const names = async (key: "istiodPods" | "ztunnelPods" | "cniPods" | "gatewayPods") =>
      (await valueOf(key, { objects })).map(({ name }) => name);
    expect(await names("istiodPods")).toEqual(["istiod-1", "istiod-2"]);
    expect(await names("ztunnelPods")).toEqual(["ztunnel-1"]);
    expect(await names("cniPods")).toEqual(["cni"]);
    expect(await names("gatewayPods")).toEqual(["gw"]);
  });

  it("are replicas: none of a Job, those of which nobody says who made them", async () => {
    const owned = (name: string, ...ownerReferences: unknown[]) => ({
      kind: "Pod",
      metadata: { name, namespace: "x", labels: { app: "istiod" }, ownerReferences },
    });
    const owner = (kind: string, controller = true) => ({ kind, name: "o", controller, uid: "u" });
    const objects = [
      owned("replica", owner("Job", false), owner("ReplicaSet")),
      owned("node", owner("DaemonSet")),
      owned("job", owner("Job")),
      owned("unknown"),
      owned("uncontrolled", owner("Job", false)),
      owned("malformed", { controller: true, kind: "Job" }, null),
    ];
    const found = await valueOf("istiodPods", { objects });
    expect(found.map(({ name, owner: by }) => [name, by?.kind])).toEqual([
      ["malformed", undefined],
      ["node", "DaemonSet"],
      ["replica", "ReplicaSet"],
      ["uncontrolled", undefined],
      ["unknown", undefined],
    ]);
  });

  it("carry what else checks read", async () => {
    const labels = {
      "gateway.networking.k8s.io/gateway-name": "gw",
      "app.kubernetes.io/version": "1.28",
    };
    const containers = [
      {
        name: "istio-proxy",
        image: "ztunnel:1.28.5-solo",
        env: [
          { name: "NETWORK", value: "net" },
          { name: "REVISION", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "CLUSTER_ID", valueFrom: { fieldRef: { fieldPath: "metadata.labels['none']" } } },
        ],
      },
      { name: "other", env: [{ name: "NETWORK", value: "another" }] },
    ];
    const object = {
      kind: "Pod",
      metadata: {
        name: "gw-1",
        namespace: "x",
        labels,
        annotations: { "prometheus.io/port": "15020" },
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      spec: { nodeName: "node-1", containers },
    };
    const [found] = await valueOf("gatewayPods", { objects: [object] });
    expect(found).toMatchObject({
      namespace: "x",
      phase: "Unknown",
      createdAt: Date.parse("2026-01-01T00:00:00Z"),
      nodeName: "node-1",
      versionLabel: "1.28",
      metricsPort: 15_020,
      images: [{ container: "istio-proxy", image: "ztunnel:1.28.5-solo" }],
    });
    expect(found?.env).toEqual(
      new Map([
        ["NETWORK", { kind: "value", value: "net" }],
        ["REVISION", { kind: "value", value: "gw-1", from: "field metadata.name" }],
        ["CLUSTER_ID", { kind: "value", value: "", from: "field metadata.labels['none']" }],
      ]),
    );
  });

  it.each(["0", "65536", "x", "15014.5", ""])("take %j for no port", async (port) => {
    const annotations = { "prometheus.io/port": port };
    const metadata = { name: "p", namespace: "x", labels: { app: "istiod" }, annotations };
    const [found] = await valueOf("istiodPods", { objects: [{ kind: "Pod", metadata }] });
    expect(found).not.toHaveProperty("metricsPort");
  });

  it("say what could not be read", async () => {
    for (const key of ["istiodPods", "ztunnelPods", "cniPods", "gatewayPods"] as const) {
      expect(await factOf(key, { refuse: forbid("list pods") })).toMatchObject({
        why: "forbidden",
      });
    }
  });
});
