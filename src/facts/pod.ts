import { defined } from "../lib/defined.ts";
import { array, at, property, string, stringMap } from "../lib/json.ts";
import { METRICS_PORT, VERSION } from "../mesh/names.ts";
import type { Env, EnvValue, PodFact } from "../model/facts.ts";
import type { RawObject } from "../model/reader.ts";
import type { FactSource } from "../model/source.ts";
import { readEnv, type EnvOwner } from "./env.ts";
import { conditionsOf, controllerRef, createdAtOf, imagesOf, metaOf, portOf } from "./objects.ts";
import { printedStatus } from "./pod-status.ts";
import { failingContainer, podWhy } from "./pod-why.ts";

/** Known variables of all containers; where two have one, that of the first counts. */
async function podEnv(source: FactSource, podSpec: unknown, owner: EnvOwner): Promise<Env> {
  const containers = array(property(podSpec, "containers"));
  const read = await Promise.all(containers.map((one) => readEnv(source, one, owner)));
  const all = new Map<string, EnvValue>();
  for (const env of read) {
    for (const [name, value] of env) if (!all.has(name)) all.set(name, value);
  }
  return all;
}

function ownerOf(pod: RawObject): PodFact["owner"] {
  const reference = controllerRef(pod);
  const [kind, name] = [string(property(reference, "kind")), string(property(reference, "name"))];
  return kind !== undefined && name !== undefined ? { kind, name } : undefined;
}

/** A pod in kubectl's terms; nothing for an object without a name. */
export async function podFact(source: FactSource, pod: RawObject): Promise<PodFact | undefined> {
  const meta = metaOf(pod);
  if (!meta) return undefined;
  const { namespace, name, labels } = meta;
  const printed = printedStatus(pod);
  const phase = string(at(pod, "status", "phase")) ?? "Unknown";
  const deleting = string(at(pod, "metadata", "deletionTimestamp")) !== undefined;
  // The pods of a lost node keep ready containers, and a readiness gate is no container: both show
  // in condition Ready alone.
  const notReady = conditionsOf(pod).some(
    ({ type, status }) => type === "Ready" && status !== "True",
  );
  const healthy =
    phase === "Running" &&
    printed.total > 0 &&
    printed.ready >= printed.total &&
    !deleting &&
    !notReady;
  return {
    namespace,
    name,
    labels,
    phase,
    ...printed,
    healthy,
    finished: phase === "Succeeded" || phase === "Failed",
    deleting,
    images: imagesOf(pod["spec"]),
    env: await podEnv(source, pod["spec"], {
      ...meta,
      annotations: stringMap(at(pod, "metadata", "annotations")),
    }),
    ...defined({
      createdAt: createdAtOf(pod),
      owner: ownerOf(pod),
      why: healthy ? undefined : podWhy(pod),
      failing: healthy ? undefined : failingContainer(pod),
      nodeName: string(at(pod, "spec", "nodeName")),
      versionLabel: labels.get(VERSION),
      metricsPort: portOf(at(pod, "metadata", "annotations", METRICS_PORT)),
    }),
  };
}
