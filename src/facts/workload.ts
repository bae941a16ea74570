import { defined } from "../lib/defined.ts";
import { array, at, number, property, string, stringMap } from "../lib/json.ts";
import { VERSION } from "../mesh/names.ts";
import type { Condition, WorkloadFact } from "../model/facts.ts";
import type { RawObject } from "../model/reader.ts";
import type { FactSource } from "../model/source.ts";
import { readEnv } from "./env.ts";
import { type KeepMap, SCALAR, WHOLE } from "./keep.ts";
import { annotationsOfPods, CONDITIONS, CONTAINERS } from "./keep-objects.ts";
import { conditionsOf, imagesOf, metaOf } from "./objects.ts";
import { schedulingFact } from "./scheduling.ts";

/** What `workloadFact` reads of Deployments and DaemonSets. */
export const WORKLOAD: KeepMap = {
  spec: {
    replicas: WHOLE,
    template: {
      metadata: { labels: WHOLE, annotations: annotationsOfPods() },
      spec: { containers: CONTAINERS, serviceAccountName: SCALAR },
    },
  },
  status: {
    observedGeneration: WHOLE,
    replicas: WHOLE,
    readyReplicas: WHOLE,
    desiredNumberScheduled: WHOLE,
    numberReady: WHOLE,
    conditions: CONDITIONS,
  },
};

/** The container of the pod template with that name, or the only one there is. */
export function mainContainer(template: unknown, name: string): unknown {
  const containers = array(at(template, "spec", "containers"));
  const named = containers.find((container) => string(property(container, "name")) === name);
  return named ?? (containers.length === 1 ? containers[0] : undefined);
}

/** Status a condition has when all is well; of a type that is not listed nothing is known. */
const HEALTHY: ReadonlyMap<string, string> = new Map([
  ["Available", "True"],
  ["Progressing", "True"],
  ["ReplicaFailure", "False"],
]);

function wrongConditions(object: RawObject): Condition[] {
  return conditionsOf(object).filter(({ type, status }) => {
    const healthy = HEALTHY.get(type);
    return healthy !== undefined && status !== healthy;
  });
}

interface Replicas {
  desired: number | undefined;
  ready: number | undefined;
}

/** Replicas wanted and ready. A status leaves readyReplicas out when there are none. */
function replicas(kind: WorkloadFact["kind"], object: RawObject): Replicas {
  const { spec, status } = object;
  if (kind === "DaemonSet") {
    return {
      desired: number(property(status, "desiredNumberScheduled")),
      ready: number(property(status, "numberReady")),
    };
  }
  const written = ["observedGeneration", "replicas", "readyReplicas"].some(
    (key) => property(status, key) !== undefined,
  );
  return {
    desired: number(property(spec, "replicas")) ?? (written ? 1 : undefined),
    ready: number(property(status, "readyReplicas")) ?? (written ? 0 : undefined),
  };
}

/** A Deployment or DaemonSet; nothing for an object without a name. */
export async function workloadFact(
  source: FactSource,
  kind: WorkloadFact["kind"],
  object: RawObject,
  container: string,
): Promise<WorkloadFact | undefined> {
  const meta = metaOf(object);
  if (!meta) return undefined;
  const { namespace, name, labels } = meta;
  const template = at(object, "spec", "template");
  const podLabels = stringMap(at(template, "metadata", "labels"));
  const env = await readEnv(source, mainContainer(template, container), {
    namespace,
    labels: podLabels,
    annotations: stringMap(at(template, "metadata", "annotations")),
  });
  return {
    kind,
    namespace,
    name,
    labels,
    images: imagesOf(property(template, "spec")),
    env,
    conditions: wrongConditions(object),
    ...defined({
      ...replicas(kind, object),
      scheduling: kind === "DaemonSet" ? schedulingFact(property(template, "spec")) : undefined,
      serviceAccount: string(at(template, "spec", "serviceAccountName")) || undefined,
      versionLabel: labels.get(VERSION) ?? podLabels.get(VERSION),
    }),
  };
}
