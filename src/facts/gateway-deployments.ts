import { fact, listed } from "./fact.ts";
import { PLAIN_CONFIG } from "./keep-objects.ts";
import { GATEWAY_NAME } from "../mesh/names.ts";
import { gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { byName } from "./objects.ts";
import { WORKLOAD, workloadFact } from "./workload.ts";

export const gatewayDeployments = fact({
  key: "gatewayDeployments",
  access: [listed(RESOURCES.deployments)],
  keeps: { deployments: WORKLOAD, configMaps: PLAIN_CONFIG },
  read: async (source) => {
    const found = await source.listWhereAllowed(RESOURCES.deployments, {
      labelSelector: GATEWAY_NAME,
    });
    if (!found.ok) return found;
    const all = await Promise.all(
      found.value.map((object) => workloadFact(source, "Deployment", object, "istio-proxy")),
    );
    return gathered(all.filter((one) => one !== undefined).toSorted(byName));
  },
});
