import { NETWORK } from "../../mesh/names.ts";
import { linksOf } from "../../mesh/links.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { meshCheck, type ClusterRef } from "../../model/check.ts";
import { pass, summarize } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import { ownFindings } from "./own.ts";
import { ownNetwork, type NetworkMember, type OwnNetwork } from "./member.ts";
import { proxyFindings } from "./proxies.ts";
import { remoteFindings, unknownNetworks, type Networks } from "./remote.ts";
import { sharedFindings } from "./shared.ts";
import { servicesNotChecked } from "../_shared/not-checked-services.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    network: undefined;
  }
}

function networksOf(
  clusters: readonly ClusterRef[],
  read: ReadonlyMap<string, string | undefined>,
  absent: readonly ClusterRef[],
): Networks {
  const known = clusters.flatMap(({ context, network: label }) => {
    const network = read.has(context) ? read.get(context) : label;
    return network === undefined ? [] : [[context, network] as const];
  });
  const on = new Map<string, string[]>();
  for (const [context, network] of known) on.set(network, [...(on.get(network) ?? []), context]);
  return {
    of: new Map(known),
    on,
    unknown: absent.filter(({ network }) => network === undefined),
    pairs: clusters.length > 1,
  };
}

export const network = meshCheck({
  id: "network",
  title: "Network Configuration Check",
  view: { rank: 420, familiar: true },
  why: "ztunnel sends traffic for another network through its east-west gateway: a wrong network name sends it nowhere.",
  reads:
    "Label topology.istio.io/network of the istio namespace and of the Gateways, env NETWORK of ztunnel, NETWORK and ISTIO_META_NETWORK of gateway pods and, where namespaces are injected, of pods with a sidecar; podCIDRs of nodes where clusters share a network.",
  faults: [
    "The istio namespace or an east-west Gateway has no label topology.istio.io/network; with remote secrets only where some cluster has a network of its own.",
    "Namespace, east-west Gateway, gateway pods and ztunnel of a cluster name different networks.",
    "A remote Gateway's label is not the network of the cluster that it points at.",
    "A remote Gateway references a network that no checked cluster has.",
    "With peering, two clusters are on one network though no autogenflat entries go between them.",
    "An istiod of clusters on one network has PEERING_ENABLE_FLAT_NETWORKS=false (a warning).",
    "ISTIO_META_NETWORK of the pods of a waypoint or ingress gateway, or of a sidecar, is not the network of their cluster.",
    "The podCIDRs of nodes of two clusters on one network overlap.",
  ],
  fixes: [
    "Label the istio namespace: kubectl label namespace istio-system topology.istio.io/network=NETWORK.",
    "Label the Gateways the same way; set value network of the ztunnel Helm release.",
    "Give each cluster a network of its own, unless pods reach each other directly.",
  ],
  needs: ["istioNamespace", "namespaces", "gateways"],
  uses: ["services", "ztunnels", "gatewayPods", "proxyPods", "flatEntries", "nodes", "istiods"],
  run(members: readonly NetworkMember[], { clusters, absent, kinds }) {
    const own = new Map(members.map((member) => [member, ownNetwork(member)]));
    const isPeering = kinds.has("peering");
    if (!isPeering && absent.length === 0 && !isDivided(own)) {
      const message =
        "no networks are named: all clusters count as one, whose pods reach each other";
      return { findings: [pass(message)], summary: message };
    }
    const read = new Map(
      [...own].map(([{ cluster }, { believed }]) => [cluster.context, believed]),
    );
    // What the components agree on counts for the look-up by network too.
    const placed = members.map((member) => ({
      facts: member.facts,
      cluster: withNetwork(member.cluster, read.get(member.cluster.context)),
    }));
    const networks = networksOf(clusters, read, absent);
    const links = linksOf(placed, absent);
    const findings = [
      ...[...own].flatMap(([member, found]) => ownFindings(member, found, isPeering)),
      ...[...own].flatMap(([member, { believed }]) =>
        proxyFindings(member, believed, kinds.has("community")),
      ),
      ...links.flatMap((link) => remoteFindings(link, networks)),
      ...unknownNetworks(links, networks),
      ...[...Map.groupBy(placed, ({ cluster }) => cluster.network)].flatMap(([name, group]) =>
        name === undefined ? [] : sharedFindings(name, group, { absent, isPeering }),
      ),
      ...servicesNotChecked(members),
      ...(members.length < 2
        ? [
            pairsSkipped(
              "remote gateways are not compared with the clusters they stand for",
              absent,
            ),
          ]
        : []),
    ];
    return { findings, summary: summarize(findings, "all network configurations are valid") };
  },
});

/** Some cluster has a network of its own, or a gateway for others: then each needs the name of its. */
function isDivided(own: ReadonlyMap<NetworkMember, OwnNetwork>): boolean {
  return [...own].some(
    ([{ facts }, { label, others }]) =>
      label !== undefined ||
      others !== undefined ||
      valueOr(facts.services, []).some(({ labels }) => labels.has(NETWORK)),
  );
}

function withNetwork(cluster: ClusterRef, believed: string | undefined): ClusterRef {
  const { network: _, ...rest } = cluster;
  return believed === undefined ? rest : { ...rest, network: believed };
}
