import { fact, listed } from "./fact.ts";
import { keeper } from "./keep.ts";
import { NAME_ONLY } from "./keep-objects.ts";
import type { FlatEntryFact } from "../model/facts.ts";
import { gathered, missing, type Gathered, type Missing } from "../model/gathered.ts";
import type { ListOptions, RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { clusterIdOf } from "./cluster-ref.ts";
import { nameOf } from "./objects.ts";

const keepName = keeper(NAME_ONLY);
/** Their names are enough, tens of thousands of them. */
const slimName = (pod: RawObject): RawObject => (keepName(pod) ?? {}) as RawObject;

/** Beyond this many namespaces one list of the whole cluster costs less. */
const MOST_NAMESPACES = 10;

/** Names of pods by their namespace. */
type PodNames = Map<string, Set<string>>;

function add(names: PodNames, namespace: string, name: string): void {
  const known = names.get(namespace);
  if (known) known.add(name);
  else names.set(namespace, new Set([name]));
}

function namedPods(entries: Iterable<FlatEntryFact>): PodNames {
  const named: PodNames = new Map();
  for (const { pod } of entries) if (pod) add(named, pod.namespace, pod.name);
  return named;
}

type List = (resource: Resource, options: ListOptions) => Promise<Gathered<RawObject[]>>;

interface Found {
  existing: PodNames;
  namespaces: Set<string>;
  failed?: Missing;
}

/** Those of the named pods that exist, and the namespaces that could be read. */
async function findPods(list: List, named: PodNames): Promise<Found> {
  const wanted = [...named.keys()];
  if (wanted.length <= MOST_NAMESPACES) return findIn(wanted, list, named);
  const found = await findIn([undefined], list, named);
  return found.failed?.why === "forbidden" ? findIn(wanted, list, named) : found;
}

async function findIn(
  scopes: readonly (string | undefined)[],
  list: List,
  named: PodNames,
): Promise<Found> {
  const existing: PodNames = new Map();
  const namespaces = new Set<string>();
  let failed: Missing | undefined;
  await Promise.all(
    scopes.map(async (namespace) => {
      const pods = await list(RESOURCES.pods, {
        metadataOnly: true,
        slim: slimName,
        ...(namespace !== undefined && { namespace }),
      });
      if (!pods.ok) {
        failed ??= pods;
        return;
      }
      for (const one of namespace === undefined ? named.keys() : [namespace]) namespaces.add(one);
      for (const object of pods.value) {
        const pod = nameOf(object);
        if (pod && named.get(pod.namespace)?.has(pod.name)) add(existing, pod.namespace, pod.name);
      }
    }),
  );
  return { existing, namespaces, ...(failed && { failed }) };
}

/** What of the named pods was not found in namespaces that were read. */
function candidates(named: PodNames, { existing, namespaces }: Found): PodNames {
  const gone: PodNames = new Map();
  for (const namespace of namespaces) {
    const missed = named.get(namespace)?.difference(existing.get(namespace) ?? NONE);
    if (missed && missed.size > 0) gone.set(namespace, missed);
  }
  return gone;
}

const NONE: ReadonlySet<string> = new Set();

/** Entries that name pods, those that a cluster holds for its own among them. */
async function namingEntries(source: FactSource): Promise<FlatEntryFact[]> {
  const everywhere = await Promise.all([
    source.fact("flatEntries"),
    source.elsewhere("flatEntries"),
  ]);
  return everywhere
    .flat()
    .flatMap((entries) => (entries.ok ? entries.value : []))
    .filter(({ pod }) => pod);
}

/**
 * Which pods that entries elsewhere name exist here. A pod that is missing is looked for again, as
 * it may have come after the list and before the entry; only what is missing twice is gone.
 */
export const sourcePods = fact({
  key: "sourcePods",
  access: [listed(RESOURCES.pods, { scope: "some" }), listed(RESOURCES.deployments)],
  keeps: { pods: NAME_ONLY },
  after: ["istiods", "flatEntries"],
  waitsForOthers: true,
  read: async (source) => {
    const entries = await namingEntries(source);
    if (entries.length === 0) return gathered({ existing: new Map(), namespaces: new Set() });
    const istiods = await source.fact("istiods");
    if (!istiods.ok) return istiods;
    const id = clusterIdOf(istiods.value);
    if (id === undefined) return missing("unreadable", "CLUSTER_ID of istiod is not known");

    const named = namedPods(entries.filter(({ sourceCluster }) => sourceCluster === id));
    const first = await findPods((resource, options) => source.list(resource, options), named);
    if (first.failed && first.namespaces.size === 0) return first.failed;
    const gone = candidates(named, first);
    if (gone.size === 0)
      return gathered({ existing: first.existing, namespaces: first.namespaces });

    const second = await findPods((resource, options) => source.listAgain(resource, options), gone);
    // Where the second look failed nothing can be said of the candidates.
    const unsure = new Set([...gone.keys()].filter((one) => !second.namespaces.has(one)));
    for (const [namespace, names] of second.existing) {
      for (const name of names) add(first.existing, namespace, name);
    }
    return gathered({
      existing: first.existing,
      namespaces: new Set([...first.namespaces].filter((one) => !unsure.has(one))),
    });
  },
});
