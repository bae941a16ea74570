import { at, stringMap } from "../lib/json.ts";
import type { WorkloadFact } from "../model/facts.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import type { Keeps } from "./fact.ts";
import { type KeepMap, unionOfMaps, WHOLE } from "./keep.ts";
import { PLAIN_CONFIG } from "./keep-objects.ts";
import { byName, metaOf } from "./objects.ts";
import { SCHEDULING } from "./scheduling.ts";
import { WORKLOAD, workloadFact } from "./workload.ts";

const SELECTOR: KeepMap = { spec: { selector: { matchLabels: WHOLE } } };

/** What `daemonSets` reads, and of the ConfigMaps that variables come from. */
export const DAEMON_SETS: Keeps = {
  daemonSets: unionOfMaps(unionOfMaps(WORKLOAD, SELECTOR), {
    spec: { template: { spec: SCHEDULING } },
  }),
  configMaps: PLAIN_CONFIG,
};

interface Component {
  name: string;
  label: readonly [key: string, value: string];
  container: string;
}

/** By its name, or by its label wherever a chart may put it: object, selector or pod template. */
function isOf(component: Component, object: RawObject): boolean {
  const [key, value] = component.label;
  const spec = object["spec"];
  return (
    metaOf(object)?.name === component.name ||
    [
      at(object, "metadata", "labels"),
      at(spec, "selector", "matchLabels"),
      at(spec, "template", "metadata", "labels"),
    ].some((labels) => stringMap(labels).get(key) === value)
  );
}

/** One list of all DaemonSets serves every component: its label is not always on the object. */
export function daemonSets(component: Component) {
  return async (source: FactSource): Promise<Gathered<WorkloadFact[]>> => {
    const listed = await source.listWhereAllowed(RESOURCES.daemonSets);
    if (!listed.ok) return listed;
    const found = await Promise.all(
      listed.value
        .filter((object) => isOf(component, object))
        .map((object) => workloadFact(source, "DaemonSet", object, component.container)),
    );
    return gathered(found.filter((one): one is WorkloadFact => one !== undefined).toSorted(byName));
  };
}
