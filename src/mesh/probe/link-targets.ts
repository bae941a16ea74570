import type { GatewayFact } from "../../model/facts.ts";
import type { ProbedLink } from "../../model/probe.ts";
import { isAbandoned, unmetLinkConditions } from "../conditions.ts";
import { prefersNodePorts } from "../data-plane.ts";
import type { Link } from "../links.ts";
import { HBONE_LISTENER, portOf, XDS_LISTENER } from "../listeners.ts";
import { istiodHost, nodePortEntries } from "./entrances.ts";
import type { ProbeMember, ProbeTarget, ProbeTargets } from "./target.ts";

function stateOf(gateway: GatewayFact): ProbedLink["state"] {
  if (isAbandoned(gateway)) return "unknown";
  return unmetLinkConditions(gateway).length > 0 ? "broken" : "connected";
}

/** Traffic of a link that prefers node ports: to each node of the target, where it is of the run. */
function nodePorts(
  { target, gateway, to }: Link<ProbeMember>,
  same: Omit<ProbeTarget, "address" | "port" | "purpose">,
): ProbeTargets {
  const member = target?.member;
  if (!member) {
    return { targets: [], notes: [`node ports of ${to} are not known: it is not in this run`] };
  }
  const found = member.facts.gateways.eastWest.map((eastWest) =>
    nodePortEntries(member, eastWest, portOf(gateway, HBONE_LISTENER)),
  );
  return {
    targets: found.flatMap(({ at }) =>
      at.map((entry) => ({ ...same, purpose: "traffic" as const, ...entry })),
    ),
    notes: found.flatMap(({ notes }) => notes),
  };
}

/** The addresses of a remote Gateway with the ports that its cluster is reached at. */
export function linkTargets(link: Link<ProbeMember>): ProbeTargets {
  const { from, gateway, target, to } = link;
  const { namespace, name, addresses } = gateway;
  const object = { kind: "Gateway", namespace, name };
  const source = { from: from.cluster.context, gateway: object, state: stateOf(gateway) };
  const same = { to, object, links: [source] };
  // Where the target was not read its istiod is called as most are.
  const serverName = istiodHost(target?.member ?? from);
  const direct = addresses.flatMap(({ value: address }): ProbeTarget[] => [
    {
      ...same,
      purpose: "discovery",
      serverName,
      address,
      port: portOf(gateway, XDS_LISTENER),
    },
    ...(prefersNodePorts(gateway)
      ? []
      : [{ ...same, purpose: "traffic" as const, address, port: portOf(gateway, HBONE_LISTENER) }]),
  ]);
  const nodes = prefersNodePorts(gateway) ? nodePorts(link, same) : { targets: [], notes: [] };
  return { targets: [...direct, ...nodes.targets], notes: nodes.notes };
}
