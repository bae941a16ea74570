import { isAbandoned, isConnected } from "../../mesh/conditions.ts";
import { peerAddress, reachableAddresses } from "../../mesh/addresses.ts";
import { editGateway, mergeGateway } from "../../mesh/commands/gateways.ts";
import { SERVICE_ACCOUNT } from "../../mesh/names.ts";
import { leadsElsewhere, type Link } from "../../mesh/links.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { normalizeAddress } from "../../lib/ip-address.ts";
import { linkOneWay } from "../../mesh/commands/link.ts";
import { type ClusterRef, meshCheck, type MeshMember } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";
import {
  checkOf,
  error,
  fail,
  info,
  objectRef,
  pass,
  remedy,
  skip,
  summarize,
  warn,
} from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { breaksItsGateway } from "../_shared/explanations.ts";
import { NOBODY_VOUCHES, noIstiodRuns } from "../_shared/no-istiod.ts";
import { linksAmong } from "../_shared/links-among.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "peer-addresses": undefined;
  }
}

type Member = MeshMember<"gateways" | "services", "istiods" | "istiodPods">;

/** The target's addresses, first those of the gateway whose service account the peer expects. */
function present(gateway: GatewayFact, { gateways, services }: Member["facts"]): string[] {
  const account = gateway.annotations.get(SERVICE_ACCOUNT);
  const named = gateways.eastWest.filter(({ name }) => name === account);
  const all = [...named, ...gateways.eastWest];
  return [...reachableAddresses(all, services)];
}

function giveAddress({ from, gateway }: Link<Member>, target: Member): Remediation {
  const { cluster } = from;
  const to = target.cluster;
  const namespace = { gateways: { ...from.facts.gateways, eastWest: [gateway] } };
  const link = linkOneWay({ cluster, ...namespace }, [{ cluster: to }]);
  const links = gateway.managers.includes("mc") && cluster.network && to.network;
  // One address, as link gives it.
  const addresses = present(gateway, target.facts).slice(0, 1).map(peerAddress);
  return remedy(
    `Give the gateway the present address of ${to.context} where it was made: by mc link, in Helm values, or here.`,
    ...(links ? [link] : []),
    mergeGateway(cluster, gateway, { spec: { addresses } }),
  );
}

/** With --precheck it is a warning, as in the Peers Check: linking is what mends it. */
function faultOf(precheck: boolean): typeof fail {
  return precheck ? warn : fail;
}

/** It has the address of another cluster, and that of the one it stands for is not known. */
function misdirected(
  { from, gateway, to }: Link<Member>,
  { context: whose }: ClusterRef,
  precheck: boolean,
): Finding {
  const { context } = from.cluster;
  const addresses = enumerate(gateway.addresses.map(({ value }) => value));
  return faultOf(precheck)(
    `Remote gateway ${qualified(gateway)} of ${context} is for ${to}, but has address ${addresses}, which is that of ${whose}`,
    {
      cluster: context,
      object: objectRef("Gateway", gateway),
      remediation: remedy(
        `Give the gateway the address of ${to}, which is not known here.`,
        editGateway(from.cluster, gateway),
      ),
    },
  );
}

function compare(
  link: Link<Member>,
  target: Member,
  addresses: ReadonlySet<string>,
  precheck: boolean,
): Finding {
  const { from, gateway, owners } = link;
  const { context } = from.cluster;
  const about = { cluster: context, object: objectRef("Gateway", gateway) };
  const whom = target.cluster.context;
  const name = `Remote gateway ${qualified(gateway)} of ${context}`;
  const elsewhere = leadsElsewhere(link);
  if (addresses.size === 0) {
    if (elsewhere) return misdirected(link, elsewhere.cluster, precheck);
    const message = `${name}: not compared, ${whom} has no address at present`;
    return skip(message, { ...about, blockedBy: checkOf(whom, "gateways") });
  }
  const given = gateway.addresses.map(({ value }) => value);
  const stale = given.filter((value) => !addresses.has(normalizeAddress(value)));
  if (given.length > 0 && stale.length === 0) {
    return pass(`${name} has the address of ${whom}: ${given.join(", ")}`, about);
  }
  const other = owners.find(({ member }) => member !== target);
  const has = stale.length > 0 ? `has address ${enumerate(stale)}` : "has no address";
  const whose = other ? `, which is that of ${other.cluster.context}` : "";
  const message = `${name} ${has}${whose}; ${whom} is at ${enumerate([...addresses])}`;
  if (isConnected(gateway) && !other) {
    return info(`${message} (connected all the same, as through NAT or private DNS)`, about);
  }
  if (isAbandoned(gateway) && !other) {
    return error(`${message}; not known whether the peer is connected: ${NOBODY_VOUCHES}`, {
      ...about,
      ...noIstiodRuns(from.cluster),
    });
  }
  const state = isConnected(gateway) ? "" : "; the peer is not connected";
  return faultOf(precheck)(`${message}${state}`, {
    ...about,
    remediation: giveAddress(link, target),
  });
}

export const peerAddresses = meshCheck({
  id: "peer-addresses",
  title: "Peer Address Check",
  meshKind: "peering",
  view: { rank: 430 },
  explanation: breaksItsGateway(4),
  why: "A remote Gateway keeps the address that its peer had when they were linked: a load balancer that was replaced leaves it behind.",
  reads:
    "spec.addresses of remote Gateways; statuses of the peers' east-west Gateways and of their Services.",
  faults: [
    "An address of a remote Gateway is none that its cluster has now, and the peer is not connected.",
    "A remote Gateway has the address of another cluster than the one it is stands for.",
  ],
  fixes: ["Link again with mc link, or patch spec.addresses of the Gateway."],
  needs: ["gateways", "services"],
  uses: ["istiods", "istiodPods"],
  artifacts: ["links"],
  run(members: readonly Member[], { absent, artifacts, precheck }) {
    if (members.length < 2) {
      const finding = pairsSkipped("addresses of peers are not compared", absent);
      return { findings: [finding], summary: finding.message };
    }
    const links = linksAmong(artifacts.links, members).filter(({ self }) => !self);
    const outside = links.filter(({ target }) => !target);
    const findings = links.flatMap((link) => {
      const { member, addresses } = link.target ?? {};
      if (member && addresses) return [compare(link, member, addresses, precheck)];
      const elsewhere = link.target && leadsElsewhere(link);
      return elsewhere ? [misdirected(link, elsewhere.cluster, precheck)] : [];
    });
    const [first, ...others] = outside;
    if (first) {
      const which = enumerate(outside.map(({ gateway }) => qualified(gateway)));
      const { from, gateway } = first;
      const about =
        others.length === 0
          ? { cluster: from.cluster.context, object: objectRef("Gateway", gateway) }
          : {};
      findings.push(skip(`not compared, as their clusters are not known here: ${which}`, about));
    }
    return { findings, summary: summarize(findings, fine(findings)) };
  },
});

function fine(findings: readonly Finding[]): string {
  const compared = findings.filter(({ severity }) => severity === "pass").length;
  const other = findings.filter(({ severity }) => severity === "info").length;
  if (compared + other === 0) return "no peers whose addresses could be compared";
  return other === 0
    ? "all remote gateways have the addresses of their clusters"
    : `${other} connected at another address than the peer's own`;
}
