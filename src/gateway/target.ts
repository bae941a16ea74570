import * as label from "../lib/labels.ts";
import { isIpAddress, normalizeAddress, serviceOf } from "../lib/peering.ts";
import { contextWord, kubectl } from "../lib/shell.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey, GatewayFact, ServiceFact } from "../model/facts.ts";
import { factOf, type Problem, problem } from "./problem.ts";
import type { PeerTarget } from "./remote-peer.ts";

/** What must be read of a cluster to point a remote Gateway at it. */
export const TARGET_FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "namespaces",
  "gateways",
  "services",
  "meshConfigs",
];

export type Described = { target: PeerTarget; notes: string[] } | { problems: Problem[] };

/** The addresses from outside, as they are written: Service first, then the status. */
function addressesOf(gateway: GatewayFact, services: readonly ServiceFact[]): string[] {
  const service = serviceOf(gateway, services);
  const internal = new Set((service?.clusterIPs ?? []).map(normalizeAddress));
  return [
    ...(service?.addresses ?? []),
    ...gateway.statusAddresses.map(({ value }) => value),
  ].filter((address) => !internal.has(normalizeAddress(address)));
}

export function addressOf(value: string): PeerTarget["address"] {
  const bare = value.replace(/^\[(.*)\]$/, "$1");
  return isIpAddress(bare)
    ? { type: "IPAddress", value: bare }
    : { type: "Hostname", value: value.toLowerCase().replace(/\.$/, "") };
}

function exposeCommand(cluster: ClusterRef): string {
  return `mc expose --context ${contextWord(cluster)} -n istio-eastwest --wait`;
}

/** The east-west Gateway to go through: one with an address if there is, Solo's own name first. */
function chooseGateway(
  gateways: readonly GatewayFact[],
  services: readonly ServiceFact[],
): { gateway: GatewayFact; addresses: string[] } | undefined {
  const choices = gateways
    .map((gateway) => ({ gateway, addresses: addressesOf(gateway, services) }))
    .toSorted(
      (one, other) =>
        Number(other.addresses.length > 0) - Number(one.addresses.length > 0) ||
        Number(other.gateway.name === "istio-eastwest") -
          Number(one.gateway.name === "istio-eastwest"),
    );
  return choices[0];
}

/**
 * A cluster as the target of links: its east-west Gateway's address, network, CLUSTER_ID and trust
 * domain, or everything that stands against linking to it.
 *
 * @param override the host to use in place of the address that was found (`--address`)
 */
export function describeTarget(
  cluster: GatheredCluster,
  override: string | undefined,
  nodePort: boolean,
): Described {
  const { ref } = cluster;
  const problems: Problem[] = [];
  const read = <K extends FactKey>(key: K, what: string) => {
    const fact = factOf(cluster, key);
    if ("value" in fact) return fact.value;
    problems.push(problem(ref, `${what} could not be read: ${fact.missing.detail}`));
    return undefined;
  };
  const connection = factOf(cluster, "connection");
  if ("missing" in connection) {
    return { problems: [problem(ref, `cannot be reached: ${connection.missing.detail}`)] };
  }
  const gateways = read("gateways", "its Gateways");
  const services = override === undefined ? read("services", "its Services") : [];
  const meshConfigs = read("meshConfigs", "its trust domain");
  if (read("namespaces", "its network") && !ref.network) problems.push(noNetwork(ref));
  if (gateways && !gateways.served) problems.push(noCrds(ref));
  const chosen = gateways && services ? chooseGateway(gateways.eastWest, services) : undefined;
  const address = override ?? chosen?.addresses[0];
  if (gateways?.served && services && !chosen) {
    problems.push(problem(ref, "has no east-west Gateway", exposeCommand(ref)));
  } else if (chosen && address === undefined) {
    const { namespace, name } = chosen.gateway;
    problems.push(
      problem(
        ref,
        `east-west Gateway ${namespace}/${name} has no address that can be reached from outside`,
        kubectl(ref, "-n", namespace, "get", "service", name),
      ),
    );
  }
  if (problems.length > 0 || !chosen || address === undefined || !ref.network) return { problems };
  const unreadable = meshConfigs?.find((config) => config.unreadable !== undefined);
  const { labels, annotations } = chosen.gateway;
  const region = labels.get(label.REGION);
  const zone = labels.get(label.ZONE);
  const type = annotations.get(label.DATA_PLANE_TYPE)?.toLowerCase();
  return {
    target: {
      context: ref.context,
      clusterId: ref.id ?? ref.network,
      network: ref.network,
      trustDomain: meshConfigs?.[0]?.trustDomain ?? "cluster.local",
      gatewayName: chosen.gateway.name,
      address: addressOf(address),
      ...(region ? { region } : {}),
      ...(zone ? { zone } : {}),
    },
    notes: [
      ...(unreadable
        ? [
            `${ref.context}: ConfigMap ${unreadable.configMap} is not valid YAML: trust domain cluster.local is assumed`,
          ]
        : []),
      ...(nodePort && type !== "nodeport"
        ? [
            `${ref.context}: east-west Gateway ${chosen.gateway.namespace}/${chosen.gateway.name} is not annotated ${label.DATA_PLANE_TYPE}=NodePort, so node ports are not used until it is`,
          ]
        : []),
    ],
  };
}

export function noNetwork(ref: ClusterRef): Problem {
  return problem(
    ref,
    `namespace ${ref.istioNamespace} has no label ${label.NETWORK}`,
    kubectl(
      ref,
      "label",
      "namespace",
      ref.istioNamespace,
      `${label.NETWORK}=${ref.id ?? ref.context}`,
    ),
  );
}

export function noCrds(ref: ClusterRef): Problem {
  return problem(
    ref,
    "the Gateway API is not installed",
    kubectl(
      ref,
      "apply",
      "-f",
      "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml",
    ),
  );
}
