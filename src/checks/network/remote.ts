import { CLUSTER, DEFAULT_CLUSTER_ID, NETWORK } from "../../mesh/names.ts";
import type { Link } from "../../mesh/links.ts";
import { isCalled } from "../../mesh/peers.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { labelGateway } from "../../mesh/commands/gateways.ts";
import { contextWord, mc, UNKNOWN_CONTEXT } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, info, objectRef, pass, remedy, skip, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { groupBy } from "../../lib/group-by.ts";
import type { NetworkMember } from "./member.ts";

/** What is known of the networks of a run. */
export interface Networks {
  /** The network of each cluster by context, where known. */
  of: ReadonlyMap<string, string>;
  /** Contexts by network, in the order of the run. */
  on: ReadonlyMap<string, readonly string[]>;
  /** Clusters that could not be read and whose network is not known. */
  unknown: readonly ClusterRef[];
  /** There is another cluster to compare with. */
  pairs: boolean;
}

/** Whether a remote Gateway has the network of the cluster that it points at. */
export function remoteFindings(link: Link<NetworkMember>, networks: Networks): Finding[] {
  return [labelFinding(link, networks), ...disagreement(link)].flat();
}

function labelFinding(link: Link<NetworkMember>, networks: Networks): Finding[] {
  const { from, gateway, target } = link;
  const { cluster } = from;
  const { context } = cluster;
  const about = { cluster: context, object: objectRef("Gateway", gateway) };
  const name = `Remote gateway ${qualified(gateway)}`;
  const network = gateway.labels.get(NETWORK);
  const expected = target && networks.of.get(target.cluster.context);
  const relabel = remedy(
    "Label the gateway with the network of the cluster that it stands for.",
    labelGateway(cluster, gateway, NETWORK, expected ?? "<network>"),
  );
  if (!network) {
    const whom = target ? `; it points at ${target.cluster.context}` : "";
    const message = `${name} of ${context} has no label ${NETWORK}${whom}`;
    return [fail(message, { ...about, remediation: relabel })];
  }
  const references = `${name} of ${context} references network ${network}`;
  if (target && expected === undefined) {
    return [skip(`${references}: that of ${target.cluster.context} is not known`, about)];
  }
  if (target && network !== expected) {
    const message = `${references}, but points at ${target.cluster.context}, whose network is ${expected}`;
    return [fail(message, { ...about, remediation: relabel })];
  }
  const same = networks.on.get(network);
  if (same) {
    const message = `${name} references network ${network} (clusters: [${enumerate(same)}])`;
    const label = gateway.labels.get(CLUSTER);
    return !target && label && label !== network
      ? [info(`${message}, but is for cluster ${label}, which is not among them`, about)]
      : [pass(message, about)];
  }
  return [];
}

/** Networks that no cluster is known to have: one finding for all who reference it. */
export function unknownNetworks(
  links: readonly Link<NetworkMember>[],
  networks: Networks,
): Finding[] {
  if (!networks.pairs) return [];
  const unknown = links.flatMap((link) => {
    const network = link.gateway.labels.get(NETWORK);
    return network && !link.target && !networks.on.has(network) ? [{ link, network }] : [];
  });
  return groupBy(unknown, ({ network }) => network).map((group) =>
    unknownNetwork(group, networks.unknown),
  );
}

interface Reference {
  link: Link<NetworkMember>;
  network: string;
}

function unknownNetwork(
  references: readonly [Reference, ...Reference[]],
  unknown: readonly ClusterRef[],
): Finding {
  const [{ link: first, network }] = references;
  const links = references.map(({ link }) => link);
  const { cluster } = first.from;
  const only = links.length === 1 ? first : undefined;
  const about = only
    ? { cluster: cluster.context, object: objectRef("Gateway", only.gateway) }
    : {};
  const who = only
    ? `Remote gateway ${qualified(only.gateway)} of ${cluster.context} references`
    : `Remote gateways of ${enumerate([...new Set(links.map(({ from }) => from.cluster.context))])} reference`;
  const message = `${who} network ${network}`;
  if (unknown.length > 0) {
    const whose = enumerate(unknown.map(({ context }) => context));
    return info(`${message}, which may be that of ${whose}, not read`, about);
  }
  return warn(`${message}, which no checked cluster has`, {
    ...about,
    remediation: remedy(
      "Check the cluster of that network too, or correct the label of the gateways if there is none.",
      mc(cluster, `check --contexts ${contextWord(cluster)},${UNKNOWN_CONTEXT}`),
      ...links
        .slice(0, 3)
        .map(({ from, gateway }) => labelGateway(from.cluster, gateway, NETWORK, "<network>")),
    ),
  });
}

/**
 * The label topology.istio.io/cluster says one cluster, the address another. Where the label is to be
 * believed the address is the fault, which other checks name.
 */
function disagreement(link: Link<NetworkMember>): Finding[] {
  const { from, gateway, target, by, owners, self } = link;
  const label = gateway.labels.get(CLUSTER);
  const [owner] = owners;
  if (!label || !owner || owners.some((one) => isCalled(one, label))) return [];
  if (!target || (by === "cluster label" && !self)) return [];
  const { id } = owner.cluster;
  const isNamed = id !== undefined && id !== DEFAULT_CLUSTER_ID;
  const isAnothers = by === "address and network";
  // Without a CLUSTER_ID of its own nothing can be said, and cluster-identity reports it.
  if (!isNamed && !isAnothers) return [];
  const { cluster } = from;
  const address = gateway.addresses.map(({ value }) => value).join(", ");
  const message = `Remote gateway ${qualified(gateway)} of ${cluster.context} is labelled for cluster ${label}, but its address ${address} is that of ${owner.cluster.context}`;
  // It calls one cluster of the run another.
  const fault = isAnothers ? fail : warn;
  return [
    fault(message, {
      cluster: cluster.context,
      object: objectRef("Gateway", gateway),
      remediation: remedy(
        "Label the gateway with the CLUSTER_ID of that cluster.",
        ...(isNamed ? [labelGateway(cluster, gateway, CLUSTER, id)] : []),
      ),
    }),
  ];
}
