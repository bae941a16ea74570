import { annotateGateway } from "../../mesh/commands/gateways.ts";
import { DEFAULT_TRUST_DOMAIN, TRUST_DOMAIN } from "../../mesh/names.ts";
import { type Link } from "../../mesh/links.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { isRemote } from "../../mesh/kind.ts";
import { trustDomainsOf } from "../../mesh/trust/domains.ts";
import { meshCheck } from "../../model/check.ts";
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
import { servicesNotChecked } from "../_shared/not-checked-services.ts";
import { distinctFindings, SKIP, skips } from "./distinct.ts";
import type { Member } from "./member.ts";
import { breaksItsGateway } from "../_shared/explanations.ts";
import { linksAmong } from "../_shared/links-among.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "trust-domains": undefined;
  }
}

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

export const trustDomains = meshCheck({
  id: "trust-domains",
  title: "Trust Domain Check",
  view: { rank: 220 },
  explanation: breaksItsGateway(4),
  why: "ztunnel expects of a peer's gateway a certificate of the trust domain that the remote Gateway names.",
  reads:
    "Annotation gateway.istio.io/trust-domain of remote Gateways; trustDomain, trustDomainAliases and caCertificates in ConfigMap istio or istio-REVISION; env SKIP_VALIDATE_TRUST_DOMAIN of ztunnel.",
  faults: [
    "The annotation of a remote Gateway is not the trust domain of its cluster.",
    "Trust domains are distinct, and ztunnel validates them (warning).",
    "Without ztunnel: the trust domain of another cluster is no alias of the cluster's own (warning).",
    "The mesh configuration cannot be read.",
  ],
  fixes: [
    "Annotate the remote Gateway with the trust domain of the cluster that it stands for.",
    "Set SKIP_VALIDATE_TRUST_DOMAIN=true on ztunnel where trust domains are meant to differ.",
    "For sidecars, set meshConfig.trustDomainAliases to the trust domains of the other clusters.",
  ],
  needs: ["gateways", "meshConfigs"],
  uses: ["istiods", "ztunnels", "services"],
  artifacts: ["links"],
  run(read: readonly Omit<Member, "trust">[], { absent, artifacts, precheck, kinds }) {
    // One without an istiod takes the identities that its primary gives.
    const own = read.filter(({ facts }) => !isRemote(kinds, facts.istiods));
    const members = own.map(({ cluster, facts }): Member => ({
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
      ...distinctFindings(members, kinds),
      ...servicesNotChecked(members),
      ...(read.length < 2 ? [pairsSkipped("trust domains are not compared", absent)] : []),
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
