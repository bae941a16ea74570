import { GATEWAY_NAME } from "../mesh/names.ts";
import { gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { byName } from "./objects.ts";
import { slimWorkload } from "./slim.ts";
import { workloadFact } from "./workload.ts";

export const gatewayDeployments: FactReader<"gatewayDeployments"> = async (source) => {
  const listed = await source.listWhereAllowed(RESOURCES.deployments, {
    labelSelector: GATEWAY_NAME,
    slim: slimWorkload,
  });
  if (!listed.ok) return listed;
  const found = await Promise.all(
    listed.value.map((object) => workloadFact(source, "Deployment", object, "istio-proxy")),
  );
  return gathered(found.filter((one) => one !== undefined).toSorted(byName));
};
