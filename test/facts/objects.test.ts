import { describe, expect, it } from "vitest";
import { factOf, forbid, valueOf } from "../support/source.ts";

describe("services", () => {
  it("carry addresses and ports", async () => {
    const objects = [
      {
        kind: "Service",
        metadata: { name: "lb", namespace: "x", labels: { a: "b" } },
        spec: {
          type: "LoadBalancer",
          clusterIP: "10.0.0.1",
          clusterIPs: ["10.0.0.1", "fd00::1"],
          externalIPs: ["192.0.2.3", "192.0.2.1"],
          ports: [
            { name: "hbone", port: 15_008, nodePort: 31_008 },
            { port: 53, protocol: "UDP" },
          ],
        },
        status: {
          loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "a.example" }, null] },
        },
      },
      {
        kind: "Service",
        metadata: { name: "headless", namespace: "x" },
        spec: { clusterIP: "None" },
      },
      {
        kind: "Service",
        metadata: { name: "old", namespace: "x" },
        spec: { clusterIP: "10.0.0.2" },
      },
      { kind: "Service" },
    ];
    const [headless, lb, old] = await valueOf("services", { objects });
    expect(lb).toEqual({
      namespace: "x",
      name: "lb",
      labels: new Map([["a", "b"]]),
      type: "LoadBalancer",
      clusterIPs: ["10.0.0.1", "fd00::1"],
      addresses: ["192.0.2.1", "a.example", "192.0.2.3"],
      ports: [
        { name: "hbone", port: 15_008, protocol: "TCP", nodePort: 31_008 },
        { name: "", port: 53, protocol: "UDP" },
      ],
    });
    expect(headless).toMatchObject({ type: "ClusterIP", clusterIPs: [], addresses: [], ports: [] });
    expect(old?.clusterIPs).toEqual(["10.0.0.2"]);
  });
});

describe("namespaces and nodes", () => {
  it("are read", async () => {
    const objects = [
      { kind: "Namespace", metadata: { name: "b", uid: "1", labels: { a: "b" } } },
      { kind: "Namespace", metadata: { name: "a" } },
      { kind: "Namespace" },
      {
        kind: "Node",
        metadata: {
          name: "n",
          labels: { os: "linux" },
          creationTimestamp: "2026-01-01T00:00:00Z",
        },
        spec: {
          taints: [
            { key: "a", value: "b", effect: "NoSchedule" },
            { key: "c", effect: "NoExecute", timeAdded: "2026-01-01T00:00:00Z" },
            null,
          ],
          podCIDR: "10.244.0.0/24",
          podCIDRs: ["10.244.0.0/24", "fd00::/64"],
        },
        status: {
          addresses: [
            { type: "InternalIP", address: "10.0.0.1" },
            { type: "ExternalIP", address: "192.0.2.1" },
            { type: "InternalIP" },
          ],
        },
      },
      { kind: "Node" },
      { kind: "Node", metadata: { name: "old" }, spec: { podCIDR: "10.244.1.0/24", podCIDRs: {} } },
      { kind: "Node", metadata: { name: "with-another-cni" } },
    ];
    expect(await valueOf("namespaces", { objects })).toEqual([
      { name: "a", uid: "", labels: new Map() },
      { name: "b", uid: "1", labels: new Map([["a", "b"]]) },
    ]);
    expect(await valueOf("nodes", { objects })).toEqual([
      {
        name: "n",
        labels: new Map([["os", "linux"]]),
        internalIPs: ["10.0.0.1"],
        podCIDRs: ["10.244.0.0/24", "fd00::/64"],
        taints: [
          { key: "a", value: "b", effect: "NoSchedule" },
          { key: "c", value: "", effect: "NoExecute" },
          { key: "", value: "", effect: "" },
        ],
        createdAt: Date.parse("2026-01-01T00:00:00Z"),
      },
      { name: "old", labels: new Map(), internalIPs: [], podCIDRs: ["10.244.1.0/24"], taints: [] },
      { name: "with-another-cni", labels: new Map(), internalIPs: [], podCIDRs: [], taints: [] },
    ]);
  });
});

const cni = (namespace: string, data?: unknown) => ({
  kind: "ConfigMap",
  metadata: { name: "istio-cni-config", namespace },
  data,
});

describe("cniConfigs", () => {
  it("are found in every namespace", async () => {
    const objects = [
      cni("kube-system", { AMBIENT_DNS_CAPTURE: "true" }),
      cni("istio-system"),
      cni("a", { AMBIENT_DNS_CAPTURE: false }),
      { kind: "ConfigMap", metadata: { name: "other", namespace: "a" } },
      cni("b", { AMBIENT_DNS_CAPTURE: { a: 1 } }),
    ];
    expect(await valueOf("cniConfigs", { objects })).toEqual([
      { namespace: "a", name: "istio-cni-config", dnsCapture: "false" },
      { namespace: "b", name: "istio-cni-config" },
      { namespace: "istio-system", name: "istio-cni-config" },
      { namespace: "kube-system", name: "istio-cni-config", dnsCapture: "true" },
    ]);
  });
});

const secret = (name: string, namespace: string, annotations?: object) => ({
  kind: "Secret",
  metadata: { name, namespace, labels: { "istio/multiCluster": "true" }, annotations },
  data: { b: "a2V5" },
});

const UNREADABLE = {
  ok: true,
  value: [
    { cluster: "b", authorities: [], credentials: [], unreadable: "it is not YAML of a map" },
  ],
};

describe("remoteSecrets", () => {
  it("are those of the istio namespace", async () => {
    const objects = [
      secret("b", "istio-system", { "networking.istio.io/cluster": "b" }),
      secret("a", "istio-system"),
      secret("c", "other"),
      {
        kind: "Secret",
        metadata: { namespace: "istio-system", labels: { "istio/multiCluster": "true" } },
      },
    ];
    expect(await valueOf("remoteSecrets", { objects })).toEqual([
      { namespace: "istio-system", name: "a", kubeconfigs: UNREADABLE },
      { namespace: "istio-system", name: "b", cluster: "b", kubeconfigs: UNREADABLE },
    ]);
    const refused = await factOf("remoteSecrets", { refuse: forbid("list secrets") });
    expect(refused).toMatchObject({ ok: false, why: "forbidden" });
  });
});
