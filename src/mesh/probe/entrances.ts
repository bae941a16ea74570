import type { GatewayFact, ServiceFact } from "../../model/facts.ts";
import { valueOr } from "../../model/gathered.ts";
import { externalAddresses, serviceOf } from "../addresses.ts";
import { offersNodePorts } from "../data-plane.ts";
import { exposesIstiod, HBONE_LISTENER, portOf, XDS_LISTENER } from "../listeners.ts";
import { CLUSTER_DOMAIN, NETWORK, PORT_HBONE, PORT_XDS } from "../names.ts";
import { crossNetworkPort, isCrossNetworkService } from "../network-gateways.ts";
import { qualified } from "../wording.ts";
import type { ProbeMember, ProbeTarget, ProbeTargets } from "./target.ts";

/** A large cluster has as many node addresses as nodes, and they tell the same. */
const MOST_NODES = 5;

/** The name of istiod's Service in a cluster, which is that of its Deployment. */
function istiodOf({ cluster, facts }: ProbeMember): string {
  const judged = facts.istiods?.ok ? facts.istiods.value.judged : [];
  return `${judged[0]?.name ?? "istiod"}.${cluster.istioNamespace}`;
}

/** The name by which istiod of a cluster is asked for: its certificate has it. */
export function istiodHost(member: ProbeMember): string {
  return `${istiodOf(member)}.svc`;
}

/**
 * The SNI by which a gateway for sidecars (AUTO_PASSTHROUGH) passes on to istiod, a Service that
 * every cluster with a control plane has: without one that it knows the gateway closes at once.
 */
function passthroughName(member: ProbeMember): string {
  return `outbound_.${PORT_XDS}_._.${istiodOf(member)}.${CLUSTER_DOMAIN}`;
}

/** Where traffic enters, and what is left out. */
interface Entries {
  at: Pick<ProbeTarget, "address" | "port">[];
  notes: string[];
}

/** The nodes' addresses with the node port of a Service for the port. */
export function nodePortEntries(member: ProbeMember, gateway: GatewayFact, port: number): Entries {
  const { cluster, facts } = member;
  const name = qualified(gateway);
  const ports = serviceOf(gateway, facts.services)?.ports ?? [];
  const nodePort = ports.find((one) => one.port === port)?.nodePort;
  const nodes = valueOr(facts.nodes, []).flatMap(({ internalIPs }) => internalIPs.slice(0, 1));
  if (nodePort === undefined || nodes.length === 0) {
    const lacks = nodePort === undefined ? `no node port for ${port}` : "no node that was read";
    return { at: [], notes: [`node ports of ${name} in ${cluster.context}: ${lacks}`] };
  }
  const left = nodes.length - MOST_NODES;
  return {
    at: nodes.slice(0, MOST_NODES).map((address) => ({ address, port: nodePort })),
    notes:
      left > 0 ? [`${left} more nodes of ${cluster.context} were not tried at ${nodePort}`] : [],
  };
}

function gatewayTargets(member: ProbeMember, gateway: GatewayFact): ProbeTargets {
  const { cluster, facts } = member;
  const addresses = [...new Set(externalAddresses(gateway, facts.services))];
  const { namespace, name } = gateway;
  const same = { to: cluster.context, object: { kind: "Gateway", namespace, name }, links: [] };
  const discovery = { ...same, purpose: "discovery" as const, serverName: istiodHost(member) };
  const traffic = { ...same, purpose: "traffic" as const };
  const hbone = portOf(gateway, HBONE_LISTENER);
  const entries = offersNodePorts(gateway)
    ? nodePortEntries(member, gateway, hbone)
    : { at: addresses.map((address) => ({ address, port: hbone })), notes: [] };
  const xds = exposesIstiod(gateway) ? addresses : [];
  const targets: ProbeTarget[] = [
    ...xds.map((address) => ({ ...discovery, address, port: portOf(gateway, XDS_LISTENER) })),
    ...entries.at.map((entry) => ({ ...traffic, ...entry })),
  ];
  const without = `Gateway ${qualified(gateway)} of ${cluster.context} has no address that can be reached from outside`;
  return { targets, notes: [...entries.notes, ...(targets.length === 0 ? [without] : [])] };
}

function has({ ports }: ServiceFact, wanted: number): boolean {
  return ports.some(({ port }) => port === wanted);
}

/** Whether a Service is an east-west gateway of the community's, for sidecars or for HBONE. */
function isEntrance(service: ServiceFact): boolean {
  const isForHbone = service.labels.has(NETWORK) && has(service, PORT_HBONE);
  return isForHbone || isCrossNetworkService(service);
}

function serviceTargets(member: ProbeMember, service: ServiceFact): ProbeTargets {
  const { context } = member.cluster;
  const { namespace, name, addresses } = service;
  const same = { to: context, object: { kind: "Service", namespace, name }, links: [] };
  const sidecars = { port: crossNetworkPort(service), serverName: passthroughName(member) };
  const istiod = { port: PORT_XDS, serverName: istiodHost(member) };
  const open: Omit<ProbeTarget, "address">[] = [
    ...(isCrossNetworkService(service)
      ? [{ ...same, purpose: "traffic" as const, ...sidecars }]
      : []),
    ...(has(service, PORT_HBONE)
      ? [{ ...same, purpose: "traffic" as const, port: PORT_HBONE }]
      : []),
    ...(has(service, PORT_XDS) ? [{ ...same, purpose: "discovery" as const, ...istiod }] : []),
  ];
  const without = `Service ${namespace}/${name} of ${context} has no address outside`;
  return {
    targets: addresses.flatMap((address) => open.map((one) => ({ ...one, address }))),
    notes: addresses.length === 0 ? [without] : [],
  };
}

/** The addresses of a cluster's east-west gateways with the ports that they have open. */
export function entranceTargets(member: ProbeMember): ProbeTargets {
  const { gateways, services } = member.facts;
  const ofGateways = new Set(
    [...gateways.eastWest, ...gateways.remote].map((gateway) => serviceOf(gateway, services)),
  );
  const entrances = services.filter((one) => isEntrance(one) && !ofGateways.has(one));
  const found = [
    ...gateways.eastWest.map((gateway) => gatewayTargets(member, gateway)),
    ...entrances.map((service) => serviceTargets(member, service)),
  ];
  return {
    targets: found.flatMap(({ targets }) =>
      targets.map((target) => ({ ...target, entrance: true as const })),
    ),
    notes: found.flatMap(({ notes }) => notes),
  };
}
