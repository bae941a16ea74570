import { trustDomainsOf } from "../mesh/trust/domains.ts";
import { conditionOf, conditionText, isTrue } from "../mesh/conditions.ts";
import { exposesIstiod } from "../mesh/listeners.ts";
import * as label from "../mesh/names.ts";
import { offersNodePorts } from "../mesh/data-plane.ts";
import { deletionText } from "../mesh/deletion.ts";
import { qualified } from "../mesh/wording.ts";
import { showGateway } from "../mesh/commands/gateways.ts";
import { exposeCommand } from "../mesh/commands/link.ts";
import { kubectl } from "../mesh/commands/shell.ts";
import { isKnownIn, narrowedList } from "../facts/narrowed.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type {
  FactKey,
  GatewayFact,
  IstiodsFact,
  MeshConfigFact,
  ServiceFact,
} from "../model/facts.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { externalAddresses, type PeerAddress, peerAddress } from "../mesh/addresses.ts";
import { clusterName } from "./cluster-id.ts";
import { networkProblems } from "./network.ts";
import type { PeerTarget } from "./peer.ts";
import { noCrds } from "./preconditions.ts";
import { factOf, type Problem, problem, read, unread, within } from "./problem.ts";

/** What must be read of a cluster to point a remote Gateway at it. */
export const TARGET_FACTS: readonly FactKey[] = [
  "connection",
  "istiods",
  "istioNamespace",
  "namespaces",
  "gateways",
  "services",
  "meshConfigs",
];

export interface TargetSettings {
  /** The address to use in place of the one that is found: `--address`. */
  address?: PeerAddress;
  /** The links shall prefer node ports. */
  nodePort: boolean;
  /** `-r`. */
  revision?: string;
  /** `-n`: an east-west Gateway there is preferred. */
  namespace?: string;
}

export type Described = { target: PeerTarget; notes: string[] } | { problems: Problem[] };

/** An east-west Gateway with the addresses that other clusters may reach. */
interface Entrance {
  gateway: GatewayFact;
  addresses: string[];
}

/**
 * The Gateway to go through: one with an address and discovery if there is, in the namespace that is
 * asked for, Solo's name first.
 */
function chooseEntrance(
  gateways: readonly GatewayFact[],
  services: readonly ServiceFact[],
  namespace: string | undefined,
): Entrance | undefined {
  const preference = ({ gateway, addresses }: Entrance): number =>
    (addresses.length > 0 ? 8 : 0) +
    (exposesIstiod(gateway) ? 4 : 0) +
    (gateway.namespace === namespace ? 2 : 0) +
    (gateway.name === label.EAST_WEST_NAME ? 1 : 0);
  const [best] = gateways
    .map((gateway) => ({ gateway, addresses: externalAddresses(gateway, services) }))
    .toSorted((one, other) => preference(other) - preference(one));
  return best;
}

/** Trust domain of the istiods that are judged; the first where they differ, as in a migration. */
function trustDomainOf(
  ref: ClusterRef,
  configs: readonly MeshConfigFact[],
  istiods: Gathered<IstiodsFact>,
): { trustDomain: string } | { problem: Problem } {
  const { domains, unreadable } = trustDomainsOf(configs, istiods);
  const [trustDomain = label.DEFAULT_TRUST_DOMAIN] = domains;
  const [first] = unreadable;
  if (!first) return { trustDomain };
  const { configMap } = first;
  const show = kubectl(ref, "-n", ref.istioNamespace, "get", "configmap", configMap, "-o", "yaml");
  const message = `its trust domain is not known: ConfigMap ${configMap}: ${first.unreadable}`;
  return { problem: problem(ref, message, show) };
}

function noEntrance(cluster: GatheredCluster): Problem {
  const { ref } = cluster;
  const narrowed = narrowedList(cluster, RESOURCES.gateways);
  if (!narrowed) return problem(ref, "has no east-west Gateway", exposeCommand(ref, "--wait"));
  return unread(ref, "no east-west Gateway among those that could be read", narrowed.refused);
}

