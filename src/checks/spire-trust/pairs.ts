import { kubectl } from "../../mesh/commands/shell.ts";
import { isTaken } from "../../mesh/spire/entries.ts";
import { SPIRE_NAMESPACE } from "../../mesh/spire/names.ts";
import { upstreamsOf } from "../../mesh/spire/trust.ts";
import type { MeshMember } from "../../model/check.ts";
import { fail, info, pass, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireServerConfig, SpireServerFact } from "../../model/spire.ts";
import type { SpireTrustMatrix } from "../../model/trust.ts";
import { managersOf, parsed, spireLeftOut } from "../_shared/spire.ts";

export type Member = MeshMember<"connection", "spire" | "spireTrust" | "spireEntries">;

export function usesSpire({ facts }: Member): boolean {
  return spireLeftOut(facts.spire) === undefined;
}

/** The trust domain of a cluster's SPIRE, where its server or controller manager says it. */
export function domainOf({ facts: { spireTrust } }: Member): string | undefined {
  const servers = spireTrust.ok ? spireTrust.value.servers : [];
  const said = servers.flatMap(({ config, manager }) => [
    parsed<SpireServerConfig>(config)?.trustDomain,
    parsed<{ trustDomain?: string }>(manager)?.trustDomain,
  ]);
  return said.find((one) => one !== undefined);
}

/** Whether a cluster's SPIRE fetches the bundle of a trust domain. */
function isFederated({ facts: { spireEntries, spireTrust } }: Member, domain: string): boolean {
  const federated =
    spireEntries.ok && spireEntries.value.federated.ok ? spireEntries.value.federated.value : [];
  const managers = managersOf(spireTrust);
  return federated.some(
    (one) => one.trustDomain === domain && managers.some((manager) => isTaken(one, manager)),
  );
}

function signsItself({ config }: SpireServerFact): boolean {
  return config !== undefined && config.unreadable === undefined && config.authorities.length === 0;
}

/** What was not read, or is of a kind that mc does not judge. */
function unjudged(truster: Member, owner: Member): string {
  const lacking = [truster, owner].find(({ facts }) => !facts.spireTrust.ok);
  const fact = lacking?.facts.spireTrust;
  if (fact && !fact.ok) return fact.detail;
  const servers = owner.facts.spireTrust.ok ? owner.facts.spireTrust.value.servers : [];
  const unread = servers.flatMap(({ upstream }) =>
    upstream && !upstream.ok ? [upstream.detail] : [],
  );
  return (
    unread[0] ??
    `the certificates of ${truster.cluster.context} or ${owner.cluster.context} are not known`
  );
}

/** Whether the roots of one cluster verify what the SPIRE of another signs. */
export function pairFinding(truster: Member, owner: Member, trust: SpireTrustMatrix): Finding {
  const [a, b] = [truster.cluster.context, owner.cluster.context];
  const about = { cluster: a };
  const verdict = trust.peers.get(a)?.get(b);
  if (verdict?.ok) return pass(`workloads of ${a} trust those of ${b}`, about);
  const domain = domainOf(owner);
  if (usesSpire(owner) && domain !== undefined && isFederated(truster, domain)) {
    return info(
      `${a} fetches the bundle of ${b} (trust domain ${domain}): whether it has it cannot be seen`,
      about,
    );
  }
  const servers = owner.facts.spireTrust.ok ? owner.facts.spireTrust.value.servers : [];
  const isItself = servers.some(signsItself);
  if (!verdict && !isItself) {
    return info(`whether ${a} trusts ${b} not checked: ${unjudged(truster, owner)}`, about);
  }
  const reason =
    verdict && !verdict.ok ? verdict.reason : "SPIRE's server there signs its CA itself";
  const message = `workloads of ${a} do not trust those of ${b}: ${reason}`;
  const isCausedThere = upstreamsOf(owner.facts.spireTrust).some(
    ({ hasBundleFile }) => !hasBundleFile,
  );
  const remediation = remedy(
    "Let an upstream CA below one root sign in both clusters, with that root in key bundle.crt of both Secrets, and restart SPIRE's servers.",
    kubectl(truster.cluster, "-n", namespaceOf(truster), "get", "configmaps"),
    kubectl(owner.cluster, "-n", namespaceOf(owner), "get", "configmaps"),
  );
  const details = { ...about, remediation };
  return fail(
    message,
    isCausedThere && verdict ? { ...details, blockedBy: "spire-bundle" } : details,
  );
}

function namespaceOf({ facts: { spireTrust } }: Member): string {
  const servers = spireTrust.ok ? spireTrust.value.servers : [];
  return servers[0]?.namespace ?? SPIRE_NAMESPACE;
}
