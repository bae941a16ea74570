import { CLASS_REMOTE, GATEWAY_NAME, SERVICE_ACCOUNT } from "../../mesh/names.ts";
import { externalAddresses } from "../../mesh/addresses.ts";
import { servicesOf, type Link } from "../../mesh/links.ts";
import { normalizeAddress } from "../../lib/ip-address.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { annotateGateway } from "../../mesh/commands/gateways.ts";
import { meshCheck, type MeshMember } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";
import { fail, objectRef, pass, remedy, skip, summarize, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { linksAmong } from "../_shared/links-among.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "service-accounts": undefined;
  }
}

type Member = MeshMember<"gateways", "services" | "gatewayDeployments">;

/** The east-west gateways that a remote Gateway may lead through: those with its address, else all. */
function entrancesOf({ addresses }: GatewayFact, target: Member): readonly GatewayFact[] {
  const { eastWest } = target.facts.gateways;
  const wanted = new Set(addresses.map(({ value }) => normalizeAddress(value)));
  const near = eastWest.filter((gateway) =>
    externalAddresses(gateway, servicesOf(target)).some((one) => wanted.has(normalizeAddress(one))),
  );
  return near.length > 0 ? near : eastWest;
}

/** The account that a gateway's pods run as: that of its Deployment, else its controller's choice. */
function accountOf({ namespace, name }: GatewayFact, { facts }: Member): string {
  const deployment = valueOr(facts.gatewayDeployments, []).find(
    (one) => one.namespace === namespace && one.labels.get(GATEWAY_NAME) === name,
  );
  return deployment?.serviceAccount ?? name;
}

function judge(link: Link<Member>, target: Member, precheck: boolean): Finding {
  const { from, gateway } = link;
  const { cluster } = from;
  const about = { cluster: cluster.context, object: objectRef("Gateway", gateway) };
  const whom = target.cluster.context;
  const subject = `Remote gateway ${qualified(gateway)} of ${cluster.context}`;
  const accounts = [...new Set(entrancesOf(gateway, target).map((one) => accountOf(one, target)))];
  const [account] = accounts;
  if (account === undefined) {
    return skip(`${subject}: not compared, ${whom} has no east-west gateway`, about);
  }
  const given = gateway.annotations.get(SERVICE_ACCOUNT);
  if (accounts.includes(given || gateway.name)) {
    return pass(
      `${subject} expects service account ${given || gateway.name}, as ${whom} has`,
      about,
    );
  }
  const says = given
    ? `expects service account ${given}`
    : `has no annotation ${SERVICE_ACCOUNT}, so that its own name is expected as service account`;
  const message = `${subject} ${says}, but the east-west gateway of ${whom} runs as ${enumerate(accounts)}`;
  const details = {
    ...about,
    remediation: remedy(
      "Annotate the gateway with the service account of the east-west gateway that it leads to.",
      annotateGateway(cluster, gateway, SERVICE_ACCOUNT, account),
    ),
  };
  // Without the Deployment the account is what controllers usually make of the name; what istiod makes
  // of a Gateway that names none rests on reports. With --precheck linking is what mends it.
  const isCertain = Boolean(given) && target.facts.gatewayDeployments.ok && !precheck;
  return isCertain ? fail(message, details) : warn(message, details);
}

function unread(members: readonly Member[]): Finding[] {
  return members.flatMap(({ cluster, facts: { gatewayDeployments } }) =>
    gatewayDeployments.ok
      ? []
      : [
          notChecked(
            `which account the east-west gateway of ${cluster.context} runs as`,
            gatewayDeployments,
            { cluster: cluster.context },
          ),
        ],
  );
}

export const serviceAccounts = meshCheck({
  id: "service-accounts",
  title: "Service Account Consistency Check",
  meshKind: "peering",
  view: { rank: 430, familiar: true, since: "1.30" },
  why: "ztunnel takes nobody for the gateway of a peer whose certificate is for another service account than the remote Gateway names: traffic to that cluster fails, although istiods are connected.",
  reads: `Annotation ${SERVICE_ACCOUNT} of Gateways of class ${CLASS_REMOTE}; the service account of the Deployment of the east-west gateway that they lead to.`,
  faults: [
    "The service account that a remote Gateway names is not that of its peer's east-west gateway.",
    "A remote Gateway names none, and is not called as that account is (a warning: that its name counts then rests on reports).",
  ],
  fixes: [`Annotate the remote Gateway with ${SERVICE_ACCOUNT}; mc link does.`],
  needs: ["gateways"],
  uses: ["services", "gatewayDeployments"],
  artifacts: ["links"],
  run(members: readonly Member[], { artifacts, precheck }) {
    const links = linksAmong(artifacts.links, members).filter(({ self }) => !self);
    const compared = links.flatMap((link) =>
      link.target?.member ? [judge(link, link.target.member, precheck)] : [],
    );
    if (compared.length === 0) {
      const summary = "no remote gateway whose peer is in this run";
      return { summary, findings: [skip(summary)] };
    }
    const findings = [...compared, ...unread(members)];
    const fine = "all compared remote gateways match their peer east-west gateway service accounts";
    return { findings, summary: summarize(findings, fine) };
  },
});
