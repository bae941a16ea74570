import { describe, expect, it } from "vitest";
import type { PeerTarget } from "../../src/gateway/peer.ts";
import { describeTarget, TARGET_FACTS, type TargetSettings } from "../../src/gateway/target.ts";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import type { GatewayFact, ServiceFact } from "../../src/model/facts.ts";
import { gathered } from "../../src/model/gathered.ts";
import {
  conditions,
  eastWestGateway,
  istiod,
  labels,
  namespace,
  service,
} from "../support/facts.ts";
import { deadCluster, FORBIDDEN, gatheredCluster } from "../support/gathered.ts";

const SETTINGS: TargetSettings = { nodePort: false };

function target(cluster: GatheredCluster, settings: Partial<TargetSettings> = {}): PeerTarget {
  const described = describeTarget(cluster, { ...SETTINGS, ...settings });
  if ("problems" in described) throw new Error(JSON.stringify(described.problems));
  return described.target;
}

function notes(cluster: GatheredCluster, settings: Partial<TargetSettings> = {}): string[] {
  const described = describeTarget(cluster, { ...SETTINGS, ...settings });
  return "notes" in described ? described.notes : [];
}

function problems(cluster: GatheredCluster, settings: Partial<TargetSettings> = {}): string[] {
  const described = describeTarget(cluster, { ...SETTINGS, ...settings });
  if (!("problems" in described)) return [];
  return described.problems.map(({ message, commands }) => [message, ...commands].join("\n  "));
}

function withGateways(...eastWest: GatewayFact[]): GatheredCluster {
  return gatheredCluster("a", { gateways: { served: true, eastWest, remote: [] } });
}

