import { describe, expect, it } from "vitest";
import { missing } from "../../src/model/gathered.ts";
import { factOf, forbid, memorySource, valueOf } from "../support/source.ts";

const notServed = (plural: string) => (request: string) =>
  request.startsWith(`list ${plural}`)
    ? missing("not-found", "the server could not find the requested resource")
    : undefined;

const gateway = (name: string, className: string, more: object = {}) => ({
  kind: "Gateway",
  metadata: { name, namespace: "istio-eastwest" },
  spec: { gatewayClassName: className },
  ...more,
});

describe("gateways", () => {
  it("are sorted by class", async () => {
    const found = await valueOf("gateways", {
      objects: [
        gateway("b", "istio-remote"),
        gateway("a", "istio-remote"),
        gateway("ew", "istio-eastwest"),
        gateway("community", "istio-east-west"),
        gateway("ingress", "nginx"),
        { kind: "Gateway", spec: { gatewayClassName: "istio-remote" } },
      ],
    });
    expect(found.served).toBe(true);
    expect(found.eastWest.map(({ name }) => name)).toEqual(["community", "ew"]);
    expect(found.remote.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("carry what checks read", async () => {
    const object = gateway("ew", "istio-eastwest", {
      metadata: {
        name: "ew",
        namespace: "istio-eastwest",
        labels: { "topology.istio.io/network": "net" },
        annotations: { a: "b", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
        creationTimestamp: "2026-01-01T00:00:00Z",
        managedFields: [
          { manager: "mc", operation: "Apply", fieldsV1: {} },
          { manager: "mc", operation: "Update" },
          { manager: "pilot-discovery", operation: "Update", subresource: "status" },
          null,
        ],
      },
      spec: {
        gatewayClassName: "istio-eastwest",
        addresses: [{ value: "192.0.2.1" }, { type: "Hostname", value: "a.example" }, {}, null],
        listeners: [
          { name: "xds-tls", port: 15_012, protocol: "TLS", tls: { mode: "Passthrough" } },
          { port: "x" },
        ],
      },
      status: {
        addresses: [{ type: "IPAddress", value: "192.0.2.2" }],
        conditions: [{ type: "Programmed", status: "True", reason: "R", message: "m" }, {}, null],
      },
    });
    const { eastWest } = await valueOf("gateways", { objects: [object] });
    expect(eastWest).toEqual([
      {
        namespace: "istio-eastwest",
        name: "ew",
        className: "istio-eastwest",
        labels: new Map([["topology.istio.io/network", "net"]]),
        annotations: new Map([["a", "b"]]),
        addresses: [
          { type: "IPAddress", value: "192.0.2.1" },
          { type: "Hostname", value: "a.example" },
        ],
        statusAddresses: [{ type: "IPAddress", value: "192.0.2.2" }],
        listeners: [
          { name: "xds-tls", port: 15_012, protocol: "TLS", tlsMode: "Passthrough" },
          { name: "", protocol: "" },
        ],
        conditions: new Map([
          ["Programmed", { type: "Programmed", status: "True", reason: "R", message: "m" }],
        ]),
        createdAt: Date.parse("2026-01-01T00:00:00Z"),
        managers: ["mc"],
      },
    ]);
  });

  it("are not served without the CRDs", async () => {
    expect(await valueOf("gateways", { refuse: notServed("gateways") })).toEqual({
      served: false,
      eastWest: [],
      remote: [],
    });
    const refused = await factOf("gateways", { refuse: forbid("list gateways") });
    expect(refused).toMatchObject({ ok: false, why: "forbidden" });
  });
});

describe("gatewayClasses", () => {
  it("say who controls them, and whether they were accepted", async () => {
    const objects = [
      {
        kind: "GatewayClass",
        metadata: { name: "istio-remote" },
        spec: { controllerName: "istio.io/unmanaged-gateway" },
        status: { conditions: [{ type: "Accepted", status: "True" }] },
      },
      { kind: "GatewayClass", metadata: { name: "a" } },
      { kind: "GatewayClass" },
    ];
    expect(await valueOf("gatewayClasses", { objects })).toEqual([
      { name: "a", controller: "" },
      {
        name: "istio-remote",
        controller: "istio.io/unmanaged-gateway",
        accepted: { type: "Accepted", status: "True", reason: "", message: "" },
      },
    ]);
  });

  it("are none without the CRDs", async () => {
    expect(await valueOf("gatewayClasses", { refuse: notServed("gatewayclasses") })).toEqual([]);
    expect((await factOf("gatewayClasses", { refuse: forbid("list") })).ok).toBe(false);
  });
});

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
        metadata: { name: "n", labels: { os: "linux" } },
        status: {
          addresses: [
            { type: "InternalIP", address: "10.0.0.1" },
            { type: "ExternalIP", address: "192.0.2.1" },
            { type: "InternalIP" },
          ],
        },
      },
      { kind: "Node" },
    ];
    expect(await valueOf("namespaces", { objects })).toEqual([
      { name: "a", uid: "", labels: new Map() },
      { name: "b", uid: "1", labels: new Map([["a", "b"]]) },
    ]);
    expect(await valueOf("nodes", { objects })).toEqual([
      { name: "n", labels: new Map([["os", "linux"]]), internalIPs: ["10.0.0.1"] },
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
    ];
    expect(await valueOf("cniConfigs", { objects })).toEqual([
      { namespace: "a", name: "istio-cni-config", dnsCapture: "false" },
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

describe("remoteSecrets", () => {
  it("are read by metadata, in the istio namespace", async () => {
    const objects = [
      secret("b", "istio-system", { "networking.istio.io/cluster": "b" }),
      secret("a", "istio-system"),
      secret("c", "other"),
    ];
    expect(await valueOf("remoteSecrets", { objects })).toEqual([
      { namespace: "istio-system", name: "a" },
      { namespace: "istio-system", name: "b", cluster: "b" },
    ]);
    const refused = await factOf("remoteSecrets", { refuse: forbid("list secrets") });
    expect(refused).toMatchObject({ ok: false, why: "forbidden" });
  });
});

const node = (labels: object) => ({ kind: "Node", metadata: { name: "n", labels } });

const network = (defaultNetwork: object) => ({
  kind: "Network",
  metadata: { name: "cluster" },
  spec: { defaultNetwork },
});

describe("platform", () => {
  const openshift = node({ "node.openshift.io/os_id": "rhcos" });
  it("is plain Kubernetes without a sign of OpenShift, and asks nothing more", async () => {
    const { source, reader } = memorySource({ objects: [node({ os: "linux" })] });
    expect(await source.fact("platform")).toEqual({ ok: true, value: { openshift: false } });
    expect(reader.requests).toEqual(["list nodes", "list namespaces"]);
  });

  it("reads the configuration of OVN", async () => {
    const gatewayConfig = { routingViaHost: true };
    const objects = [
      openshift,
      network({ type: "OVNKubernetes", ovnKubernetesConfig: { gatewayConfig } }),
    ];
    expect(await valueOf("platform", { objects })).toEqual({
      openshift: true,
      network: { ok: true, value: { type: "OVNKubernetes", routingViaHost: true } },
    });
  });

  it("is known by namespaces too, where OpenShift's API is served", async () => {
    const namespace = { kind: "Namespace", metadata: { name: "openshift-config" } };
    const refuse = forbid("list nodes");
    expect(await valueOf("platform", { objects: [namespace, network({})], refuse })).toEqual({
      openshift: true,
      network: { ok: true, value: { type: "" } },
    });
    expect(await valueOf("platform", { objects: [namespace], refuse })).toEqual({
      openshift: false,
    });
  });

  it("says why the configuration could not be read", async () => {
    const found = await valueOf("platform", { objects: [openshift], refuse: forbid("get") });
    expect(found).toMatchObject({ openshift: true, network: { ok: false, why: "forbidden" } });
    const absent = await valueOf("platform", { objects: [openshift] });
    expect(absent).toMatchObject({ openshift: true, network: { ok: false, why: "not-found" } });
  });

  it("is not known when neither nodes nor namespaces can be read", async () => {
    const fact = await factOf("platform", { refuse: forbid("list n") });
    expect(fact).toMatchObject({ ok: false, why: "forbidden" });
    const some = await factOf("platform", { refuse: forbid("list namespaces") });
    expect(some).toEqual({ ok: true, value: { openshift: false } });
  });
});
