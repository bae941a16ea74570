import { at, property, string } from "../lib/json.ts";
import type { PlatformFact } from "../model/facts.ts";
import { gathered, mapGathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { defined } from "./objects.ts";

/** Labels that OpenShift gives its nodes, such as node.openshift.io/os_id. */
const NODE_LABEL = "node.openshift.io/";
const NAMESPACE = "openshift-";

/** The Network operator's configuration is asked for only where something speaks of OpenShift. */
export const platform: FactReader<"platform"> = async (source) => {
  const [nodes, namespaces] = await Promise.all([source.fact("nodes"), source.fact("namespaces")]);
  if (!nodes.ok && !namespaces.ok) return nodes;
  const byNodes =
    nodes.ok &&
    nodes.value.some(({ labels }) => [...labels.keys()].some((key) => key.startsWith(NODE_LABEL)));
  const byNamespaces =
    namespaces.ok && namespaces.value.some(({ name }) => name.startsWith(NAMESPACE));
  if (!byNodes && !byNamespaces) return gathered({ openshift: false });

  const found = await source.get(RESOURCES.openshiftNetworks, "", "cluster");
  // Anybody may call a namespace so; OpenShift serves its own API.
  if (!byNodes && !found.ok && found.why === "not-found") return gathered({ openshift: false });
  const network: PlatformFact["network"] = mapGathered(found, (object) => {
    const defaultNetwork = at(object, "spec", "defaultNetwork");
    const routing = at(defaultNetwork, "ovnKubernetesConfig", "gatewayConfig", "routingViaHost");
    return {
      type: string(property(defaultNetwork, "type")) ?? "",
      ...defined({ routingViaHost: typeof routing === "boolean" ? routing : undefined }),
    };
  });
  return gathered({ openshift: true, network });
};
