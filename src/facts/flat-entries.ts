import { fact, listed } from "./fact.ts";
import { dictionary, WHOLE } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { at, property, string } from "../lib/json.ts";
import type { FlatEntryFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import {
  PARENT_SERVICE,
  PARENT_SERVICE_NAMESPACE,
  PEERED_UID,
  SOURCE_CLUSTER,
  SOURCE_WORKLOAD,
} from "../mesh/names.ts";
import { isFlatWorkload } from "../mesh/workload-entries.ts";
import { byName, nameOf } from "./objects.ts";

interface PeeredUid {
  cluster: string;
  pod?: { namespace: string; name: string };
}

/**
 * `<cluster>/<group>/<kind>/<namespace>/<name>`; the group of pods is empty, the cluster may have
 * slashes of its own. Cut from the end, as there may be one for every pod of a mesh.
 */
export function parsePeeredUid(uid: string): PeeredUid {
  const beforeName = uid.lastIndexOf("/");
  const beforeNamespace = uid.lastIndexOf("/", beforeName - 1);
  const beforeKind = uid.lastIndexOf("/", beforeNamespace - 1);
  const beforeGroup = uid.lastIndexOf("/", beforeKind - 1);
  if (beforeGroup < 1) return { cluster: "" };
  const cluster = uid.slice(0, beforeGroup);
  const namespace = uid.slice(beforeNamespace + 1, beforeName);
  const name = uid.slice(beforeName + 1);
  const isPod = uid.slice(beforeGroup + 1, beforeNamespace) === "/Pod" && namespace && name;
  return isPod ? { cluster, pod: { namespace, name } } : { cluster };
}

function serviceOf(labels: unknown): FlatEntryFact["service"] {
  const name = string(property(labels, PARENT_SERVICE));
  const namespace = string(property(labels, PARENT_SERVICE_NAMESPACE));
  return name !== undefined && namespace !== undefined ? { namespace, name } : undefined;
}

/** Read without the maps of `metaOf`: there may be one for every pod of a mesh. */
function flatEntry(object: RawObject, namespace: string): FlatEntryFact | undefined {
  const named = nameOf(object);
  if (named?.namespace !== namespace) return undefined;
  const metadata = property(object, "metadata");
  const labels = property(metadata, "labels");
  if (!isFlatWorkload(string(property(labels, SOURCE_WORKLOAD)))) return undefined;
  const uid = string(at(metadata, "annotations", PEERED_UID)) ?? "";
  const { cluster, pod } = parsePeeredUid(uid);
  const sourceCluster = string(property(labels, SOURCE_CLUSTER)) ?? cluster;
  return { ...named, sourceCluster, uid, ...defined({ pod, service: serviceOf(labels) }) };
}

function entriesIn(namespace: string, objects: readonly RawObject[]): FlatEntryFact[] {
  return objects
    .map((object) => flatEntry(object, namespace))
    .filter((entry) => entry !== undefined)
    .toSorted(byName);
}

/**
 * Listed in all namespaces, so that the list need not wait for the istio namespace to be known;
 * where that is forbidden, in that namespace, which is all that counts.
 */
export const flatEntries = fact({
  key: "flatEntries",
  meshKind: "peering",
  access: [listed(RESOURCES.workloadEntries, { scope: "istio" })],
  keeps: {
    workloadEntries: { metadata: { annotations: dictionary({ [PEERED_UID]: WHOLE }) } },
  },
  read: async (source) => {
    const selection = { labelSelector: SOURCE_WORKLOAD, metadataOnly: true };
    const [everywhere, namespace] = await Promise.all([
      source.list(RESOURCES.workloadEntries, selection),
      istioNamespaceOf(source),
    ]);
    const answer =
      everywhere.ok || everywhere.why !== "forbidden"
        ? everywhere
        : await source.list(RESOURCES.workloadEntries, { ...selection, namespace });
    // Without the CRD there are no entries.
    if (!answer.ok) return answer.why === "not-found" ? gathered([]) : answer;
    return gathered(entriesIn(namespace, answer.value));
  },
});
