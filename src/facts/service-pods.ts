import { fact, listed } from "./fact.ts";
import { dictionary, SCALAR, WHOLE } from "./keep.ts";
import { CONDITIONS } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, string } from "../lib/json.ts";
import { doubtfulNamespaces } from "../mesh/hops/doubtful.ts";
import { NO_IMPORTS } from "../mesh/hops/side.ts";
import { PROXY_CONTAINER, REDIRECTION } from "../mesh/names.ts";
import { sharings } from "../mesh/services.ts";
import type { GatewaysFact, ServicePodFact, ServicePodsFact } from "../model/facts.ts";
import { gathered, type Gathered, type Missing, valueOr } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { clusterIdOf } from "./cluster-ref.ts";
import { byName, controllerRef, metaOf } from "./objects.ts";
import { getsTraffic } from "./pod-status.ts";
import { OWNERS } from "./pods.ts";
import { servicesEverywhere } from "./shared-anywhere.ts";

/** Beyond this many namespaces one list of the whole cluster costs less. */
const MOST_NAMESPACES = 10;

const DEFAULT_ACCOUNT = "default";

function hasProxy(pod: RawObject): boolean {
  const all = [
    ...array(at(pod, "spec", "containers")),
    ...array(at(pod, "spec", "initContainers")),
  ];
  return all.some((one) => string(property(one, "name")) === PROXY_CONTAINER);
}

function servicePod(pod: RawObject): ServicePodFact | undefined {
  const meta = metaOf(pod);
  if (!meta) return undefined;
  return {
    ...meta,
    ready: getsTraffic(pod),
    serviceAccount: string(at(pod, "spec", "serviceAccountName")) ?? DEFAULT_ACCOUNT,
    ...defined({
      redirection: string(at(pod, "metadata", "annotations", REDIRECTION)),
      sidecar: hasProxy(pod) ? (true as const) : undefined,
      hostNetwork: at(pod, "spec", "hostNetwork") === true ? (true as const) : undefined,
      job: string(property(controllerRef(pod), "kind")) === "Job" ? (true as const) : undefined,
      nodeName: string(at(pod, "spec", "nodeName")),
    }),
  };
}

/** The namespaces of Services that some cluster shares, as far as this cluster has these Services. */
async function namespacesOfShared(source: FactSource): Promise<string[]> {
  const [own, ...others] = await servicesEverywhere(source);
  const shared = new Set(
    [own, ...others].flatMap(({ services, namespaces }) =>
      [...sharings(services, namespaces).keys()].map(
        ({ namespace, name }) => `${namespace}/${name}`,
      ),
    ),
  );
  const found = own.services.filter(({ namespace, name }) => shared.has(`${namespace}/${name}`));
  return [...new Set(found.map(({ namespace }) => namespace))].toSorted();
}

const NO_GATEWAYS: GatewaysFact = { served: false, eastWest: [], remote: [] };

/** Where a check would take for a fault that a service has no pods on purpose. */
async function namespacesInDoubt(source: FactSource): Promise<string[]> {
  const [[own, ...others], istiods, gateways, imports, remoteEntries, flatEntries] =
    await Promise.all([
      servicesEverywhere(source),
      source.fact("istiods"),
      source.elsewhere("gateways"),
      source.elsewhere("imports"),
      source.elsewhere("remoteEntries"),
      source.elsewhere("flatEntries"),
    ]);
  const id = istiods.ok ? clusterIdOf(istiods.value) : undefined;
  return doubtfulNamespaces(
    { id, ...own },
    others.map((one, index) => ({
      ...one,
      gateways: valueOr(gateways[index], NO_GATEWAYS),
      imports: valueOr(imports[index], NO_IMPORTS).entries,
      remoteEntries: valueOr(remoteEntries[index], []),
      flatEntries: valueOr(flatEntries[index], []),
    })),
  );
}

function namespacesFor(source: FactSource): Promise<readonly string[]> {
  const { servicePods: wanted } = source.settings;
  if (wanted === undefined) return namespacesInDoubt(source);
  return wanted === "shared" ? namespacesOfShared(source) : Promise.resolve(wanted);
}

interface Found {
  namespaces: Set<string>;
  objects: RawObject[];
  failed?: Missing;
}

async function podsIn(
  source: FactSource,
  scopes: readonly (string | undefined)[],
  wanted: readonly string[],
): Promise<Found> {
  const answers = await Promise.all(
    scopes.map(async (namespace) => ({
      namespace,
      answer: await source.list(RESOURCES.pods, namespace === undefined ? {} : { namespace }),
    })),
  );
  const found: Found = { namespaces: new Set(), objects: [] };
  for (const { namespace, answer } of answers) {
    if (!answer.ok) {
      found.failed ??= answer;
      continue;
    }
    for (const one of namespace === undefined ? wanted : [namespace]) found.namespaces.add(one);
    found.objects.push(...answer.value);
  }
  return found;
}

async function findPods(source: FactSource, wanted: readonly string[]): Promise<Found> {
  if (wanted.length <= MOST_NAMESPACES) return podsIn(source, wanted, wanted);
  const everywhere = await podsIn(source, [undefined], wanted);
  return everywhere.failed?.why === "forbidden" ? podsIn(source, wanted, wanted) : everywhere;
}

/**
 * Pods of applications, in the namespaces that the settings name; for checks alone where it depends
 * on them whether something is a fault, which is nowhere in a healthy mesh.
 */
export const servicePods = fact({
  key: "servicePods",
  access: [listed(RESOURCES.pods, { scope: "some" })],
  keeps: {
    pods: {
      metadata: {
        deletionTimestamp: WHOLE,
        annotations: dictionary({ [REDIRECTION]: SCALAR }),
        ownerReferences: OWNERS,
      },
      spec: {
        nodeName: WHOLE,
        hostNetwork: SCALAR,
        serviceAccountName: SCALAR,
        containers: [{ name: WHOLE }],
        initContainers: [{ name: WHOLE }],
      },
      status: { conditions: CONDITIONS },
    },
  },
  // Not imports and remoteEntries, after which there seldom is anything left to ask: what can be
  // computed while the last answers are on their way is not to wait for those.
  after: ["services", "namespaces", "istiods"],
  waitsForOthers: true,
  read: async (source): Promise<Gathered<ServicePodsFact>> => {
    const wanted = await namespacesFor(source);
    const { namespaces, objects, failed } = await findPods(source, wanted);
    if (failed && namespaces.size === 0) return failed;
    const pods = objects
      .flatMap((object) => servicePod(object) ?? [])
      .filter(({ namespace }) => namespaces.has(namespace));
    return gathered({ namespaces, pods: pods.toSorted(byName) });
  },
});
