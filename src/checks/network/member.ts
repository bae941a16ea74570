import { defined } from "../../lib/defined.ts";
import { GATEWAY_NAME, NETWORK } from "../../mesh/names.ts";
import type { MeshMember } from "../../model/check.ts";
import type { GatewayFact, PodFact, WorkloadFact } from "../../model/facts.ts";

export type NetworkMember = MeshMember<
  "istioNamespace" | "namespaces" | "gateways",
  "services" | "ztunnels" | "gatewayPods" | "proxyPods" | "flatEntries" | "nodes" | "istiods"
>;

/** The network that one component of a cluster says it is in. */
interface Source {
  component: "eastwest gateway" | "ztunnel";
  network: string;
}

/** What a cluster's network is, and who says so. */
export interface OwnNetwork {
  /** The istio namespace exists. */
  namespace: boolean;
  /** Its label. */
  label?: string;
  /** All other components agree on this one. */
  others?: string;
  /** Which kinds of components they are. */
  kinds: string[];
  /** The one to compare remote Gateways with: others outweigh a label that is missing or alone. */
  believed?: string;
}

/** A variable's value; undefined when it is unset, empty or could not be resolved. */
export function envValue({ env }: Pick<WorkloadFact, "env">, name: string): string | undefined {
  const found = env.get(name);
  return found?.kind === "value" && found.value !== "" ? found.value : undefined;
}

/** The pods of an east-west Gateway that will stay. */
export function podsOf(gateway: GatewayFact, pods: readonly PodFact[]): PodFact[] {
  return pods.filter(
    (pod) =>
      !pod.finished &&
      !pod.deleting &&
      pod.namespace === gateway.namespace &&
      pod.labels.get(GATEWAY_NAME) === gateway.name,
  );
}

function sourcesOf({ facts }: NetworkMember): Source[] {
  const gateways = facts.gateways.eastWest.flatMap(({ labels }): Source[] => {
    const network = labels.get(NETWORK);
    return network ? [{ component: "eastwest gateway", network }] : [];
  });
  const ztunnels = (facts.ztunnels.ok ? facts.ztunnels.value : []).flatMap((one): Source[] => {
    const network = envValue(one, "NETWORK");
    return network ? [{ component: "ztunnel", network }] : [];
  });
  return [...gateways, ...ztunnels];
}

/**
 * The network of a cluster: the istio namespace's label, unless gateways and ztunnel agree on
 * another one; then the label is the odd one out, and the only thing to mend.
 */
export function ownNetwork(member: NetworkMember): OwnNetwork {
  const { istioNamespace, namespaces } = member.facts;
  const namespace = namespaces.find(({ name }) => name === istioNamespace);
  const label = namespace?.labels.get(NETWORK) || undefined;
  const sources = sourcesOf(member);
  const networks = new Set(sources.map(({ network }) => network));
  const [first] = networks;
  const others = networks.size === 1 ? first : undefined;
  const kinds = [...new Set(sources.map(({ component }) => component))];
  const outweighed = others !== undefined && (label === undefined || kinds.length > 1);
  const believed = outweighed ? others : label;
  return {
    namespace: namespace !== undefined,
    kinds,
    ...defined({ label, others, believed }),
  };
}
