import { normalizeAddress } from "../../lib/ip-address.ts";
import { linkFaults } from "../../mesh/conditions.ts";
import type { Link } from "../../mesh/links.ts";
import { automates, isAutomaticCopy } from "../../mesh/makers.ts";
import { CLUSTER } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { deleteGateway, showGateway } from "../../mesh/commands/gateways.ts";
import type { GatewayFact } from "../../model/facts.ts";
import { info, objectRef, remedy, step, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import type { LinkMember } from "./edges.ts";

type Group = readonly [Link<LinkMember>, Link<LinkMember>, ...Link<LinkMember>[]];

function addressesOf({ addresses }: GatewayFact): string[] {
  return addresses.map(({ value }) => normalizeAddress(value)).toSorted();
}

/** What a Gateway stands for; nothing where that is not known. */
function peerOf({ target, gateway }: Link<LinkMember>): string | undefined {
  return target?.cluster.context ?? gateway.labels.get(CLUSTER);
}

/** Some istiod of the links' clusters has Gateways made automatically, which are then copied to all. */
function isAutomated(links: readonly Link<LinkMember>[]): boolean {
  const members = new Set(links.flatMap(({ from, target }) => [from, target?.member ?? from]));
  return [...members].some(({ facts }) =>
    valueOr(facts.istiods, { judged: [], others: [] }).judged.some(automates),
  );
}

function works({ gateway }: Link<LinkMember>): boolean {
  return linkFaults(gateway).length === 0;
}

/** The Gateways to delete so that one address is left, with why; nothing where it cannot be told. */
function remedyOf(group: Group, automated: boolean): Remediation {
  const [{ from, target }] = group;
  const { cluster } = from;
  const isCopy = ({ gateway }: Link<LinkMember>): boolean => automated && isAutomaticCopy(gateway);
  const isRight = ({ gateway }: Link<LinkMember>): boolean =>
    addressesOf(gateway).some((address) => target?.addresses.has(address) === true);
  const known = (target?.addresses.size ?? 0) > 0;
  const surplus = known
    ? group.filter((link) => !isRight(link))
    : group.filter((link) => !isCopy(link));
  const isSettled = surplus.length > 0 && surplus.length < group.length;
  const kept = group.filter((link) => !surplus.includes(link));
  // What works, as through NAT, is not to be given up for what does not.
  const isWorse = surplus.some(works) && !kept.some(works);
  if (!isSettled || isWorse || surplus.some(isCopy)) {
    return step(
      "Find out which of the addresses the peer is at, and delete the other Gateway where it was made.",
      ...group.slice(0, 3).map(({ gateway }) => showGateway(cluster, gateway)),
    );
  }
  return remedy(
    known
      ? "Delete the Gateway whose address the peer does not have."
      : "Delete the Gateway that automated peering did not make: its own come again.",
    ...surplus.slice(0, 3).map(({ gateway }) => deleteGateway(cluster, gateway)),
  );
}

function finding(group: Group, automated: boolean): Finding[] {
  const [first] = group;
  const { cluster } = first.from;
  const sets = new Set(group.map(({ gateway }) => JSON.stringify(addressesOf(gateway))));
  if (sets.size < 2) return [];
  const listed = group.map(({ gateway }) => {
    const copy = automated && isAutomaticCopy(gateway) ? ", made by automated peering" : "";
    return `${qualified(gateway)} (${enumerate(addressesOf(gateway)) || "none"}${copy})`;
  });
  const message = `${cluster.context} has ${group.length} remote gateways for ${first.to} with different addresses: ${enumerate(listed)}`;
  const about = { cluster: cluster.context, object: objectRef("Gateway", first.gateway) };
  const { target } = first;
  const allRight = group.every(({ gateway }) => {
    const all = addressesOf(gateway);
    return all.length > 0 && all.every((address) => target?.addresses.has(address) === true);
  });
  if (allRight) return [info(`${message}; the peer has them all`, about)];
  return [
    warn(`${message}: which of them istiod takes is not settled`, {
      ...about,
      remediation: remedyOf(group, automated),
    }),
  ];
}

/** Remote Gateways of one cluster for one peer that lead to different places. */
export function duplicateFindings(links: readonly Link<LinkMember>[]): Finding[] {
  const automated = isAutomated(links);
  const named = links.flatMap((link) => {
    const peer = link.self ? undefined : peerOf(link);
    return peer === undefined
      ? []
      : [{ link, key: JSON.stringify([link.from.cluster.context, peer]) }];
  });
  return [...Map.groupBy(named, ({ key }) => key).values()].flatMap((all) => {
    const [first, second, ...rest] = all.map(({ link }) => link);
    return first && second ? finding([first, second, ...rest], automated) : [];
  });
}
