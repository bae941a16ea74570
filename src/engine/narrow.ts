import { DEFAULT_ISTIO_NAMESPACE, EAST_WEST_NAMESPACE, SYSTEM_NAMESPACE } from "../mesh/names.ts";
import { metaOf } from "../facts/objects.ts";
import { gathered, missing, type Gathered } from "../model/gathered.ts";
import type { ListOptions, RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import type { GatherSettings } from "../model/source.ts";

/** Where Istio's charts and the guides put its parts, and OpenShift its ztunnel and CNI. */
const USUAL: readonly string[] = [DEFAULT_ISTIO_NAMESPACE, EAST_WEST_NAMESPACE, SYSTEM_NAMESPACE];
/** More would be a request each for every list. */
const MOST = 20;
/** Labels by which a namespace belongs to the mesh. */
const OF_MESH = /(^|\.)(istio|solo)\.io\//;

/** An answer to a list of the whole cluster, and what was asked. */
export interface WholeList {
  resource: Resource;
  options: ListOptions;
  answer: Gathered<RawObject[]>;
}

/**
 * Namespaces to read one by one where not all may be read at once: those that the settings name,
 * those where Istio usually is, those in which other lists found parts of it, and those that carry
 * its labels.
 */
export function namespacesThatMatter(
  { istioNamespace, namespace }: GatherSettings,
  lists: readonly WholeList[],
): string[] {
  const found = lists.flatMap(({ resource, options, answer }) => {
    if (!answer.ok) return [];
    if (resource === RESOURCES.namespaces) {
      return answer.value.flatMap((object) => {
        const meta = metaOf(object);
        return [...(meta?.labels.keys() ?? [])].some((key) => OF_MESH.test(key)) && meta
          ? [meta.name]
          : [];
      });
    }
    const ofIstio = options.labelSelector !== undefined || resource === RESOURCES.gateways;
    return ofIstio && resource.namespaced
      ? answer.value.flatMap((object) => metaOf(object)?.namespace ?? [])
      : [];
  });
  const named = [istioNamespace, namespace].filter((one) => one !== undefined);
  return [...new Set([...named, ...USUAL, ...found.toSorted()])].slice(0, MOST);
}

interface Part {
  namespace: string;
  answer: Gathered<RawObject[]>;
}

/**
 * What the namespaces that could be read have of a list; the refusal of the whole when none could
 * be, or when they have nothing: then what was looked for may well be in another.
 */
export function joinParts(
  refused: Extract<Gathered<RawObject[]>, { ok: false }>,
  parts: readonly Part[],
): { list: Gathered<RawObject[]>; namespaces: string[] } {
  const read = parts.flatMap(({ namespace, answer }) =>
    answer.ok ? [{ namespace, objects: answer.value }] : [],
  );
  // Of namespaces one that does not exist was read as well as one that does.
  const namespaces = parts
    .filter(({ answer }) => answer.ok || answer.why === "not-found")
    .map(({ namespace }) => namespace);
  const objects = read.flatMap((part) => part.objects);
  if (objects.length > 0) return { list: gathered(objects), namespaces };
  if (read.length === 0) return { list: refused, namespaces };
  const detail = `${refused.detail}; there is none in the namespaces that may be read (${namespaces.join(", ")})`;
  const list = { ...missing(refused.why, detail, refused.request), emptyIn: namespaces };
  return { list, namespaces };
}