describe("describeTarget", () => {
  it("tells what a remote Gateway says of the cluster", () => {
    expect(target(gatheredCluster("a"))).toEqual({
      context: "ctx-a",
      clusterId: "a",
      network: "net-a",
      trustDomain: "cluster.local",
      gatewayName: "istio-eastwest",
      address: { type: "IPAddress", value: "192.0.2.97" },
    });
    expect(notes(gatheredCluster("a"))).toEqual([]);
    expect(TARGET_FACTS).toContain("services");
  });

  it("takes region and zone of its east-west Gateway", () => {
    const gateway = eastWestGateway("a", {
      labels: labels({
        "istio.io/expose-istiod": "15012",
        "topology.kubernetes.io/region": "us",
        "topology.kubernetes.io/zone": "us-1a",
      }),
    });
    expect(target(withGateways(gateway))).toMatchObject({ region: "us", zone: "us-1a" });
  });

  it("prefers the gateway of the namespace that is asked for, if it has an address", () => {
    const at = (where: string, address?: string): GatewayFact =>
      eastWestGateway("a", {
        namespace: where,
        statusAddresses: address === undefined ? [] : [{ type: "IPAddress", value: address }],
      });
    const both = withGateways(at("istio-eastwest", "192.0.2.1"), at("edge", "192.0.2.2"));
    const services: ServiceFact[] = [];
    const cluster = { ...both, facts: { ...both.facts, services: gathered(services) } };
    const of = (where?: string): unknown =>
      target(cluster, where === undefined ? {} : { namespace: where }).address.value;
    expect([of(), of("edge"), of("istio-eastwest")]).toEqual([
      "192.0.2.1",
      "192.0.2.2",
      "192.0.2.1",
    ]);
    const pending = withGateways(at("istio-eastwest", "192.0.2.1"), at("edge"));
    expect(target(pending, { namespace: "edge" }).gatewayName).toBe("istio-eastwest");
  });

  it("takes the trust domain and the host name", () => {
    const cluster = gatheredCluster("a", {
      services: [service({ addresses: ["LB.example.com"] })],
      meshConfigs: [
        { revision: "default", configMap: "istio", trustDomain: "a.local", trustDomainAliases: [] },
      ],
    });
    expect(target(cluster)).toMatchObject({
      trustDomain: "a.local",
      address: { type: "Hostname", value: "lb.example.com" },
    });
  });

  it("assumes cluster.local where there is no istiod to have a configuration", () => {
    const cluster = gatheredCluster("a", { istiods: { judged: [], others: [] }, meshConfigs: [] });
    expect(target(cluster)).toMatchObject({ trustDomain: "cluster.local", clusterId: "a" });
  });

  it("uses the network where CLUSTER_ID is not set", () => {
    const gateway = eastWestGateway("a", { labels: labels({ "istio.io/expose-istiod": "15012" }) });
    const cluster = gatheredCluster("a", {
      istiods: { judged: [istiod({ env: new Map() })], others: [] },
      gateways: { served: true, eastWest: [gateway], remote: [] },
    });
    expect(target(cluster).clusterId).toBe("net-a");
    expect(notes(cluster)).toEqual([expect.stringContaining("its network stands in")]);
  });

  it("goes through the Gateway that has an address, exposes istiod, is called as Solo does", () => {
    const silent = eastWestGateway("a", { name: "a-silent", statusAddresses: [] });
    const dataOnly = eastWestGateway("a", {
      name: "b-data",
      labels: labels({}),
      listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }],
      statusAddresses: [{ type: "IPAddress", value: "192.0.2.1" }],
    });
    const other = eastWestGateway("a", { name: "c-other" });
    const solo = eastWestGateway("a", {});
    expect(target(withGateways(silent, dataOnly, other, solo)).gatewayName).toBe("istio-eastwest");
    expect(target(withGateways(silent, dataOnly, other)).gatewayName).toBe("c-other");
    expect(target(withGateways(silent, dataOnly)).gatewayName).toBe("b-data");
    expect(notes(withGateways(silent, dataOnly))).toContain(
      "ctx-a: east-west Gateway istio-eastwest/b-data has no listener on port 15012, so istiod cannot be reached",
    );
  });

  it("uses the address that is given", () => {
    const address = { type: "Hostname", value: "nat.example.com" } as const;
    const pending = gatheredCluster("a", { services: FORBIDDEN });
    expect(target(pending, { address }).address).toEqual(address);
    expect(problems(pending)).toEqual([expect.stringContaining("its Services could not be read")]);
    const silent = withGateways(eastWestGateway("a", { statusAddresses: [] }));
    silent.facts.services = { ok: true, value: [] };
    expect(target(silent, { address }).address).toEqual(address);
  });

  it("is no target without an address from outside", () => {
    const gateway = eastWestGateway("a", {
      statusAddresses: [{ type: "IPAddress", value: "10.96.0.10" }],
    });
    const cluster = gatheredCluster("a", {
      gateways: { served: true, eastWest: [gateway], remote: [] },
      services: [service({ addresses: [] })],
    });
    expect(problems(cluster)).toEqual([
      [
        "east-west Gateway istio-eastwest/istio-eastwest has no address that can be reached from outside (--address gives one)",
        "kubectl --context ctx-a -n istio-eastwest get service istio-eastwest",
        "kubectl --context ctx-a -n istio-eastwest get gateways.gateway.networking.k8s.io istio-eastwest -o yaml",
      ].join("\n  "),
    ]);
  });

  it("is no target without an east-west Gateway, or the CRDs for one", () => {
    expect(problems(withGateways())).toEqual([
      "has no east-west Gateway\n  mc expose --context ctx-a -n istio-eastwest --wait",
    ]);
    const cluster = gatheredCluster("a", { gateways: { served: false, eastWest: [], remote: [] } });
    expect(problems(cluster)).toEqual([
      expect.stringMatching(
        /^the Gateway API is not installed\n {2}kubectl --context ctx-a apply -f https:/,
      ),
    ]);
  });

  it("is no target without a network", () => {
    expect(problems(gatheredCluster("a", {}, { network: "" }))).toEqual([
      "namespace istio-system has no label topology.istio.io/network\n  kubectl --context ctx-a label namespace istio-system topology.istio.io/network=a",
    ]);
    const unnamed = { network: "", id: "Kubernetes", context: "arn:aws:eks/x y/" };
    expect(problems(gatheredCluster("a", {}, unnamed))[0]).toMatch(/network=arn-aws-eks-x-y$/);
    const odd = { network: "", id: "Kubernetes", context: "::" };
    expect(problems(gatheredCluster("a", {}, odd))[0]).toMatch(/network=<network>'$/);
    const elsewhere = gatheredCluster(
      "a",
      { namespaces: [namespace("kube-system")] },
      { network: "" },
    );
    expect(problems(elsewhere)).toEqual([
      "istio namespace istio-system does not exist: -i names another\n  kubectl --context ctx-a get deployments -A -l app=istiod",
    ]);
  });

  it("is no target while its trust domain is not known", () => {
    const cluster = gatheredCluster("a", {
      meshConfigs: [
        {
          revision: "default",
          configMap: "istio",
          trustDomain: "cluster.local",
          trustDomainAliases: [],
          unreadable: "bad indentation",
        },
      ],
    });
    expect(problems(cluster)).toEqual([
      "its trust domain is not known: ConfigMap istio: bad indentation\n  kubectl --context ctx-a -n istio-system get configmap istio -o yaml",
    ]);
  });

  it("names everything that could not be read", () => {
    const cluster = gatheredCluster("a", {
      namespaces: FORBIDDEN,
      gateways: FORBIDDEN,
      services: FORBIDDEN,
      meshConfigs: FORBIDDEN,
      istiods: FORBIDDEN,
    });
    expect(problems(cluster)).toEqual([
      expect.stringContaining("its namespaces could not be read: User"),
      expect.stringContaining("its Gateways could not be read"),
      expect.stringContaining("its Services could not be read"),
      expect.stringContaining("its mesh configuration could not be read"),
      expect.stringContaining("its istiod could not be read"),
    ]);
  });

  it("is no target when it is dead, or has no istiod of the revision", () => {
    expect(problems(deadCluster())).toEqual(["cannot be reached: connection refused"]);
    const cluster = gatheredCluster("a", { istiods: { judged: [], others: [istiod()] } });
    expect(problems(cluster, { revision: "x" })).toEqual([
      "has no istiod of revision x; there are: default",
    ]);
  });

  it("notes what a link by node ports needs, and a Gateway that is not programmed", () => {
    const annotated = eastWestGateway("a", {
      annotations: labels({ "peering.solo.io/data-plane-service-type": "NodePort" }),
    });
    expect(notes(withGateways(annotated), { nodePort: true })).toEqual([]);
    expect(notes(gatheredCluster("a"), { nodePort: true })).toEqual([
      expect.stringContaining("is not annotated peering.solo.io/data-plane-service-type=NodePort"),
    ]);
    const stuck = eastWestGateway("a", { conditions: conditions({ Programmed: "False" }) });
    expect(notes(withGateways(stuck))).toEqual([
      "ctx-a: east-west Gateway istio-eastwest/istio-eastwest is not programmed: Programmed Programmed is False",
    ]);
  });
});
