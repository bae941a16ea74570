import { kubectl } from "../../mesh/commands/shell.ts";
import { isTaken } from "../../mesh/spire/entries.ts";
import { SPIRE_NAMESPACE } from "../../mesh/spire/names.ts";
import { upstreamsOf } from "../../mesh/spire/trust.ts";
import type { MeshMember } from "../../model/check.ts";
import { fail, info, pass, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireServerConfig, SpireServerFact } from "../../model/spire.ts";
import type { SpireTrustMatrix } from "../../model/trust.ts";
import { managersOf, parsed, spireUse } from "../_shared/spire.ts";

export type Member = MeshMember<"connection", "spire" | "spireTrust" | "spireEntries">;

export function usesSpire({ facts }: Member): boolean {
  return spireUse(facts.spire).use !== undefined;
}

/** The trust domain of a cluster's SPIRE, where its server or controller manager says it. */
export function domainOf(member: Member): string | undefined {
  const said = serversOf(member).flatMap(({ config, manager }) => [
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
  const facts = [truster, owner].map((member) => member.facts.spireTrust);
  const unread = facts.flatMap((fact) => (fact.ok ? [] : [fact.detail]));
  const secrets = serversOf(owner).flatMap(({ upstream }) =>
    upstream && !upstream.ok ? [upstream.detail] : [],
  );
  const [why] = [...unread, ...secrets];
  return (
    why ??
    `the certificates of ${truster.cluster.context} or ${owner.cluster.context} are not known`
  );
}

function serversOf({ facts: { spireTrust } }: Member): SpireServerFact[] {
  return spireTrust.ok ? spireTrust.value.servers : [];
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
  const isItself = serversOf(owner).some(signsItself);
  if (!verdict && !isItself) {
    return info(`whether ${a} trusts ${b} not checked: ${unjudged(truster, owner)}`, about);
  }
  const reason = verdict?.reason ?? "SPIRE's server there signs its CA itself";
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

function namespaceOf(member: Member): string {
  return serversOf(member)[0]?.namespace ?? SPIRE_NAMESPACE;
}
