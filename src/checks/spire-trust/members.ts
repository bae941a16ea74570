import { isTaken } from "../../mesh/spire/entries.ts";
import type { MeshMember } from "../../model/check.ts";
import { type Gathered, valueOr } from "../../model/gathered.ts";
import type {
  FederatedTrustDomainFact,
  SpireManagerConfig,
  SpireServerConfig,
  SpireServerFact,
} from "../../model/spire.ts";
import { managersOf, parsed, spireUse } from "../_shared/spire.ts";

export type Member = MeshMember<"connection", "spire" | "spireTrust" | "spireEntries">;

export function usesSpire({ facts }: Member): boolean {
  return spireUse(facts.spire).use !== undefined;
}

export function serversOf({ facts: { spireTrust } }: Member): SpireServerFact[] {
  return spireTrust.ok ? spireTrust.value.servers : [];
}

/** The configurations of a cluster's servers that were read. */
export function serverConfigsOf(member: Member): SpireServerConfig[] {
  return serversOf(member).flatMap(({ config }) => parsed<SpireServerConfig>(config) ?? []);
}

/** The trust domain of a cluster's SPIRE, where its server or controller manager says it. */
export function domainOf(member: Member): string | undefined {
  const said = serversOf(member).flatMap(({ config, manager }) => [
    parsed<SpireServerConfig>(config)?.trustDomain,
    parsed<SpireManagerConfig>(manager)?.trustDomain,
  ]);
  return said.find((one) => one !== undefined);
}

/** The objects that a controller manager of the cluster takes. */
export function takenOf<T extends { className: string }>(
  { facts }: Member,
  objects: readonly T[],
): T[] {
  const managers = managersOf(facts.spireTrust);
  return objects.filter((one) => managers.some((manager) => isTaken(one, manager)));
}

/** The trust domains whose bundles a cluster's SPIRE fetches, by objects or by its configuration. */
export function fetchedBy(member: Member): ReadonlySet<string> {
  return new Set([
    ...takenOf(member, valueOr(federatedOf(member), [])).map(({ trustDomain }) => trustDomain),
    ...serverConfigsOf(member).flatMap(({ federation }) => federation?.fetches ?? []),
  ]);
}

/** The objects of federation of a cluster, or why they were not read. */
export function federatedOf({
  facts: { spireEntries },
}: Member): Gathered<readonly FederatedTrustDomainFact[]> {
  return spireEntries.ok ? spireEntries.value.federated : spireEntries;
}

/**
 * Whether identities of a cluster federate with a trust domain, without which no workload is given its
 * bundle; undefined where not all objects were read, or entries are made by hand.
 */
export function federatesWith(member: Member, domain: string): boolean | undefined {
  const { spireEntries, spireTrust } = member.facts;
  if (!spireEntries.ok || managersOf(spireTrust).length === 0) return undefined;
  const { spiffeIds, staticEntries } = spireEntries.value;
  const all = [...spiffeIds, ...valueOr(staticEntries, [])];
  if (takenOf(member, all).some((one) => one.federatesWith.includes(domain))) return true;
  return staticEntries.ok ? false : undefined;
}
