import { defined } from "../lib/defined.ts";
import { hasMinor, parseVersion } from "../mesh/versions.ts";
import { AUTOMATIC, automates } from "../mesh/makers.ts";
import { qualified } from "../mesh/wording.ts";
import { type Peer, findPeers, indexPeers } from "../mesh/peers.ts";
import { normalizeAddress } from "../lib/ip-address.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { PeerAddress } from "../mesh/addresses.ts";
import { gatheredPeer, remoteGateways } from "./gathered-peer.ts";
import { clusterName } from "./cluster-id.ts";
import { sameClusters, sameIds, sameNames } from "./identity.ts";
import type { PeerSource, PeerTarget } from "./peer.ts";
import type { Problem } from "./problem.ts";
import { type PeerGateway, peerGateways } from "./remote-peer.ts";
import { describeTarget } from "./target.ts";

/** Which links are asked for, and what was read of the clusters. */
export interface LinkInput {
  /** By context; each source and target is there. */
  clusters: ReadonlyMap<string, GatheredCluster>;
  sources: readonly string[];
  targets: readonly string[];
  /** To use in place of those that are found, by context of the target. */
  addresses: ReadonlyMap<string, PeerAddress>;
  nodePort: boolean;
  revision?: string;
  /** To be written in the Gateways; absent: each is left to the namespace of its context. */
  namespace?: string;
  /** Where the Gateways of a source go. */
  namespaceOf: (context: string) => string;
}

/** A source with the targets that it is to be linked to. */
export interface SourceLinks {
  cluster: GatheredCluster;
  source: PeerSource;
  targets: PeerTarget[];
  gateways: PeerGateway[];
}

export interface Links {
  /** Those that could be described. */
  targets: PeerTarget[];
  /** Sources that have a target besides themselves. */
  links: SourceLinks[];
  problems: Problem[];
  notes: string[];
  warnings: string[];
  /** What names rest on where a source could not be read. */
  assumptions: string[];
}

/** What the links are to be, and all that stands against making them, as far as facts tell. */
export function planLinks(input: LinkInput): Links {
  const clusters = [...input.clusters.values()];
  const same = sameClusters(clusters);
  const problems = [...same];
  const notes: string[] = [];
  const targets = input.targets.flatMap((context) => {
    const cluster = input.clusters.get(context);
    if (!cluster) return [];
    const { nodePort, revision, namespace } = input;
    const address = input.addresses.get(context);
    const described = describeTarget(cluster, {
      nodePort,
      ...defined({ revision, address, namespace }),
    });
    if ("problems" in described) {
      problems.push(...described.problems);
      return [];
    }
    notes.push(...described.notes);
    return [{ target: described.target, cluster }];
  });
  const links = input.sources.flatMap((context) => {
    const cluster = input.clusters.get(context);
    if (!cluster || input.targets.every((target) => target === context)) return [];
    return [
      sourceLinks(
        cluster,
        targets.map(({ target }) => target),
        input,
      ),
    ];
  });
  problems.push(
    // Contexts of one cluster have its ID of course.
    ...(same.length > 0 ? [] : sameIds(targets, idsOf(links))),
    ...links.flatMap(({ cluster, gateways }) => sameNames(cluster, gateways)),
  );
  return {
    targets: targets.map(({ target }) => target),
    links,
    problems,
    notes: [
      ...notes,
      ...links.flatMap(duplicates),
      ...(input.nodePort ? clusters.flatMap(tooOldForNodePort) : []),
    ],
    warnings: clusters.flatMap(automatic),
    assumptions: links.flatMap(({ cluster }) => assumption(cluster)),
  };
}

function assumption({ ref, facts }: GatheredCluster): string[] {
  const unread = [facts.connection, facts.namespaces, facts.gateways].find((fact) => !fact?.ok);
  if (!unread || unread.ok) {
    if (ref.network) return [];
    return [`${ref.context}: its network is not known: names assume that it has one of its own`];
  }
  return [
    `${ref.context}: it could not be read (${unread.detail}): names assume that it has a network of its own and no remote Gateways yet`,
  ];
}

function sourceLinks(
  cluster: GatheredCluster,
  all: readonly PeerTarget[],
  input: LinkInput,
): SourceLinks {
  const { ref } = cluster;
  const where = input.namespaceOf(ref.context);
  const source: PeerSource = {
    context: ref.context,
    existing: remoteGateways(cluster).filter(({ namespace }) => namespace === where),
    ...defined({ network: ref.network, namespace: input.namespace }),
  };
  const targets = all.filter(({ context }) => context !== ref.context);
  return { cluster, source, targets, gateways: peerGateways(source, targets, input.nodePort) };
}

/** What the sources are called, by context, where that is known. */
function idsOf(links: readonly SourceLinks[]): Map<string, string> {
  return new Map(
    links.flatMap(({ cluster }) => {
      const name = clusterName(cluster, undefined, undefined);
      const id = "message" in name ? undefined : (name.id ?? cluster.ref.network);
      return id === undefined ? [] : [[cluster.ref.context, id] as const];
    }),
  );
}

/** Gateways under other names that stand for a target already. */
function duplicates({ cluster, source, targets, gateways }: SourceLinks): string[] {
  const sourcePeer: Peer & { target?: PeerTarget } = gatheredPeer(cluster);
  const others = targets.map((target) => ({
    target,
    cluster: { context: target.context, id: target.clusterId, network: target.network },
    addresses: new Set([normalizeAddress(target.address.value)]),
  }));
  const known = findPeers(remoteGateways(cluster), indexPeers([sourcePeer, ...others]), sourcePeer);
  const names = new Map(
    gateways.map(({ target, manifest }) => [target, manifest.metadata.name] as const),
  );
  return source.existing.flatMap((gateway) => {
    const target = known.get(gateway)?.peer.target;
    const name = target && names.get(target);
    if (!target || !name || name === gateway.name) return [];
    return [
      `${cluster.ref.context}: Gateway ${qualified(gateway)} stands for ${target.context} already; ${name} is in addition to it`,
    ];
  });
}

function tooOldForNodePort({ ref }: GatheredCluster): string[] {
  const version = parseVersion(ref.istioVersion ?? "");
  if (!version || hasMinor(version, 1, 28)) return [];
  return [`${ref.context}: runs ${version.text}; links by node ports need 1.28 or later`];
}

function automatic({ ref, facts }: GatheredCluster): string[] {
  const istiods = facts.istiods?.ok ? facts.istiods.value.judged : [];
  return istiods.flatMap((istiod) => {
    if (!automates(istiod)) return [];
    return [
      `${ref.context}: istiod ${qualified(istiod)} has ${AUTOMATIC}=true, so links are made automatically: istiod makes the Gateway for its cluster, and the management plane copies it to the others; those made here are in addition`,
    ];
  });
}
