import * as label from "../mesh/names.ts";
import type { GatewayFact } from "../model/facts.ts";
import type { PeerSource, PeerTarget } from "./peer.ts";

const PREFIX = "istio-remote-peer-";

/** A label value as part of an object name: lower case, without `_`, no dot beside a dash. */
function nameOf(value: string): string {
  const safe = value
    .toLowerCase()
    .replaceAll(/[^\d.a-z-]+/g, "-")
    .replaceAll(/-*\.[.-]*/g, ".");
  return `${PREFIX}${safe.replaceAll(/^[.-]+|[.-]+$/g, "")}`;
}

/** The two names that the Gateway for a target may have. */
interface TargetNames {
  target: PeerTarget;
  byNetwork: string;
  byCluster: string;
}

/** The Gateway says that it stands for this very target. */
function isFor(gateway: GatewayFact | undefined, { clusterId }: PeerTarget): boolean {
  return gateway?.labels.get(label.CLUSTER) === clusterId;
}

/** The Gateway says that it stands for another cluster; without a cluster label, by network. */
function isForAnother(gateway: GatewayFact | undefined, target: PeerTarget): boolean {
  if (!gateway) return false;
  const cluster = gateway.labels.get(label.CLUSTER);
  if (cluster) return cluster !== target.clusterId;
  const network = gateway.labels.get(label.NETWORK);
  return network !== undefined && network !== target.network;
}

/**
 * The names of the Gateways on a source for its targets: by the target's network; by its cluster
 * when that network is also the source's or another target's, or the name stands for another
 * cluster. A Gateway that is there for a target under the other of the two names keeps it, so that
 * linking one target more makes no second Gateway for one that is linked.
 */
export function peerNames(
  source: PeerSource,
  targets: readonly PeerTarget[],
): ReadonlyMap<PeerTarget, string> {
  const existing = new Map(source.existing.map((gateway) => [gateway.name, gateway]));
  const targetNames = targets.map((target): TargetNames => ({
    target,
    byNetwork: nameOf(target.network),
    byCluster: nameOf(target.clusterId),
  }));
  const names = chosen(source, targetNames, existing);
  for (const { target, byNetwork, byCluster } of targetNames) {
    const other = names.get(target) === byNetwork ? byCluster : byNetwork;
    const rule = existing.get(names.get(target) ?? "");
    const free = [...names.values()].every((name) => name !== other);
    if (free && !isFor(rule, target) && isFor(existing.get(other), target))
      names.set(target, other);
  }
  return names;
}

function chosen(
  source: PeerSource,
  targetNames: readonly TargetNames[],
  existing: ReadonlyMap<string, GatewayFact>,
): Map<PeerTarget, string> {
  const shared = (one: TargetNames): boolean =>
    one.target.network === source.network ||
    targetNames.some((other) => other !== one && other.byNetwork === one.byNetwork);
  const byCluster = new Set(
    targetNames.filter(
      (one) => shared(one) || isForAnother(existing.get(one.byNetwork), one.target),
    ),
  );
  // A name by cluster may be another target's name by network: that one moves out of the way.
  for (let moved = true; moved;) {
    const taken = new Set([...byCluster].map((one) => one.byCluster));
    const next = targetNames.filter((one) => !byCluster.has(one) && taken.has(one.byNetwork));
    for (const one of next) byCluster.add(one);
    moved = next.length > 0;
  }
  return new Map(
    targetNames.map((one) => [one.target, byCluster.has(one) ? one.byCluster : one.byNetwork]),
  );
}
