import { setIstiodVariable, istiodLog } from "../../mesh/commands/istiod.ts";
import { externalAddresses } from "../../mesh/addresses.ts";
import { servicesOf, type Link } from "../../mesh/links.ts";
import { AUTOMATIC, automates } from "../../mesh/makers.ts";
import { managementNamespaces } from "../../mesh/management.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { meshCheck } from "../../model/check.ts";
import {
  checkOf,
  info,
  objectRef,
  pass,
  remedy,
  skip,
  step,
  summarize,
  warn,
} from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { linksAmong } from "../_shared/links-among.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { managementFindings } from "./management.ts";
import type { Member } from "./member.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "automated-peering": undefined;
  }
}

function isAutomated({ facts: { istiods } }: Member): boolean {
  return istiods.judged.some(automates);
}

/** Some istiods make Gateways to be copied, this one not. */
function switchedOff(member: Member): Finding[] {
  const { cluster, facts } = member;
  return facts.istiods.judged.map((istiod) =>
    warn(
      `istiod ${qualified(istiod)} of ${cluster.context} does not have ${AUTOMATIC}=true, as others have: no Gateway for ${cluster.context} is made that could be copied to them`,
      {
        cluster: cluster.context,
        object: objectRef("Deployment", istiod),
        remediation: remedy(
          `Set ${AUTOMATIC} to true on istiod (in the values of the istiod chart: env.${AUTOMATIC}).`,
          setIstiodVariable(cluster, istiod, AUTOMATIC, "true"),
        ),
      },
    ),
  );
}

/** Whether istiod has made the Gateway for its own cluster, which the management plane copies. */
function localFinding(member: Member, links: readonly Link<Member>[]): Finding {
  const { cluster, facts } = member;
  const { context } = cluster;
  const own = links.find(({ from, self }) => self && from === member);
  if (own) {
    return pass(
      `${context} has a remote gateway for itself to be copied: ${qualified(own.gateway)}`,
      {
        cluster: context,
        object: objectRef("Gateway", own.gateway),
      },
    );
  }
  const reachable = facts.gateways.eastWest.some(
    (gateway) => externalAddresses(gateway, servicesOf(member)).length > 0,
  );
  const message = `${context} has no remote gateway for itself, which its istiod makes for its east-west gateway and the management plane copies to the others`;
  if (!reachable) {
    return skip(`${message}: its east-west gateway has no address yet`, {
      cluster: context,
      blockedBy: checkOf(context, "gateways"),
    });
  }
  return warn(message, {
    cluster: context,
    remediation: step("Find in istiod's log why it makes none.", istiodLog(cluster)),
  });
}

/** Whether the Gateway of each cluster has come to each other. */
function copyFindings(
  automated: readonly Member[],
  members: readonly Member[],
  links: readonly Link<Member>[],
): Finding[] {
  return members.flatMap((member) => {
    const { cluster } = member;
    const reached = new Set(
      links.flatMap(({ from, target }) => (from === member && target ? [target.member] : [])),
    );
    const lacking = automated.filter((other) => other !== member && !reached.has(other));
    if (lacking.length === 0) return [];
    const names = enumerate(lacking.map((other) => other.cluster.context));
    return [
      warn(`no remote gateway of ${names} has been copied to ${cluster.context}`, {
        cluster: cluster.context,
        remediation: step(
          "See that the management plane knows both clusters, and that it distributes configuration: featureGates.ConfigDistribution=true of gloo-platform and gloo-platform-crds, installEnterpriseCrds=true of gloo-platform-crds in every cluster.",
          kubectl(cluster, "get", "crds", "-o", "name"),
        ),
      }),
    ];
  });
}

export const automatedPeering = meshCheck({
  id: "automated-peering",
  title: "Automated Peering Check",
  meshKind: "peering",
  view: { rank: 480, since: "1.30" },
  why: "With automated linking istiod makes a Gateway for its own cluster and a management plane copies it to all others: where one of them does not, links are missing that nobody makes by hand.",
  reads: `Env ${AUTOMATIC} of istiod; remote Gateways; where it is true, KubernetesClusters of the management plane.`,
  faults: [
    "An istiod does not make a Gateway for its cluster, though others do (a warning, as all of these: what else decides is not in objects).",
    "A cluster has no remote Gateway for itself.",
    "The Gateway of a cluster has not been copied to another.",
    "The management plane does not know a cluster, or has not accepted it, or has no Istio in its own cluster.",
  ],
  fixes: [
    `Set ${AUTOMATIC}=true on every istiod.`,
    "Register clusters with the management plane; set featureGates.ConfigDistribution and installEnterpriseCrds of its charts.",
    "Or link the clusters by hand with mc link, and turn the automation off.",
  ],
  needs: ["istiods", "gateways"],
  uses: ["services", "kubernetesClusters"],
  artifacts: ["links"],
  notInPrecheck: "links are yet to be made",
  run(members: readonly Member[], { artifacts }) {
    const automated = members.filter(isAutomated);
    if (automated.length === 0) {
      const summary = "no istiod has links made automatically";
      return { summary, findings: [pass(summary)] };
    }
    const links = linksAmong(artifacts.links, members);
    const planes = members.filter((member) => managementNamespaces(servicesOf(member)).length > 0);
    const findings = [
      ...members.filter((member) => !isAutomated(member)).flatMap(switchedOff),
      ...automated.map((member) => localFinding(member, links)),
      ...copyFindings(automated, members, links),
      ...planes.flatMap((plane) => managementFindings(plane, members)),
      ...(planes.length === 0 ? [noPlane(members)] : []),
    ];
    return { findings, summary: summarize(findings, "links are made automatically") };
  },
});

function noPlane(members: readonly Member[]): Finding {
  const unread = members.find(({ facts: { services } }) => !services.ok)?.facts.services;
  const what = "what the management plane knows of the clusters";
  return unread && !unread.ok
    ? notChecked(what, unread)
    : info(`${what} not checked: no cluster of this run has it`);
}
