import { normalizeAddress } from "../../lib/ip-address.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import type { FactKey } from "../../model/facts.ts";
import { valueOr } from "../../model/gathered.ts";
import { linksOf } from "../links.ts";
import { entranceTargets } from "./entrances.ts";
import { linkTargets } from "./link-targets.ts";
import type { ProbeMember, ProbeTarget, ProbeTargets } from "./target.ts";

/** What tells which addresses lead into a cluster. */
export const PROBE_FACTS = [
  "gateways",
  "services",
  "nodes",
  "istiods",
  "istioNamespace",
  "rootCertificate",
] as const satisfies FactKey[];

function memberOf({ ref, facts }: GatheredCluster): ProbeMember[] {
  const { gateways, services, nodes, istiods } = facts;
  if (!gateways?.ok) return [];
  return [
    {
      cluster: ref,
      facts: { gateways: gateways.value, services: valueOr(services, []), nodes, istiods },
    },
  ];
}

function unread({ ref, facts: { gateways } }: GatheredCluster): string[] {
  return gateways?.ok === false
    ? [`addresses of ${ref.context} are not known: ${gateways.detail}`]
    : [];
}

/**
 * Targets of one cluster with the same address, port and server name are one, which then has the links
 * of all of them. Of two clusters they may be two: networks use the same private addresses.
 */
function merged(all: readonly ProbeTarget[]): ProbeTarget[] {
  const found = new Map<string, ProbeTarget>();
  for (const target of all) {
    const { to, address, port, serverName = "" } = target;
    const key = JSON.stringify([to, normalizeAddress(address), port, serverName]);
    const known = found.get(key);
    if (known) known.links.push(...target.links);
    else found.set(key, { ...target, links: [...target.links] });
  }
  return [...found.values()];
}

/**
 * Every address through which clusters of the run reach one another, each once: those of east-west
 * gateways with the ports that they have open, and those that remote Gateways have.
 */
export function probeTargets(clusters: readonly GatheredCluster[]): ProbeTargets {
  const members = clusters.flatMap(memberOf);
  const read = new Set(members.map(({ cluster }) => cluster));
  const absent = clusters.map(({ ref }) => ref).filter((ref) => !read.has(ref));
  const entrances = members.map((member) => entranceTargets(member));
  const links = linksOf(members, absent).filter(({ self }) => !self);
  const linked = links.map((link) => linkTargets(link));
  return {
    targets: merged([...entrances, ...linked].flatMap(({ targets }) => targets)),
    notes: [
      ...clusters.flatMap(unread),
      ...new Set([...entrances, ...linked].flatMap(({ notes }) => notes)),
    ],
  };
}
