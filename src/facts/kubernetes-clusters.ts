import { fact, listed } from "./fact.ts";
import { SCALAR } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { automates } from "../mesh/makers.ts";
import { managementNamespaces } from "../mesh/management.ts";
import { gathered } from "../model/gathered.ts";
import type { KubernetesClusterFact } from "../model/management-facts.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { byName, metaOf } from "./objects.ts";

function clusterFact(object: RawObject): KubernetesClusterFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  const approval = string(at(object, "status", "common", "State", "approval"));
  return { namespace: meta.namespace, name: meta.name, ...defined({ approval }) };
}

/**
 * The clusters that a management plane of Solo's knows, where there is one and istiod has links made
 * automatically: these are few clusters, and the others are not asked.
 */
export const kubernetesClusters = fact({
  key: "kubernetesClusters",
  access: [listed(RESOURCES.kubernetesClusters)],
  keeps: { kubernetesClusters: { status: { common: { State: { approval: SCALAR } } } } },
  after: ["istiods", "services"],
  read: async (source) => {
    const [istiods, services] = await Promise.all([
      source.fact("istiods"),
      source.fact("services"),
    ]);
    if (!istiods.ok) return istiods;
    if (!istiods.value.judged.some(automates)) return gathered([]);
    if (!services.ok) return services;
    if (managementNamespaces(services.value).length === 0) return gathered([]);
    const answer = await source.listWhereAllowed(RESOURCES.kubernetesClusters);
    // Without the CRD the management plane knows of none.
    if (!answer.ok) return answer.why === "not-found" ? gathered([]) : answer;
    return gathered(answer.value.flatMap((object) => clusterFact(object) ?? []).toSorted(byName));
  },
});
