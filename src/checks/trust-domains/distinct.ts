import { kubectl } from "../../mesh/commands/shell.ts";
import { skipsValidation } from "../../mesh/trust/domains.ts";
import { contexts, enumerate } from "../../mesh/wording.ts";
import { info, pass, remedy, step, warn } from "../../model/finding.ts";
import type { Finding, MeshKind } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { Member } from "./member.ts";

export const SKIP = "SKIP_VALIDATE_TRUST_DOMAIN";

/** Whether every ztunnel of the cluster takes peers of any trust domain. */
export function skips({ facts }: Member): boolean {
  return facts.ztunnels.ok && skipsValidation(facts.ztunnels.value);
}

/** Where trust domains differ: whether those who check them take each other's. */
export function distinctFindings(
  members: readonly Member[],
  kinds: ReadonlySet<MeshKind>,
): Finding[] {
  const byDomain = new Map<string, Member[]>();
  for (const member of members) {
    for (const domain of member.trust.domains) {
      byDomain.set(domain, [...(byDomain.get(domain) ?? []), member]);
    }
  }
  if (byDomain.size < 2) return [];
  const who = enumerate(
    [...byDomain].map(([domain, group]) => `${domain} (${contexts(group, 3)})`),
  );
  return members.flatMap((member): Finding[] => {
    const { cluster, facts } = member;
    const { context } = cluster;
    if (!facts.ztunnels.ok) {
      return [notChecked(`${SKIP} of ztunnel in ${context}`, facts.ztunnels, { cluster: context })];
    }
    if (kinds.has("community") && facts.ztunnels.value.length === 0) {
      return sidecarFindings(member, [...byDomain.keys()]);
    }
    return skips(member) ? [] : [ztunnelFinding(member, facts.ztunnels.value, who)];
  });
}

/** ztunnel refuses peers of another trust domain unless told otherwise. */
function ztunnelFinding(
  { cluster }: Member,
  ztunnels: readonly { namespace: string; name: string }[],
  who: string,
): Finding {
  const { context } = cluster;
  return warn(
    `clusters have distinct trust domains, ${who}, but ztunnel of ${context} validates them`,
    {
      cluster: context,
      remediation: remedy(
        `Set env.${SKIP} of the ztunnel Helm release to "true"; until its next upgrade this does it.`,
        ...ztunnels.map(({ namespace, name }) =>
          kubectl(cluster, "-n", namespace, "set", "env", `daemonset/${name}`, `${SKIP}=true`),
        ),
      ),
    },
  );
}

/** Sidecars expect servers of the cluster's own trust domain, or of one of its aliases. */
function sidecarFindings({ cluster, trust }: Member, all: readonly string[]): Finding[] {
  const { context } = cluster;
  const about = { cluster: context };
  const taken = new Set([...trust.domains, ...trust.aliases]);
  const others = all.filter((domain) => !trust.domains.includes(domain));
  const refused = others.filter((domain) => !taken.has(domain));
  const known = refused.filter((domain) => trust.foreign.includes(domain));
  const unknown = refused.filter((domain) => !trust.foreign.includes(domain));
  if (refused.length === 0) {
    return [pass(`sidecars of ${context} take ${enumerate(others)} for their own`, about)];
  }
  return [
    ...(known.length > 0
      ? [
          info(
            `${context} has roots for ${enumerate(known)} and does not take them for aliases: policies tell their identities from those of the cluster`,
            about,
          ),
        ]
      : []),
    ...(unknown.length > 0
      ? [
          warn(
            `sidecars of ${context} do not take ${enumerate(unknown)} of other clusters: trustDomainAliases has ${trust.aliases.length > 0 ? enumerate(trust.aliases) : "none"}`,
            {
              ...about,
              remediation: step(
                `Add ${enumerate(unknown)} to meshConfig.trustDomainAliases in the values of istiod, or give all clusters one trust domain.`,
                kubectl(
                  cluster,
                  "-n",
                  cluster.istioNamespace,
                  "get",
                  "configmap",
                  "istio",
                  "-o",
                  "yaml",
                ),
              ),
            },
          ),
        ]
      : []),
  ];
}