function noAddress(cluster: GatheredCluster, gateway: GatewayFact): Problem {
  const { ref } = cluster;
  const { namespace, name } = gateway;
  const narrowed = narrowedList(cluster, RESOURCES.services);
  if (narrowed && !isKnownIn(narrowed, namespace)) {
    const what = `Services of namespace ${namespace} could not be read`;
    return unread(ref, what, within(narrowed.refused, namespace));
  }
  return problem(
    ref,
    `east-west Gateway ${qualified(gateway)} has no address that can be reached from outside (--address gives one)`,
    kubectl(ref, "-n", namespace, "get", "service", name),
    showGateway(ref, gateway),
  );
}

/**
 * A cluster as the target of links: its east-west Gateway's address, network, CLUSTER_ID and trust
 * domain, or everything that stands against linking to it.
 */
export function describeTarget(cluster: GatheredCluster, settings: TargetSettings): Described {
  const { ref } = cluster;
  const problems: Problem[] = [];
  if (!read(cluster, "connection", problems)) return { problems };
  problems.push(...networkProblems(cluster));
  const gateways = read(cluster, "gateways", problems);
  // With --address they only help to choose among several Gateways.
  const services = read(cluster, "services", settings.address ? [] : problems);
  const configs = read(cluster, "meshConfigs", problems);
  const istiods = factOf(cluster, "istiods");
  const revisions = "value" in istiods ? gathered(istiods.value) : istiods.missing;
  const trust = trustDomainOf(ref, configs ?? [], revisions);
  if ("problem" in trust) problems.push(trust.problem);
  if (gateways && !gateways.served) problems.push(noCrds(ref));
  const entrance = gateways?.served
    ? chooseEntrance(gateways.eastWest, services ?? [], settings.namespace)
    : undefined;
  const [found] = entrance?.addresses ?? [];
  const address = settings.address ?? (found === undefined ? undefined : peerAddress(found));
  if (gateways?.served && !entrance) problems.push(noEntrance(cluster));
  if (entrance && services && !address) problems.push(noAddress(cluster, entrance.gateway));
  const name = clusterName(cluster, entrance?.gateway, settings.revision);
  if ("message" in name) problems.push(name);
  const { network } = ref;
  const whole = problems.length === 0 && network && entrance && address;
  if (!whole || "message" in name || "problem" in trust) return { problems };
  const region = entrance.gateway.labels.get(label.REGION);
  const zone = entrance.gateway.labels.get(label.ZONE);
  return {
    target: {
      context: ref.context,
      clusterId: name.id ?? network,
      network,
      trustDomain: trust.trustDomain,
      gatewayName: entrance.gateway.name,
      address,
      ...(region ? { region } : {}),
      ...(zone ? { zone } : {}),
    },
    notes: [...name.notes, ...entranceNotes(ref, entrance.gateway, settings)],
  };
}

/** What stands in the way of a link that can be made all the same. */
function entranceNotes(ref: ClusterRef, gateway: GatewayFact, settings: TargetSettings): string[] {
  const subject = `${ref.context}: east-west Gateway ${qualified(gateway)}`;
  const programmed = conditionOf(gateway, label.PROGRAMMED);
  const state = programmed
    ? `${programmed.reason} ${programmed.message}`
    : conditionText(gateway, label.PROGRAMMED);
  return [
    ...(exposesIstiod(gateway)
      ? []
      : [`${subject} has no listener on port ${label.PORT_XDS}, so istiod cannot be reached`]),
    ...(gateway.deletion ? [`${subject} ${deletionText(gateway.deletion)}`] : []),
    ...(isTrue(gateway, label.PROGRAMMED) ? [] : [`${subject} is not programmed: ${state}`]),
    ...(settings.nodePort && !offersNodePorts(gateway)
      ? [
          `${subject} is not annotated ${label.DATA_PLANE_TYPE}=NodePort: until it is, node ports are not used`,
        ]
      : []),
  ];
}
