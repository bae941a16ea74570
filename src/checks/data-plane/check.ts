import { HBONE_LISTENER } from "../../mesh/listeners.ts";
import { annotateGateway, labelGateway, unannotateGateway } from "../../mesh/commands/gateways.ts";
import {
  CLUSTER,
  DATA_PLANE_TYPE,
  PREFERRED_DATA_PLANE_TYPE,
  SERVICE_ACCOUNT,
} from "../../mesh/names.ts";
import { notInRun, type Link } from "../../mesh/links.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { offersNodePorts, prefersNodePorts } from "../../mesh/data-plane.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { meshCheck, type ClusterRef, type MeshMember } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";
import { checkOf, objectRef, pass, remedy, skip, summarize, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { servicesNotChecked } from "../_shared/not-checked-services.ts";
import { listenerFault } from "../_shared/peer-listeners.ts";
import { linksAmong } from "../_shared/links-among.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "data-plane": undefined;
  }
}

type Member = MeshMember<"gateways", "nodes" | "services">;

function typeFinding(link: Link<Member>, absent: readonly ClusterRef[]): Finding {
  const { from, gateway, target } = link;
  const to = target ? link.to : `${link.to}${notInRun(absent)}`;
  const type = prefersNodePorts(gateway) ? "NodePort" : "LoadBalancer";
  return pass(`${from.cluster.context} → ${to} uses ${type}`, {
    cluster: from.cluster.context,
    object: objectRef("Gateway", gateway),
  });
}

/** The east-west Gateways that the link may lead to: the one whose account it names, else all. */
function gatewaysOf(link: Link<Member>, target: Member): readonly GatewayFact[] {
  const { eastWest } = target.facts.gateways;
  const account = link.gateway.annotations.get(SERVICE_ACCOUNT);
  const named = eastWest.filter(({ name }) => name === account);
  return named.length > 0 ? named : eastWest;
}

/** What a target lacks for NodePort, said once however many clusters prefer it. */
function targetFindings(target: Member, links: readonly Link<Member>[]): Finding[] {
  const { cluster } = target;
  const { context } = cluster;
  const sources = enumerate([...new Set(links.map(({ from }) => from.cluster.context))]);
  const why = `though links from ${sources} prefer NodePort`;
  const gateways = new Set(links.flatMap((link) => gatewaysOf(link, target)));
  if (gateways.size === 0) {
    const message = `${context} has no eastwest gateway, ${why}`;
    return [skip(message, { cluster: context, blockedBy: checkOf(context, "gateways") })];
  }
  return [
    ...[...gateways].flatMap((gateway) => gatewayFindings(target, gateway, why)),
    ...nodeFindings(target, why),
  ];
}

function gatewayFindings({ cluster }: Member, gateway: GatewayFact, why: string): Finding[] {
  const name = `Eastwest gateway ${qualified(gateway)} of ${cluster.context}`;
  const about = { cluster: cluster.context, object: objectRef("Gateway", gateway) };
  const findings: Finding[] = [];
  if (!offersNodePorts(gateway)) {
    findings.push(
      warn(`${name} is not annotated ${DATA_PLANE_TYPE}: NodePort, ${why}`, {
        ...about,
        remediation: remedy(
          "Annotate the gateway.",
          annotateGateway(cluster, gateway, DATA_PLANE_TYPE, "NodePort"),
        ),
      }),
    );
  }
  if (!gateway.labels.get(CLUSTER)) {
    findings.push(
      warn(`${name} has no label ${CLUSTER}, ${why}`, {
        ...about,
        remediation: remedy(
          "Label the gateway with the CLUSTER_ID of its cluster.",
          labelGateway(cluster, gateway, CLUSTER, cluster.id ?? "<cluster-id>"),
        ),
      }),
    );
  }
  return findings;
}

