import { METRICS_PORT } from "../mesh/names.ts";
import type { PodFact } from "../model/facts.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import type { Keeps } from "./fact.ts";
import { Cut, type Keep, WHOLE } from "./keep.ts";
import {
  annotationsOfPods,
  CONDITIONS,
  CONTAINERS,
  PLAIN_CONFIG,
  VARIABLES,
} from "./keep-objects.ts";
import { byName, controllerRef } from "./objects.ts";
import { podFact } from "./pod.ts";

const ENDED: Keep = { exitCode: WHOLE, signal: WHOLE, reason: WHOLE };

/** What READY, STATUS, RESTARTS and the reason are made from; no messages of ended processes. */
const STATUSES: Keep = [
  {
    name: WHOLE,
    ready: WHOLE,
    restartCount: WHOLE,
    started: WHOLE,
    state: { waiting: { reason: WHOLE, message: WHOLE }, running: {}, terminated: ENDED },
    lastState: { terminated: { ...ENDED, finishedAt: WHOLE } },
  },
];

/** Of several owners the one that controls the pod. */
export const OWNERS: Keep = new Cut([{ kind: WHOLE, name: WHOLE, controller: WHOLE }], (owners) => {
  const owner = controllerRef({ metadata: { ownerReferences: owners } });
  return owner === undefined ? undefined : [owner];
});

/** What `listPods` reads of pods and of the ConfigMaps that their variables come from. */
export const PODS: Keeps = {
  pods: {
    metadata: {
      creationTimestamp: WHOLE,
      deletionTimestamp: WHOLE,
      annotations: annotationsOfPods({ [METRICS_PORT]: WHOLE }),
      ownerReferences: OWNERS,
    },
    spec: {
      nodeName: WHOLE,
      containers: CONTAINERS,
      // Native sidecars are among them.
      initContainers: [{ name: WHOLE, restartPolicy: WHOLE, env: VARIABLES }],
      readinessGates: [{ conditionType: WHOLE }],
    },
    status: {
      phase: WHOLE,
      reason: WHOLE,
      message: WHOLE,
      conditions: CONDITIONS,
      containerStatuses: STATUSES,
      initContainerStatuses: STATUSES,
    },
  },
  configMaps: PLAIN_CONFIG,
};

/** A pod of a Job may have a component's labels, and does none of its work. */
function isReplica({ owner }: PodFact): boolean {
  return owner?.kind !== "Job";
}

export async function listPods(
  source: FactSource,
  labelSelector: string,
): Promise<Gathered<PodFact[]>> {
  const listed = await source.listWhereAllowed(RESOURCES.pods, { labelSelector });
  if (!listed.ok) return listed;
  const pods = await Promise.all(listed.value.map((pod) => podFact(source, pod)));
  const known = pods.filter((pod) => pod !== undefined);
  return gathered(known.filter(isReplica).toSorted(byName));
}

/** Pods of istiod and of ztunnel come with one list. */
export async function podsOf(
  source: FactSource,
  app: "istiod" | "ztunnel",
): Promise<Gathered<PodFact[]>> {
  const pods = await listPods(source, "app in (istiod,ztunnel)");
  return pods.ok ? gathered(pods.value.filter(({ labels }) => labels.get("app") === app)) : pods;
}
