import { defined } from "../lib/defined.ts";
import { at, property, string } from "../lib/json.ts";
import {
  AGENT_CONTAINER,
  CSI_DRIVER,
  DRIVER_CONTAINER,
  MANAGER_CONTAINER,
  SERVER_CONTAINER,
} from "../mesh/spire/names.ts";
import type { PodFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import type { SpirePodsFact, SpireServerPodFact, SpireWorkloadFact } from "../model/spire.ts";
import { fact, listed } from "./fact.ts";
import { SCALAR, unionOfMaps } from "./keep.ts";
import { byName } from "./objects.ts";
import { podFact } from "./pod.ts";
import { PODS } from "./pods.ts";
import { containersOf, VOLUMES, volumesOf } from "./spire-volumes.ts";

/** Where a server keeps its keys and entries. */
const DATA = /^\/run\/spire\/(?:server\/)?data\/?$/;

function serverFact(pod: PodFact, podSpec: unknown): SpireServerPodFact {
  const volumes = volumesOf(podSpec);
  return {
    ...pod,
    hasManager: containersOf(podSpec).has(MANAGER_CONTAINER),
    configMaps: volumes.flatMap(({ configMap }) => configMap ?? []),
    secrets: volumes.flatMap(({ secret, directories }) =>
      secret === undefined ? [] : directories.map((directory) => ({ name: secret, directory })),
    ),
    losesData: volumes.some(
      ({ emptyDir, directories }) => emptyDir && directories.some((one) => DATA.test(one)),
    ),
  };
}

function workloadOf(pod: PodFact, object: RawObject): SpireWorkloadFact {
  const spec = property(object, "spec");
  const { namespace, name, labels, owner, nodeName, createdAt } = pod;
  return {
    namespace,
    name,
    uid: string(at(object, "metadata", "uid")) ?? "",
    labels,
    serviceAccount: string(property(spec, "serviceAccountName")) ?? "default",
    hostNetwork: property(spec, "hostNetwork") === true,
    mountsSocket: volumesOf(spec).some(({ csiDriver }) => csiDriver === CSI_DRIVER),
    ...defined({ owner, nodeName, createdAt }),
  };
}

/** No pods: what a cluster has whose mesh takes no identities from SPIRE. */
const NONE: SpirePodsFact = { servers: [], agents: [], drivers: [], workloads: [] };

async function readPods(source: FactSource): Promise<ReturnType<typeof gathered<SpirePodsFact>>> {
  const listedPods = await source.list(RESOURCES.pods);
  if (!listedPods.ok) return listedPods;
  const found: SpirePodsFact = { servers: [], agents: [], drivers: [], workloads: [] };
  for (const object of listedPods.value) {
    const pod = await podFact(source, object);
    if (!pod) continue;
    const podSpec = property(object, "spec");
    const containers = containersOf(podSpec);
    if (containers.has(SERVER_CONTAINER)) found.servers.push(serverFact(pod, podSpec));
    if (containers.has(AGENT_CONTAINER)) found.agents.push(pod);
    if (containers.has(DRIVER_CONTAINER)) found.drivers.push(pod);
    if (!pod.finished && !pod.deleting) found.workloads.push(workloadOf(pod, object));
  }
  for (const list of Object.values(found) as { namespace: string; name: string }[][]) {
    list.sort(byName);
  }
  return gathered(found);
}

/**
 * The pods of SPIRE, and all that may get an identity: listed only where the mesh takes identities from
 * SPIRE, and in all namespaces at once or not at all, as who has no entry must be known for certain.
 */
export const spirePods = fact({
  key: "spirePods",
  access: [
    listed(RESOURCES.daemonSets, { scope: "some" }),
    listed(RESOURCES.pods, { scope: "some" }),
  ],
  keeps: {
    ...PODS,
    pods: unionOfMaps(PODS.pods ?? {}, {
      metadata: { uid: SCALAR },
      spec: { ...VOLUMES, serviceAccountName: SCALAR, hostNetwork: SCALAR },
    }),
  },
  after: ["spire"],
  read: async (source) => {
    const spire = await source.fact("spire");
    if (!spire.ok) return spire;
    return spire.value.signs.length > 0 ? readPods(source) : gathered(NONE);
  },
});
