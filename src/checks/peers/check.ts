import { CLASS_REMOTE } from "../../mesh/names.ts";
import { isAbandoned, linkFaults } from "../../mesh/conditions.ts";
import {
  type Peer,
  findPeers,
  indexPeers,
  peerName,
  peerOf,
  unreadPeer,
} from "../../mesh/peers.ts";
import type { Linkable } from "../../mesh/commands/link.ts";
import { linkAdvice } from "../_shared/link-advice.ts";
import { clusterCheck, type ClusterCheckContext, type ClusterRef } from "../../model/check.ts";
import type { PeersData } from "./data.ts";
import type { GatewayFact, GatewaysFact, PodFact } from "../../model/facts.ts";
import {
  checkOf,
  info,
  isFault,
  objectRef,
  pass,
  skip,
  summarize,
  warn,
  worst,
} from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { conditionRows, judgePeer, leadsBack } from "./status.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { view } from "./view.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    peers: PeersData;
  }
}

const NONE = "no configured peers";

/**
 * The Gateways that stand for the cluster that they are in, as automated peering makes one. Only of
 * this cluster is known what its gateways have and are called.
 */
function selvesOf(
  { remote }: GatewaysFact,
  itself: Peer,
  { cluster, clusters }: ClusterCheckContext,
): ReadonlySet<GatewayFact> {
  const others = clusters.filter(({ context }) => context !== cluster.context).map(unreadPeer);
  const targets = findPeers(remote, indexPeers([itself, ...others]), itself);
  return new Set(remote.filter((gateway) => targets.get(gateway)?.peer === itself));
}

/** What to say of a remote Gateway in place of a symbol. */
function stateOf(
  gateway: GatewayFact,
  self: boolean,
  connected: boolean,
  faults: readonly Finding[],
): string {
  if (self) return "this cluster itself";
  if (isAbandoned(gateway)) return "not known";
  if (!connected) return "not connected";
  return faults.length > 0 ? "connected, with faults" : "connected";
}

function noPeers(
  { precheck, cluster, clusters }: ClusterCheckContext,
  own: Omit<Linkable, "cluster">,
): Finding {
  if (precheck) return info(NONE);
  const others = clusters.filter(({ context }) => context !== cluster.context);
  return warn(
    NONE,
    linkAdvice("Link the cluster to its peers; the target of a one-way link has none.", [
      { cluster, ...own },
      ...others.map((other) => ({ cluster: other })),
    ]),
  );
}

/** With --precheck a broken link is a warning: to link again may be what mends it. */
function forPrecheck(finding: Finding): Finding {
  return finding.severity === "fail" ? { ...finding, severity: "warn" } : finding;
}

function selfFinding(gateway: GatewayFact, cluster: ClusterRef): Finding {
  return info(
    `${gateway.namespace}/${gateway.name} stands for this cluster itself (${cluster.id ?? cluster.context}): listed, not judged`,
    { object: objectRef("Gateway", gateway) },
  );
}

/** Where conditions count although it is not known that an istiod stands behind them. */
function unvouched(pods: Gathered<PodFact[]>, remote: readonly GatewayFact[]): Finding[] {
  if (!pods.ok) return [notChecked("whether an istiod runs that vouches for the conditions", pods)];
  if (remote.some((gateway) => gateway.controllerRuns !== undefined)) return [];
  return [
    info(
      "whether an istiod vouches for the conditions is not known: none was found in this cluster, as where its control plane is external",
    ),
  ];
}

export const peers = clusterCheck({
  id: "peers",
  title: "Peers Check",
  meshKind: "peering",
  view,
  logs: ["link"],
  why: "A remote Gateway is the connection of this cluster's istiod to another cluster: what it says is what the mesh knows of that cluster.",
  reads: `Gateways of class ${CLASS_REMOTE} in all namespaces; istiod's pods, to know who vouches for their conditions; Services and GatewayClasses, to know the cluster's own gateway and the cause.`,
  faults: [
    "Condition Accepted, Programmed, gloo.solo.io/PeerConnected or gloo.solo.io/PeeringSucceeded is absent or not True.",
    "Condition gloo.solo.io/PeerDataPlaneProgrammed is False or Unknown.",
    "Listener xds-tls 15012 is missing, or cross-network 15008 where the link does not prefer NodePort, and the peer is not connected without it.",
    "The remote Gateway has no address, or that of the cluster it is in.",
    "The remote Gateway is being deleted.",
    "There is no remote Gateway.",
  ],
  fixes: [
    "Link the clusters with mc link.",
    "Open ports 15012 (xDS) and 15008 (HBONE) of the peer's east-west gateway to this cluster.",
    "Look at istiod's log for the peer's address.",
  ],
  needs: ["gateways"],
  uses: ["services", "gatewayClasses", "istiods", "istiodPods"],
  run(facts, context) {
    const { cluster, precheck } = context;
    const { served, remote, eastWest }: GatewaysFact = facts.gateways;
    const data: PeersData = { peers: [] };
    if (!served) {
      const message = "no remote Gateways: the Gateway API is not installed";
      const finding = skip(message, { blockedBy: checkOf(cluster.context, "gateways") });
      return { summary: message, findings: [finding], data };
    }
    const { services, gatewayClasses, istiodPods } = facts;
    const itself: Peer = peerOf(cluster, eastWest, services.ok ? services.value : []);
    const selves = selvesOf(facts.gateways, itself, context);
    const findings: Finding[] = [];
    for (const gateway of remote) {
      const self = selves.has(gateway);
      const addresses = gateway.addresses.map(({ value }) => value);
      const found = self
        ? [selfFinding(gateway, cluster)]
        : judgePeer(
            gateway,
            { classes: gatewayClasses, remote, itself: itself.addresses },
            cluster,
          );
      const connected =
        !self && linkFaults(gateway).length === 0 && !leadsBack(gateway, itself.addresses);
      const faults = found.filter(({ severity }) => isFault(severity));
      const judged = precheck ? found.map(forPrecheck) : [...found];
      if (!self && faults.length === 0) {
        const message = `Connected to ${peerName(gateway)} via ${addresses.join(", ")}`;
        judged.push(pass(message, { object: objectRef("Gateway", gateway) }));
      }
      findings.push(...judged);
      data.peers.push({
        namespace: gateway.namespace,
        name: gateway.name,
        cluster: peerName(gateway),
        addresses,
        conditions: conditionRows(gateway),
        connected,
        self,
        status: worst(judged.map(({ severity }) => severity)),
        state: stateOf(gateway, self, connected, faults),
      });
    }
    if (!services.ok && remote.length > 0) {
      findings.push(notChecked("the cluster's own addresses", services));
    }
    if (data.peers.some(({ connected }) => connected)) {
      findings.push(...unvouched(istiodPods, remote));
    }
    if (!gatewayClasses.ok && findings.some(({ severity }) => isFault(severity))) {
      findings.push(notChecked("GatewayClasses", gatewayClasses));
    }
    if (data.peers.every(({ self }) => self)) {
      const own = services.ok ? { services: services.value } : {};
      findings.unshift(noPeers(context, { gateways: facts.gateways, ...own }));
      return { findings, data, summary: NONE };
    }
    return { findings, data, summary: summarize(findings, "all clusters connected") };
  },
});
