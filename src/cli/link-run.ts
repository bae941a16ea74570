import { gatewayName, type Wanted } from "../gateway/apply.ts";
import { SOURCE_FACTS, writeProblems } from "../gateway/preconditions.ts";
import type { Problem } from "../gateway/problem.ts";
import { type PeerSource, type PeerTarget, remotePeerGateway } from "../gateway/remote-peer.ts";
import { describeTarget, TARGET_FACTS } from "../gateway/target.ts";
import { isLinked } from "../gateway/wait.ts";
import { CLASS_REMOTE } from "../lib/labels.ts";
import { UsageError } from "../model/errors.ts";
import { applyGateways } from "./apply-gateways.ts";
import { awaitGateways } from "./await-gateways.ts";
import { type Io, unlessInterrupted } from "./io.ts";
import { generateLinks } from "./link-generate.ts";
import { linkRequest } from "./link-request.ts";
import type { LinkOptions } from "./link.ts";
import { type LiveCluster, openLive, readLive } from "./live-clusters.ts";
import { closeReaders } from "./readers.ts";
import { note, refuse } from "./say.ts";

/** A source with the targets that it is to be linked to. */
export interface SourceLinks {
  cluster: LiveCluster;
  source: PeerSource;
  targets: PeerTarget[];
}

/** `mc link`: resolves with the exit code. */
export async function runLink(options: LinkOptions, io: Io): Promise<number> {
  const request = linkRequest(options);
  const contexts = [...new Set([...request.sources, ...request.targets])];
  const writers = await openLive(contexts, options, io);
  try {
    const clusters = await readLive(writers, [...TARGET_FACTS, ...SOURCE_FACTS], options, io);
    const nodePort = options.preferredDataPlaneServiceType === "nodeport";
    const problems: Problem[] = [];
    const targets = new Map<string, PeerTarget>();
    for (const context of request.targets) {
      const described = describeTarget(
        clusterOf(clusters, context).gathered,
        request.addresses.get(context),
        nodePort,
      );
      if ("problems" in described) {
        problems.push(...described.problems);
      } else {
        targets.set(context, described.target);
        for (const text of described.notes) await note(io, options, text);
      }
    }
    const links = request.sources.map((context) =>
      linksOf(clusterOf(clusters, context), targets, options),
    );
    for (const { cluster } of links) await noteAutomatic(cluster, options, io);
    problems.push(...ambiguities(links));
    if (options.generate) {
      if (problems.length > 0) return await refuse(io, problems, "nothing was generated");
      return await generateLinks(links, [...targets.values()], nodePort, options, io);
    }
    const refused = await unlessInterrupted(
      io.signal,
      Promise.all(
        links.map(({ cluster, source }) =>
          writeProblems(
            cluster.gathered,
            cluster.writer,
            namespaceOf(source, cluster),
            CLASS_REMOTE,
          ),
        ),
      ),
    );
    const wanted = links.flatMap((link) => wantedOf(link, nodePort));
    const all = [...problems, ...refused.flat()];
    const code = await applyGateways(
      wanted,
      unique(all),
      ({ ref, manifest, target }, how) =>
        `Gateway ${gatewayName(manifest)} ${how} cluster "${ref.context}" pointing to cluster "${target.name}" (network "${target.network}")`,
      options,
      io,
    );
    if (code !== 0 || options.wait === undefined || options.dryRun) return code;
    return await awaitGateways(wanted, isLinked, "linked", options.wait, options, io);
  } finally {
    await closeReaders(writers);
  }
}

function clusterOf(clusters: ReadonlyMap<string, LiveCluster>, context: string): LiveCluster {
  const cluster = clusters.get(context);
  if (!cluster) throw new UsageError(`context ${context} was not opened`);
  return cluster;
}

function linksOf(
  cluster: LiveCluster,
  targets: ReadonlyMap<string, PeerTarget>,
  options: LinkOptions,
): SourceLinks {
  const { ref, facts } = cluster.gathered;
  const namespace = options.generate ? options.namespace : namespaceFor(cluster, options);
  const where = options.namespace ?? cluster.writer.namespace;
  const remote = facts.gateways?.ok ? facts.gateways.value.remote : [];
  return {
    cluster,
    source: {
      context: ref.context,
      clusterId: ref.id ?? ref.network ?? ref.context,
      network: ref.network ?? "",
      existing: remote.filter((gateway) => gateway.namespace === where),
      ...(namespace === undefined ? {} : { namespace }),
    },
    targets: [...targets.values()].filter(({ context }) => context !== ref.context),
  };
}

function namespaceFor(cluster: LiveCluster, options: LinkOptions): string {
  return options.namespace ?? cluster.writer.namespace;
}

function namespaceOf(source: PeerSource, cluster: LiveCluster): string {
  return source.namespace ?? cluster.writer.namespace;
}

function wantedOf({ cluster, source, targets }: SourceLinks, nodePort: boolean): Wanted[] {
  const namespace = namespaceOf(source, cluster);
  return targets.map((target) => {
    const manifest = remotePeerGateway(source, target, targets, nodePort);
    return {
      ref: cluster.gathered.ref,
      writer: cluster.writer,
      manifest: { ...manifest, metadata: { ...manifest.metadata, namespace } },
      target: { name: target.context, network: target.network },
    };
  });
}

/** Two targets that would get the same name on a source: one would overwrite the other. */
function ambiguities(links: readonly SourceLinks[]): Problem[] {
  return links.flatMap(({ source, targets }) => {
    const names = new Map<string, string>();
    return targets.flatMap((target) => {
      const { name } = remotePeerGateway(source, target, targets, false).metadata;
      const other = names.get(name);
      names.set(name, target.context);
      if (other === undefined && target.clusterId !== source.clusterId) return [];
      const message =
        other === undefined
          ? `${target.context} has the same CLUSTER_ID (${target.clusterId}): give each cluster its own`
          : `${other} and ${target.context} would both be Gateway ${name}: give each cluster its own CLUSTER_ID`;
      return [{ context: source.context, message, commands: [] }];
    });
  });
}

/** One fault of a cluster that is both source and target is named once. */
function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ context, message }) => {
    const key = JSON.stringify([context, message]);
    return !seen.has(key) && seen.add(key);
  });
}

async function noteAutomatic(cluster: LiveCluster, options: LinkOptions, io: Io): Promise<void> {
  const { ref, facts } = cluster.gathered;
  const istiods = facts.istiods?.ok ? facts.istiods.value.judged : [];
  for (const { namespace, name, env } of istiods) {
    const value = env.get("PEERING_AUTOMATIC_LOCAL_GATEWAY");
    if (value?.kind === "value" && value.value.toLowerCase() === "true") {
      await note(
        io,
        options,
        `${ref.context}: ${namespace}/${name} has PEERING_AUTOMATIC_LOCAL_GATEWAY=true, so links are made automatically; those made here are in addition`,
      );
    }
  }
}
