import { step } from "../../model/finding.ts";
import type { RemoteEntryFact } from "../../model/facts.ts";
import { showEntry } from "../commands/entries.ts";
import { showGateway } from "../commands/gateways.ts";
import { istiodLog } from "../commands/istiod.ts";
import { prefersNodePorts } from "../data-plane.ts";
import { NETWORK } from "../names.ts";
import { qualified } from "../wording.ts";
import { type Cause, type Fault, objectsOf } from "./fault.ts";
import { broken, type Judged, ok, unknown } from "./judged.ts";
import { type Path, readyThere } from "./path.ts";

/* Hop 5: what stands in the callers' cluster for the pods of the other, and the way to them. */

const PRESENT = ok("present");
const NO_PODS = ok("no entry, as there are no pods");

/** The Gateway that the link is says another network than the cluster has: then that is the cause. */
function gatewayDiffers({ to, link }: Path): boolean {
  return link.gateways.some(({ labels }) => labels.get(NETWORK) !== to.cluster.network);
}

function entryText({ object }: Fault, more: number): string {
  return more === 0 && object
    ? `WorkloadEntry ${qualified(object)}`
    : `${more + 1} WorkloadEntries`;
}

const wrongNetwork: Cause = {
  severity: () => "fail",
  rootIn: ({ path }) => (gatewayDiffers(path) ? "networks" : undefined),
  message: ([first, ...more], { text }) => {
    const { from, to } = first.path;
    return `${text} cannot be reached: ${entryText(first, more.length)} of ${from.cluster.context} ${more.length === 0 ? "names" : "name"} ${first.detail}; ${to.cluster.context} is on network ${to.cluster.network}`;
  },
  remedy: ([first]) =>
    step(
      `See what istiod of ${first.path.from.cluster.context} says of the peer: it takes the network from what the peer says of itself.`,
      istiodLog(first.path.from.cluster),
      ...objectsOf([first]).map((one) => showEntry(first.path.from.cluster, "WorkloadEntry", one)),
    ),
};

const noGateway: Cause = {
  severity: () => "fail",
  rootIn: ({ path }) => (gatewayDiffers(path) ? "networks" : undefined),
  message: ([first], { text }) => {
    const { from } = first.path;
    return `${text} cannot be reached: ${from.cluster.context} has no remote Gateway with an address for network ${first.detail}`;
  },
  remedy: ([{ path }]) => {
    const { gateways } = path.link;
    const { cluster } = path.from;
    return step(
      `Give the remote Gateway for ${path.to.cluster.context} label ${NETWORK} with the network of that cluster, and its address.`,
      ...gateways.map((gateway) => showGateway(cluster, gateway)),
    );
  },
};

const sameNetwork: Cause = {
  // Where there are entries for pods of other services the network is flat, and one is missing.
  severity: ({ path }) => (isFlatWith(path) ? "fail" : "warn"),
  rootIn: ({ path }) => (isFlatWith(path) ? undefined : "networks"),
  message: ([first], { text }) => {
    const { from, to } = first.path;
    return `${text} cannot be reached: ${to.cluster.context} is on the network of ${from.cluster.context}, ${first.detail}, where gateways are passed over, and no autogenflat entries stand for its pods`;
  },
  remedy: ([{ path }]) =>
    step(
      "Give each cluster a network of its own, unless pods reach each other directly: then see why istiod writes no entries for the pods.",
      istiodLog(path.from.cluster),
    ),
};

/** Some pods of the other cluster are reached directly. */
function isFlatWith({ from, to }: Path): boolean {
  const { flatEntries } = from.member.facts;
  return (
    flatEntries.ok && flatEntries.value.some(({ sourceCluster }) => sourceCluster === to.cluster.id)
  );
}

function refOf({ namespace, name }: RemoteEntryFact): NonNullable<Fault["object"]> {
  return { kind: "WorkloadEntry", namespace, name };
}

/** A remote Gateway by which that network can be reached. */
function leadsTo(network: string, { from }: Path): boolean {
  return from.member.facts.gateways.remote.some(
    (gateway) =>
      gateway.labels.get(NETWORK) === network &&
      (gateway.addresses.length > 0 || prefersNodePorts(gateway)),
  );
}

/** What is wrong with an entry that leads through a gateway. */
function judgeGatewayEntry(path: Path, entry: RemoteEntryFact): Judged {
  const { from, to } = path;
  const { network } = entry;
  const own = to.cluster.network;
  if (network === undefined || own === undefined) return PRESENT;
  const object = refOf(entry);
  if (network !== own) {
    const detail = `network ${network}`;
    return broken("wrong network", { cause: wrongNetwork, path, object, detail });
  }
  if (network === from.cluster.network) return judgeSameNetwork(path, network);
  if (!leadsTo(network, path)) {
    return broken("no gateway", { cause: noGateway, path, object, detail: network });
  }
  return PRESENT;
}

function judgeSameNetwork(path: Path, network: string): Judged {
  const fault: Fault = { cause: sameNetwork, path, detail: network };
  if (!isFlatWith(path)) return broken("wrong network", fault);
  const ready = readyThere(path);
  if (ready === undefined) return unknown("whether it has pods there was not read");
  return ready === 0 ? NO_PODS : broken("missing", fault);
}

export function judgeEntry(path: Path): Judged {
  const { from, to, key } = path;
  const { id } = to.cluster;
  if (id === undefined) return unknown(`CLUSTER_ID of ${to.cluster.context} is not known`);
  // Pods that are reached directly need no gateway, whatever else there is.
  if (from.hasFlatEntries(id, key)) return PRESENT;
  const { remoteEntries } = from.member.facts;
  if (!remoteEntries.ok) return unknown(remoteEntries.detail);
  const entries = from.entries(id, key);
  if (entries.length === 0) {
    return readyThere(path) === 0
      ? NO_PODS
      : unknown("no WorkloadEntry stands for it, and whether one should is not known");
  }
  // One that has an address is reached there.
  if (entries.some(({ address }) => address !== undefined)) return PRESENT;
  return entries
    .map((entry) => judgeGatewayEntry(path, entry))
    .reduce((best, one) => (best.state === "ok" ? best : one.state === "ok" ? one : best));
}
