import { narrowedList } from "../facts/narrowed.ts";
import { GATEWAY_RESOURCE } from "../mesh/names.ts";
import { deleteGateway, showGatewayManagers } from "../mesh/commands/gateways.ts";
import * as label from "../mesh/names.ts";
import { AUTOMATIC, automates, isAutomaticCopy } from "../mesh/makers.ts";
import { enumerate, qualified } from "../mesh/wording.ts";
import { findPeers, indexPeers, peerName } from "../mesh/peers.ts";
import { contextWord, kubectl, mc, quote } from "../mesh/commands/shell.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewayFact } from "../model/facts.ts";
import { RESOURCES } from "../model/resource.ts";
import { gatheredPeer, remoteGateways } from "./gathered-peer.ts";
import { gatewaysIn } from "./known-gateways.ts";
import { type Problem, problem, read } from "./problem.ts";

/** What links are to be undone towards: a cluster that was read, or a name that Gateways carry. */
export interface UnlinkTarget {
  name: string;
  /** Absent for a cluster that could not be read, or that is no context. */
  cluster?: GatheredCluster;
  /** It is a context. */
  isContext: boolean;
}

/** A cluster whose Gateways are to be deleted. */
export interface UnlinkSource {
  cluster: GatheredCluster;
  /** Where its Gateways are. */
  namespace: string;
}

/** A Gateway to delete, and what it leads to. */
export interface Doomed {
  cluster: GatheredCluster;
  gateway: GatewayFact;
  target: string;
}

export interface Unlinking {
  doomed: Doomed[];
  problems: Problem[];
  notes: string[];
}

/**
 * Gateways that carry a name: as the cluster that they stand for; those that name none, as its
 * network. Only where there is none of these, as the network of a cluster that is called otherwise.
 */
function carrying(gateways: readonly GatewayFact[], name: string): GatewayFact[] {
  const named = gateways.filter(({ labels }) => {
    const cluster = labels.get(label.CLUSTER);
    return (cluster || labels.get(label.NETWORK)) === name;
  });
  return named.length > 0
    ? named
    : gateways.filter(({ labels }) => labels.get(label.NETWORK) === name);
}

/** Those that stand for a cluster that was read. */
function standingFor(
  source: GatheredCluster,
  gateways: readonly GatewayFact[],
  target: GatheredCluster,
): GatewayFact[] {
  // The source may be meant too: a Gateway for the cluster itself is not one for the target.
  const [wanted, itself] = [gatheredPeer(target), gatheredPeer(source)];
  const targets = findPeers(gateways, indexPeers([wanted, itself]), itself);
  return gateways.filter((gateway) => targets.get(gateway)?.peer === wanted);
}

/** The remote Gateways of the source, in all namespaces, that stand for the target. */
function gatewaysFor(source: GatheredCluster, target: UnlinkTarget): GatewayFact[] {
  const remote = remoteGateways(source);
  return target.cluster
    ? standingFor(source, remote, target.cluster)
    : carrying(remote, target.name);
}

/** `mc` wrote it, so that taking it away takes nothing from anybody else. */
export function isOurs({ managers }: GatewayFact): boolean {
  return managers.includes("mc");
}

/** `mc, kubectl`: who wrote a Gateway, for messages. */
export function managersOf({ managers }: GatewayFact): string {
  return managers.join(", ") || "nobody in particular";
}

/** The command that deletes a Gateway. */
export function deleteCommand({ cluster: { ref }, gateway }: Doomed): string {
  return deleteGateway(ref, gateway);
}

/**
 * The Gateways to delete, and all that stands against it.
 *
 * @param force also those that mc does not manage
 */
export function planUnlink(
  sources: readonly UnlinkSource[],
  targets: readonly UnlinkTarget[],
  force: boolean,
): Unlinking {
  const result: Unlinking = { doomed: [], problems: [], notes: [] };
  const known = targets.filter(
    (target) => target.isContext || sources.some(({ cluster }) => hasGatewayFor(cluster, target)),
  );
  for (const { cluster, namespace } of sources) {
    if (!read(cluster, "connection", result.problems)) continue;
    if (!gatewaysIn(cluster, namespace, result.problems)) continue;
    for (const target of targets) {
      if (target.name === cluster.ref.context) continue;
      const all = gatewaysFor(cluster, target);
      const here = all.filter((gateway) => gateway.namespace === namespace);
      const doomed = here.filter((gateway) => !isDoomed(result.doomed, cluster, gateway));
      result.doomed.push(...doomed.map((gateway) => ({ cluster, gateway, target: target.name })));
      if (here.length > 0) continue;
      // Nobody has heard of it: a name that was mistyped must not look like work that was done.
      if (!known.includes(target)) {
        result.problems.push(problem(cluster.ref, noLink(cluster, namespace, target.name)));
      } else nothingHere(cluster, namespace, target, all, result);
    }
  }
  if (force) result.notes.push(...result.doomed.flatMap(comesAgain));
  else result.problems.push(...result.doomed.flatMap(notOurs));
  return result;
}