function nodeFindings({ cluster, facts }: Member, why: string): Finding[] {
  const { context } = cluster;
  if (!facts.nodes.ok) {
    return [notChecked(`InternalIPs of nodes in ${context}`, facts.nodes, { cluster: context })];
  }
  const nodes = facts.nodes.value;
  const without = nodes.filter(({ internalIPs }) => internalIPs.length === 0);
  if (nodes.length > 0 && without.length === 0) return [];
  const which = enumerate(without.map(({ name }) => name));
  const message =
    nodes.length === 0
      ? `${context} has no nodes, ${why}`
      : `nodes of ${context} have no InternalIP (${which}), ${why}`;
  return [
    warn(message, {
      cluster: context,
      remediation: remedy(
        "Give the nodes an InternalIP that the other clusters can reach, or use LoadBalancer.",
        kubectl(cluster, "get", "nodes", "-o", "wide"),
      ),
    }),
  ];
}

/** NodePort leads from one network to another; on a flat one pods reach each other anyway. */
function networkFindings(link: Link<Member>, target: Member): Finding[] {
  const { from, gateway } = link;
  const { context, network } = from.cluster;
  if (network === undefined || network !== target.cluster.network) return [];
  // Without the annotation the gateway needs the listener that NodePort does without.
  const listener = listenerFault(gateway, HBONE_LISTENER, from.cluster);
  return [
    warn(
      `Remote gateway ${qualified(gateway)} of ${context} prefers NodePort, but ${target.cluster.context} is on the same network ${network}`,
      {
        cluster: context,
        object: objectRef("Gateway", gateway),
        remediation: remedy(
          `Give each cluster a network of its own, or let the gateway use LoadBalancer${listener ? `: that takes a listener ${HBONE_LISTENER.name}` : ""}.`,
          ...(listener ? [listener.command] : []),
          unannotateGateway(from.cluster, gateway, PREFERRED_DATA_PLANE_TYPE),
        ),
      },
    ),
  ];
}

export const dataPlane = meshCheck({
  id: "data-plane",
  title: "Data Plane Service Type Check",
  meshKind: "peering",
  view: { rank: 440 },
  why: "A link that prefers NodePort falls back or fails unless its target offers NodePort.",
  reads:
    "Annotations for the data plane service type of remote and east-west Gateways, label topology.istio.io/cluster, InternalIPs of nodes, networks.",
  faults: [
    "A remote Gateway prefers NodePort, but the east-west Gateway of its cluster is not annotated for it.",
    "That east-west Gateway has no label topology.istio.io/cluster.",
    "Nodes of that cluster have no InternalIP.",
    "Both clusters are on one network.",
  ],
  fixes: [
    "Annotate the east-west Gateway peering.solo.io/data-plane-service-type=NodePort, as mc expose --data-plane-service-type nodeport does.",
    "Label it topology.istio.io/cluster=CLUSTER_ID.",
    "Remove annotation peering.solo.io/preferred-data-plane-service-type to use LoadBalancer.",
  ],
  needs: ["gateways"],
  uses: ["nodes", "services"],
  artifacts: ["links"],
  run(members: readonly Member[], { absent, artifacts }) {
    const links = linksAmong(artifacts.links, members).filter(({ self }) => !self);
    const preferring = links.flatMap((link) =>
      link.target?.member && prefersNodePorts(link.gateway)
        ? [{ link, target: link.target.member }]
        : [],
    );
    const byTarget = Map.groupBy(preferring, ({ target }) => target);
    const findings = [
      ...links.map((link) => typeFinding(link, absent)),
      ...[...byTarget].flatMap(([target, group]) =>
        targetFindings(
          target,
          group.map(({ link }) => link),
        ),
      ),
      ...preferring.flatMap(({ link, target }) => networkFindings(link, target)),
      ...servicesNotChecked(members),
      ...(members.length < 2
        ? [pairsSkipped("targets of NodePort are not looked at", absent)]
        : []),
    ];
    return { findings, summary: summarize(findings, fine(links)) };
  },
});

function fine(links: readonly Link<Member>[]): string {
  if (links.length === 0) return "no links";
  const nodePort = links.filter(({ gateway }) => prefersNodePorts(gateway)).length;
  if (nodePort === 0) return "all links use LoadBalancer";
  return nodePort === links.length
    ? "all links use NodePort"
    : `${nodePort} of ${links.length} links use NodePort`;
}
