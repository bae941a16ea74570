import { Gateway } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway";
import { describe, expect, it } from "vitest";
import { eastWestGateway } from "../../src/gateway/eastwest.ts";
import { peeringValues } from "../../src/gateway/helm-values.ts";
import type { GatewayManifest } from "../../src/gateway/manifest.ts";
import type { PeerSource, PeerTarget } from "../../src/gateway/peer.ts";
import { peerGateways } from "../../src/gateway/remote-peer.ts";
import { toYaml } from "../../src/gateway/yaml.ts";

/** Throws where the published schema does not take it. */
function validate(manifest: GatewayManifest): void {
  new Gateway(manifest).validate();
}

const SOURCE: PeerSource = { context: "ctx-a", network: "net-a", existing: [] };
const TARGET: PeerTarget = {
  context: "ctx-b",
  clusterId: "b",
  network: "net-b",
  trustDomain: "b.local",
  gatewayName: "istio-eastwest",
  address: { type: "IPAddress", value: "192.0.2.20" },
};

function peer(changes: Partial<PeerTarget> = {}, nodePort = false): GatewayManifest {
  const [only] = peerGateways(SOURCE, [{ ...TARGET, ...changes }], nodePort);
  if (!only) throw new Error("there is no Gateway");
  return only.manifest;
}

describe("eastWestGateway", () => {
  it("is the Gateway that other clusters reach this one through", () => {
    const manifest = eastWestGateway({
      network: "net-a",
      clusterId: "a",
      region: "us-east-1",
      zone: "us-east-1a",
      namespace: "istio-eastwest",
      nodePort: false,
    });
    expect(manifest).toEqual({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        labels: {
          "istio.io/expose-istiod": "15012",
          "topology.istio.io/cluster": "a",
          "topology.istio.io/network": "net-a",
          "topology.kubernetes.io/region": "us-east-1",
          "topology.kubernetes.io/zone": "us-east-1a",
        },
        name: "istio-eastwest",
        namespace: "istio-eastwest",
      },
      spec: {
        gatewayClassName: "istio-eastwest",
        listeners: [
          { name: "cross-network", port: 15008, protocol: "HBONE", tls: { mode: "Passthrough" } },
          { name: "xds-tls", port: 15012, protocol: "TLS", tls: { mode: "Passthrough" } },
        ],
      },
    });
    validate(manifest);
  });

  it("prints as kubectl would show it, without namespace, locality and CLUSTER_ID", () => {
    expect(toYaml(eastWestGateway({ network: "net-a", nodePort: true }))).toBe(`\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  annotations:
    peering.solo.io/data-plane-service-type: NodePort
  labels:
    istio.io/expose-istiod: "15012"
    topology.istio.io/cluster: net-a
    topology.istio.io/network: net-a
  name: istio-eastwest
spec:
  gatewayClassName: istio-eastwest
  listeners:
  - name: cross-network
    port: 15008
    protocol: HBONE
    tls:
      mode: Passthrough
  - name: xds-tls
    port: 15012
    protocol: TLS
    tls:
      mode: Passthrough
`);
  });
});

describe("peerGateways", () => {
  it("stand for the target", () => {
    const manifest = peer({ region: "eu-west-1", zone: "eu-west-1b" });
    expect(manifest).toEqual({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        annotations: {
          "gateway.istio.io/service-account": "istio-eastwest",
          "gateway.istio.io/trust-domain": "b.local",
        },
        labels: {
          "topology.istio.io/cluster": "b",
          "topology.istio.io/network": "net-b",
          "topology.kubernetes.io/region": "eu-west-1",
          "topology.kubernetes.io/zone": "eu-west-1b",
        },
        name: "istio-remote-peer-net-b",
      },
      spec: {
        addresses: [{ type: "IPAddress", value: "192.0.2.20" }],
        gatewayClassName: "istio-remote",
        listeners: [
          { name: "cross-network", port: 15008, protocol: "HBONE", tls: { mode: "Passthrough" } },
          { name: "xds-tls", port: 15012, protocol: "TLS", tls: { mode: "Passthrough" } },
        ],
      },
    });
    validate(manifest);
  });

  it("by node ports: an annotation, and no HBONE listener", () => {
    const manifest = peer({ address: { type: "Hostname", value: "lb.example.com" } }, true);
    validate(manifest);
    expect(toYaml(manifest)).toBe(`\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  annotations:
    gateway.istio.io/service-account: istio-eastwest
    gateway.istio.io/trust-domain: b.local
    peering.solo.io/preferred-data-plane-service-type: NodePort
  labels:
    topology.istio.io/cluster: b
    topology.istio.io/network: net-b
  name: istio-remote-peer-net-b
spec:
  addresses:
  - type: Hostname
    value: lb.example.com
  gatewayClassName: istio-remote
  listeners:
  - name: xds-tls
    port: 15012
    protocol: TLS
    tls:
      mode: Passthrough
`);
  });

  it("carry the namespace when there is one", () => {
    const [only] = peerGateways({ ...SOURCE, namespace: "istio-eastwest" }, [TARGET], false);
    expect(only?.manifest.metadata.namespace).toBe("istio-eastwest");
    expect(peer().metadata).not.toHaveProperty("namespace");
  });

  it("a wrong one is refused by the schema", () => {
    const manifest = peer();
    expect(() => validate({ ...manifest, spec: { ...manifest.spec, listeners: [] } })).toThrow(
      "listeners",
    );
  });
});

describe("peeringValues", () => {
  it("are those of the peering chart", () => {
    expect(toYaml(peeringValues(SOURCE, [{ ...TARGET, region: "eu" }], false))).toBe(`\
remote:
  create: true
  items:
  - address: 192.0.2.20
    addressType: IPAddress
    cluster: b
    name: istio-remote-peer-net-b
    network: net-b
    preferredDataplaneServiceType: loadbalancer
    region: eu
    trustDomain: b.local
`);
  });

  it("have an item for each target, node ports in lower case", () => {
    const other: PeerTarget = {
      ...TARGET,
      context: "ctx-c",
      clusterId: "c",
      network: "net-c",
      zone: "z",
    };
    const { items } = peeringValues(SOURCE, [TARGET, other], true).remote;
    expect(items.map(({ name }) => name)).toEqual([
      "istio-remote-peer-net-b",
      "istio-remote-peer-net-c",
    ]);
    expect(items[1]).toMatchObject({ preferredDataplaneServiceType: "nodeport", zone: "z" });
  });
});