function hasGatewayFor(source: GatheredCluster, target: UnlinkTarget): boolean {
  return source.facts.gateways?.ok === true && gatewaysFor(source, target).length > 0;
}

/** The clusters or networks that the remote Gateways in a namespace name. */
function peersIn(source: GatheredCluster, namespace: string): string[] {
  const remote = remoteGateways(source).filter((one) => one.namespace === namespace);
  return [...new Set(remote.map(peerName))].toSorted();
}

/** That there is no such link, and which there are. */
function noLink(source: GatheredCluster, namespace: string, name: string): string {
  const peers = peersIn(source, namespace);
  const others = peers.length > 0 ? `; there are links to ${enumerate(peers)}` : "";
  const narrowed = narrowedList(source, RESOURCES.gateways);
  const limits = narrowed
    ? `; only namespaces ${enumerate(narrowed.namespaces)} could be read for Gateways`
    : "";
  return `no link to ${name} in namespace ${namespace}${others}${limits}`;
}

/** Why it cannot be told which Gateways of a namespace stand for a target; undefined where it can. */
function whyUntold(
  source: GatheredCluster,
  namespace: string,
  { name, cluster }: UnlinkTarget,
): string | undefined {
  if (!cluster) return `${name} cannot be reached`;
  const known = cluster.facts.gateways?.ok && !narrowedList(cluster, RESOURCES.gateways);
  // By its ID a Gateway that says which cluster it stands for is told from those of others.
  const nameless = remoteGateways(source).some(
    (gateway) => gateway.namespace === namespace && !gateway.labels.get(label.CLUSTER),
  );
  return known || (cluster.ref.id !== undefined && !nameless)
    ? undefined
    : `the Gateways of ${name} could not all be read`;
}

function isDoomed(
  doomed: readonly Doomed[],
  cluster: GatheredCluster,
  gateway: GatewayFact,
): boolean {
  return doomed.some((one) => one.cluster === cluster && one.gateway === gateway);
}

/** Its istiod has links made automatically. */
function isAutomatic({ facts: { istiods } }: GatheredCluster): boolean {
  return istiods?.ok === true && istiods.value.judged.some(automates);
}

/** What automated peering made it makes again. */
function isRemade({ cluster, gateway }: Doomed): boolean {
  return isAutomatic(cluster) && isAutomaticCopy(gateway);
}

function comesAgain(doomed: Doomed): string[] {
  if (!isRemade(doomed)) return [];
  const { cluster, gateway } = doomed;
  return [
    `${cluster.ref.context}: Gateway ${qualified(gateway)} was made by automated peering (${AUTOMATIC}=true), which makes it again`,
  ];
}

function notOurs(doomed: Doomed): Problem[] {
  const { cluster, gateway } = doomed;
  if (isOurs(gateway)) return [];
  const again = isRemade(doomed)
    ? `, and made by automated peering (${AUTOMATIC}=true), which makes it again`
    : "";
  const message = `Gateway ${qualified(gateway)} is managed by ${managersOf(gateway)}, not by mc${again}: --force deletes it all the same`;
  return [problem(cluster.ref, message, showGatewayManagers(cluster.ref, gateway))];
}

/** Why there may be no Gateway for the target where it was looked for. */
function nothingHere(
  source: GatheredCluster,
  namespace: string,
  target: UnlinkTarget,
  elsewhere: readonly GatewayFact[],
  { problems, notes }: Unlinking,
): void {
  const { ref } = source;
  const { name } = target;
  const peers = peersIn(source, namespace);
  const untold = target.isContext ? whyUntold(source, namespace, target) : undefined;
  if (elsewhere.length > 0) {
    // The link is still there: what was asked for is not done.
    const where = [...new Set(elsewhere.map((gateway) => gateway.namespace))];
    const message = `no link to ${name} in namespace ${namespace}; there is one in ${enumerate(where)}`;
    const ends = `unlink --from ${contextWord(ref)} --to ${quote(name)}`;
    problems.push(
      problem(ref, message, ...where.map((one) => mc(ref, `${ends} -n ${quote(one)}`))),
    );
  } else if (untold !== undefined && peers.length > 0) {
    // Its Gateways may carry a CLUSTER_ID and a network that only the target could tell.
    const message = `${untold}, and no Gateway in namespace ${namespace} says that it stands for ${name}: give --to its CLUSTER_ID or network; there are ${enumerate(peers, 30)}`;
    const words = [
      "-n",
      namespace,
      "get",
      GATEWAY_RESOURCE,
      "-L",
      `${label.CLUSTER},${label.NETWORK}`,
    ];
    problems.push(problem(ref, message, kubectl(ref, ...words)));
  } else {
    notes.push(`${ref.context}: ${noLink(source, namespace, name)}`);
  }
}
