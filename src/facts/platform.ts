import { fact, got } from "./fact.ts";
import { WHOLE } from "./keep.ts";
import { SYSTEM_NAMESPACE } from "../mesh/names.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { gathered, mapGathered, valueOr } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { isMap } from "./objects.ts";

/** Labels that OpenShift gives its nodes, such as node.openshift.io/os_id. */
const NODE_LABEL = "node.openshift.io/";
const NAMESPACE = "openshift-";

function networkOf(object: RawObject): { type: string; routingViaHost?: boolean } {
  const defaultNetwork = at(object, "spec", "defaultNetwork");
  const ovn = at(defaultNetwork, "ovnKubernetesConfig");
  const routing = at(ovn, "gatewayConfig", "routingViaHost");
  return {
    // Who configures OVN has it, also where the type is left to the default.
    type: string(at(defaultNetwork, "type")) ?? (isMap(ovn) ? "OVNKubernetes" : ""),
    ...defined({ routingViaHost: typeof routing === "boolean" ? routing : undefined }),
  };
}

/** Charts put ztunnel and CNI there on OpenShift, and seldom elsewhere. */
async function hasAgentsInKubeSystem(source: FactSource): Promise<boolean> {
  const agents = await Promise.all([source.fact("ztunnels"), source.fact("cnis")]);
  return agents.some((found) =>
    valueOr(found, []).some(({ namespace }) => namespace === SYSTEM_NAMESPACE),
  );
}

/**
 * Whether it is OpenShift, and its network. The Network operator's configuration is asked for only
 * where something speaks of OpenShift, or asking is free.
 */
export const platform = fact({
  key: "platform",
  access: [got(RESOURCES.openshiftNetworks, { names: ["cluster"] })],
  keeps: {
    openshiftNetworks: {
      spec: {
        defaultNetwork: {
          type: WHOLE,
          ovnKubernetesConfig: { gatewayConfig: { routingViaHost: WHOLE } },
        },
      },
    },
  },
  read: async (source) => {
    const [nodes, namespaces, inKubeSystem] = await Promise.all([
      source.fact("nodes"),
      source.fact("namespaces"),
      hasAgentsInKubeSystem(source),
    ]);
    const byNodes = valueOr(nodes, []).some(({ labels }) =>
      [...labels.keys()].some((key) => key.startsWith(NODE_LABEL)),
    );
    const byNamespaces = valueOr(namespaces, []).some(({ name }) => name.startsWith(NAMESPACE));
    if (byNodes || byNamespaces || inKubeSystem || source.settings.dumps) {
      const found = await source.get(RESOURCES.openshiftNetworks, "", "cluster");
      // OpenShift serves its own API. Anybody may call a namespace so, or put agents in kube-system.
      if (found.ok || byNodes || (byNamespaces && found.why !== "not-found")) {
        return gathered({ openshift: true, network: mapGathered(found, networkOf) });
      }
    }
    return nodes.ok || namespaces.ok ? gathered({ openshift: false }) : nodes;
  },
});
