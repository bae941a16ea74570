import { kubectl } from "../../mesh/commands/shell.ts";
import { SPIRE_NAMESPACE } from "../../mesh/spire/names.ts";
import { upstreamsOf } from "../../mesh/spire/trust.ts";
import { fail, info, pass, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireServerFact } from "../../model/spire.ts";
import type { SpireTrustMatrix } from "../../model/trust.ts";
import {
  domainOf,
  federatedOf,
  federatesWith,
  fetchedBy,
  type Member,
  serverConfigsOf,
  serversOf,
  usesSpire,
} from "./members.ts";

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
  const plugins = serverConfigsOf(owner).flatMap(({ authorities }) =>
    authorities.flatMap(({ name }) =>
      name === "disk"
        ? []
        : [
            `plugin ${name} has the upstream CA of ${owner.cluster.context}, and the trust bundles do not settle it`,
          ],
    ),
  );
  const [why] = [...unread, ...secrets, ...plugins];
  return (
    why ??
    `the certificates of ${truster.cluster.context} or ${owner.cluster.context} are not known`
  );
}

/** Whether the roots of one cluster verify what the SPIRE of another signs. */
export function pairFinding(truster: Member, owner: Member, trust: SpireTrustMatrix): Finding {
  const [a, b] = [truster.cluster.context, owner.cluster.context];
  const about = { cluster: a };
  const verdict = trust.peers.get(a)?.get(b);
  const isItself = serversOf(owner).some(signsItself);
  if (verdict?.ok && !isItself) return pass(`workloads of ${a} trust those of ${b}`, about);
  const domain = domainOf(owner);
  if (usesSpire(owner) && domain !== undefined && fetchedBy(truster).has(domain)) {
    return federatedFinding(truster, owner, domain);
  }
  if (!verdict && !isItself) {
    return info(`whether ${a} trusts ${b} not checked: ${unjudged(truster, owner)}`, about);
  }
  const federated = federatedOf(truster);
  if (usesSpire(truster) && usesSpire(owner) && !federated.ok) {
    return info(`whether ${a} trusts ${b} by federation not checked: ${federated.detail}`, about);
  }
  const reason =
    verdict?.ok === false ? verdict.reason : "SPIRE's server there signs its CA itself";
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

/** Where a bundle is fetched nothing shows whether it came; that no workload is given it shows. */
function federatedFinding(truster: Member, owner: Member, domain: string): Finding {
  const [a, b] = [truster.cluster.context, owner.cluster.context];
  const fetches = `${a} fetches the bundle of ${b} (trust domain ${domain})`;
  if (federatesWith(truster, domain) !== false) {
    return info(`${fetches}: whether it has it cannot be seen`, { cluster: a });
  }
  const remediation = remedy(
    `Add ${domain} to federatesWith of the ClusterSPIFFEIDs whose pods talk to ${b}, ztunnel's among them.`,
    kubectl(truster.cluster, "get", "clusterspiffeids", "-o", "yaml"),
  );
  const message = `${fetches}, but no ClusterSPIFFEID or ClusterStaticEntry federates with it: no workload is given that bundle`;
  return warn(message, { cluster: a, remediation });
}

function namespaceOf(member: Member): string {
  return serversOf(member)[0]?.namespace ?? SPIRE_NAMESPACE;
}
