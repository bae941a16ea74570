import type { FlatEntryFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import { PEERED_UID, SOURCE_CLUSTER, SOURCE_WORKLOAD } from "./names.ts";
import { byName, defined, metaOf, type Meta } from "./objects.ts";
import { slimWorkloadEntry } from "./slim.ts";

interface PeeredUid {
  cluster: string;
  pod?: { namespace: string; name: string };
}

/** `<cluster>/<group>/<kind>/<namespace>/<name>`; the group of pods is empty. */
export function parsePeeredUid(uid: string): PeeredUid {
  const parts = uid.split("/");
  const [name = "", namespace = "", kind, group] = parts.toReversed();
  const cluster = parts.slice(0, -4).join("/");
  const isPod = cluster !== "" && group === "" && kind === "Pod" && namespace && name;
  return isPod ? { cluster, pod: { namespace, name } } : { cluster };
}

function flatEntry({ namespace, name, labels, annotations }: Meta): FlatEntryFact {
  const uid = annotations.get(PEERED_UID) ?? "";
  const { cluster, pod } = parsePeeredUid(uid);
  const sourceCluster = labels.get(SOURCE_CLUSTER) || cluster;
  return { namespace, name, sourceCluster, uid, ...defined({ pod }) };
}

function entriesIn(namespace: string, objects: readonly RawObject[]): FlatEntryFact[] {
  return objects
    .flatMap((object) => metaOf(object) ?? [])
    .filter(
      (meta) =>
        meta.namespace === namespace &&
        meta.labels.get(SOURCE_WORKLOAD)?.startsWith("autogenflat."),
    )
    .map(flatEntry)
    .toSorted(byName);
}

/**
 * Listed in all namespaces, so that the list need not wait for the istio namespace to be known;
 * where that is forbidden, in that namespace, which is all that counts.
 */
export const flatEntries: FactReader<"flatEntries"> = async (source) => {
  const selection = { labelSelector: SOURCE_WORKLOAD, metadataOnly: true, slim: slimWorkloadEntry };
  const [everywhere, namespace] = await Promise.all([
    source.list(RESOURCES.workloadEntries, selection),
    istioNamespaceOf(source),
  ]);
  const listed =
    everywhere.ok || everywhere.why !== "forbidden"
      ? everywhere
      : await source.list(RESOURCES.workloadEntries, { ...selection, namespace });
  // Without the CRD there are no entries.
  if (!listed.ok) return listed.why === "not-found" ? gathered([]) : listed;
  return gathered(entriesIn(namespace, listed.value));
};
