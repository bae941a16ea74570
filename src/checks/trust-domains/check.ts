import { annotateGateway } from "../../mesh/commands/gateways.ts";
import { DEFAULT_TRUST_DOMAIN, TRUST_DOMAIN } from "../../mesh/names.ts";
import { type Link } from "../../mesh/links.ts";
import { contexts, enumerate, qualified } from "../../mesh/wording.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { skipsValidation, trustDomainsOf, type TrustDomains } from "../../mesh/trust/domains.ts";
import { meshCheck, type MeshMember } from "../../model/check.ts";
import type { MeshConfigFact } from "../../model/facts.ts";
import {
  error,
  fail,
  objectRef,
  pass,
  remedy,
  skip,
  summarize,
  warn,
} from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { servicesNotChecked } from "../_shared/not-checked-services.ts";
import { breaksItsGateway } from "../_shared/explanations.ts";
import { linksAmong } from "../_shared/links-among.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "trust-domains": undefined;
  }
}

type Member = MeshMember<"gateways" | "meshConfigs", "istiods" | "ztunnels" | "services"> & {
  trust: TrustDomains;
};

const SKIP = "SKIP_VALIDATE_TRUST_DOMAIN";

function unreadableConfig({ cluster }: Member, config: MeshConfigFact): Finding {
  const { context, istioNamespace } = cluster;
  return error(
    `trust domain of ${context} could not be checked: ConfigMap ${config.configMap}: ${config.unreadable}`,
    {
      cluster: context,
      object: objectRef("ConfigMap", { namespace: istioNamespace, name: config.configMap }),
      remediation: remedy(
        "Look at the mesh configuration.",
        kubectl(cluster, "-n", istioNamespace, "get", "configmap", config.configMap, "-o", "yaml"),
      ),
    },
  );
}

function ownFindings(member: Member): Finding[] {
  const { context } = member.cluster;
  const { domains, unreadable } = member.trust;
  const own = `Cluster ${context} has trust domain ${enumerate(domains)}`;
  return [
    ...(domains.length > 0 ? [pass(own, { cluster: context })] : []),
    ...unreadable.map((config) => unreadableConfig(member, config)),
  ];
}

function skips({ facts }: Member): boolean {
  return facts.ztunnels.ok && skipsValidation(facts.ztunnels.value);
}

/** A remote Gateway names the trust domain by which ztunnel knows the peer's gateway. */
function gatewayFinding(link: Link<Member>, target: Member, precheck: boolean): Finding {
  const { from, gateway } = link;
  const { cluster } = from;
  const about = { cluster: cluster.context, object: objectRef("Gateway", gateway) };
  const whom = target.cluster.context;
  const { domains: expected, aliases } = target.trust;
  const name = `Remote gateway ${qualified(gateway)} of ${cluster.context}`;
  const [domain] = expected;
  if (domain === undefined) {
    return skip(`${name}: not compared, the trust domain of ${whom} is not known`, about);
  }
  const given = gateway.annotations.get(TRUST_DOMAIN);
  // Without the annotation the source takes its own, and that is the default in most meshes.
  const taken = given ? [given] : [DEFAULT_TRUST_DOMAIN, ...from.trust.domains];
  if (taken.some((one) => expected.includes(one))) {
    return pass(`${name} has the trust domain of ${whom}: ${domain}`, about);
  }
  const says = given ? `has trust domain ${given}` : `has no annotation ${TRUST_DOMAIN}`;
  const alias = given && aliases.includes(given) ? ", of which that is but an alias" : "";
  const message = `${name} ${says}, but that of ${whom} is ${enumerate(expected)}${alias}`;
  const details = {
    ...about,
    remediation: remedy(
      "Annotate the gateway with the trust domain of the cluster that it stands for.",
      annotateGateway(cluster, gateway, TRUST_DOMAIN, domain),
    ),
  };
  if (skips(from)) return warn(`${message} (ztunnel has ${SKIP}=true)`, details);
  // With --precheck it is a warning, as in the Peers Check: linking is what mends it.
  return precheck ? warn(message, details) : fail(message, details);
}

/** ztunnel refuses peers of another trust domain unless told otherwise. */
function distinctFindings(members: readonly Member[]): Finding[] {
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
    if (skips(member)) return [];
    return [
      warn(
        `clusters have distinct trust domains, ${who}, but ztunnel of ${context} validates them`,
        {
          cluster: context,
          remediation: remedy(
            `Set env.${SKIP} of the ztunnel Helm release to "true"; until its next upgrade this does it.`,
            ...facts.ztunnels.value.map(({ namespace, name }) =>
              kubectl(cluster, "-n", namespace, "set", "env", `daemonset/${name}`, `${SKIP}=true`),
            ),
          ),
        },
      ),
    ];
  });
}

export const trustDomains = meshCheck({
  id: "trust-domains",
  title: "Trust Domain Check",
  view: { rank: 220 },
  explanation: breaksItsGateway(4),
  why: "ztunnel expects of a peer's gateway a certificate of the trust domain that the remote Gateway names.",
  reads:
    "Annotation gateway.istio.io/trust-domain of remote Gateways; trustDomain in ConfigMap istio or istio-REVISION; env SKIP_VALIDATE_TRUST_DOMAIN of ztunnel.",
  faults: [
    "The annotation of a remote Gateway is not the trust domain of its cluster.",
    "Trust domains are distinct, and ztunnel validates them.",
    "The mesh configuration cannot be read.",
  ],
  fixes: [
    "Annotate the remote Gateway with the trust domain of the cluster that it stands for.",
    "Set SKIP_VALIDATE_TRUST_DOMAIN=true on ztunnel where trust domains are meant to differ.",
  ],
  needs: ["gateways", "meshConfigs"],
  uses: ["istiods", "ztunnels", "services"],
  artifacts: ["links"],
  run(read: readonly Omit<Member, "trust">[], { absent, artifacts, precheck }) {
    const members = read.map(({ cluster, facts }): Member => ({
      cluster,
      facts,
      trust: trustDomainsOf(facts.meshConfigs, facts.istiods),
    }));
    const links = linksAmong(artifacts.links, members).filter(({ self }) => !self);
    const findings = [
      ...members.flatMap(ownFindings),
      ...links.flatMap((link) =>
        link.target?.member ? [gatewayFinding(link, link.target.member, precheck)] : [],
      ),
      ...distinctFindings(members),
      ...servicesNotChecked(members),
      ...(members.length < 2 ? [pairsSkipped("trust domains are not compared", absent)] : []),
    ];
    return { findings, summary: summarize(findings, fine(members)) };
  },
});

function fine(members: readonly Member[]): string {
  const domains = new Set(members.flatMap(({ trust }) => trust.domains));
  const [only] = domains;
  return only !== undefined && domains.size === 1
    ? `trust domain is ${only} everywhere`
    : "remote gateways have the trust domains of their clusters";
}
