import { fact, listed } from "./fact.ts";
import { SCALAR } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { PARENT_SERVICE, SOURCE_CLUSTER, SOURCE_WORKLOAD } from "../mesh/names.ts";
import { isFlatWorkload } from "../mesh/workload-entries.ts";
import type { RemoteEntryFact } from "../model/facts.ts";
import { gathered, valueOr } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { parentOf } from "./imports.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import { byName, createdAtOf, metaOf } from "./objects.ts";
import { isAnythingShared } from "./shared-anywhere.ts";

function remoteEntry(object: RawObject, inNamespace: string): RemoteEntryFact | undefined {
  const meta = metaOf(object);
  const sourceCluster = meta?.labels.get(SOURCE_CLUSTER);
  const service = meta && parentOf(meta.labels);
  if (meta?.namespace !== inNamespace || !sourceCluster || !service) return undefined;
  if (isFlatWorkload(meta.labels.get(SOURCE_WORKLOAD))) return undefined;
  const { namespace, name } = meta;
  return {
    namespace,
    name,
    sourceCluster,
    service,
    ...defined({
      network: string(at(object, "spec", "network")),
      address: string(at(object, "spec", "address")),
      locality: string(at(object, "spec", "locality")),
      createdAt: createdAtOf(object),
    }),
  };
}

/**
 * The WorkloadEntries that stand for services of other clusters, one a cluster and service. Those for
 * single pods of a flat network, of which there may be tens of thousands, are left out.
 */
export const remoteEntries = fact({
  key: "remoteEntries",
  access: [listed(RESOURCES.workloadEntries, { scope: "istio" })],
  keeps: {
    workloadEntries: {
      metadata: { creationTimestamp: SCALAR },
      spec: { network: SCALAR, address: SCALAR, locality: SCALAR },
    },
  },
  after: ["services", "namespaces", "istiods", "flatEntries"],
  waitsForOthers: true,
  read: async (source) => {
    const [isShared, flat, namespace] = await Promise.all([
      isAnythingShared(source),
      source.fact("flatEntries"),
      istioNamespaceOf(source),
    ]);
    if (!isShared) return gathered([]);
    const isFlat = valueOr(flat, []).length > 0;
    const labelSelector = isFlat ? `${PARENT_SERVICE},!${SOURCE_WORKLOAD}` : PARENT_SERVICE;
    const answer = await source.list(RESOURCES.workloadEntries, { namespace, labelSelector });
    if (!answer.ok) return answer;
    return gathered(
      answer.value.flatMap((object) => remoteEntry(object, namespace) ?? []).toSorted(byName),
    );
  },
});
