import { switchOf } from "../mesh/switches.ts";
import { fact, listed } from "./fact.ts";
import { expand } from "./env.ts";
import { FLAGS, flagsOf } from "./flags.ts";
import { unionOfMaps } from "./keep.ts";
import { PLAIN_CONFIG } from "./keep-objects.ts";
import { DEFAULT_CLUSTER_ID, DEFAULT_REVISION, ISTIOD_SELECTOR, REVISION } from "../mesh/names.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, string, stringMap } from "../lib/json.ts";
import type { Env, IstiodFact, IstiodsFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { byName } from "./objects.ts";
import { mainContainer, WORKLOAD, workloadFact } from "./workload.ts";

const CONTAINER = "discovery";

/** The variables, with CLUSTER_ID as the argument says that overrules it. */
function withArguments(env: Env, flags: ReturnType<typeof flagsOf>): Env {
  const given = flags.get("clusterID");
  if (given === undefined) return env;
  const expanded = expand(given, env);
  const from = "argument --clusterID";
  return new Map(env).set(
    "CLUSTER_ID",
    expanded.kind === "value" ? { ...expanded, from } : expanded,
  );
}

/** CLUSTER_ID as istiod takes it; nothing when it cannot be known. */
function clusterId(env: Env): string | undefined {
  const variable = env.get("CLUSTER_ID");
  if (variable?.kind === "unresolved") return undefined;
  return variable?.value || DEFAULT_CLUSTER_ID;
}

async function istiodFact(source: FactSource, object: RawObject): Promise<IstiodFact | undefined> {
  const read = await workloadFact(source, "Deployment", object, CONTAINER);
  if (!read) return undefined;
  const template = at(object, "spec", "template");
  const flags = flagsOf(mainContainer(template, CONTAINER));
  const workload = { ...read, env: withArguments(read.env, flags) };
  const podLabels = stringMap(at(template, "metadata", "labels"));
  const hasContainer = mainContainer(template, CONTAINER) !== undefined;
  return {
    ...workload,
    // Its pods carry the label that counts; some manifests leave it out on the Deployment.
    revision: workload.labels.get(REVISION) || podLabels.get(REVISION) || DEFAULT_REVISION,
    peering: switchOf(workload.env, "ENABLE_PEERING_DISCOVERY") === true,
    hasDiscovery: array(at(template, "spec", "containers")).some(
      (container) => string(property(container, "name")) === CONTAINER,
    ),
    ...(flags.has("tlsCertFile") && flags.has("tlsKeyFile")
      ? defined({ certificateFile: flags.get("tlsCertFile") })
      : {}),
    ...defined({ clusterId: hasContainer ? clusterId(workload.env) : undefined }),
  };
}

/** Those of `-r`, else those that peer, else all. */
function choose(all: readonly IstiodFact[], revision: string | undefined): IstiodsFact {
  const peering = all.filter((istiod) => istiod.peering);
  const judged = revision
    ? all.filter((istiod) => istiod.revision === revision)
    : peering.length > 0
      ? peering
      : all;
  return { judged: [...judged], others: all.filter((istiod) => !judged.includes(istiod)) };
}

export const istiods = fact({
  key: "istiods",
  access: [listed(RESOURCES.deployments)],
  keeps: {
    deployments: unionOfMaps(WORKLOAD, {
      spec: { template: { spec: { containers: [{ command: FLAGS, args: FLAGS }] } } },
    }),
    configMaps: PLAIN_CONFIG,
  },
  identifies: true,
  read: async (source) => {
    const answer = await source.listWhereAllowed(RESOURCES.deployments, {
      labelSelector: ISTIOD_SELECTOR,
    });
    if (!answer.ok) return answer;
    const all = await Promise.all(answer.value.map((object) => istiodFact(source, object)));
    const found = all.filter((istiod) => istiod !== undefined).toSorted(byName);
    return gathered(choose(found, source.settings.revision));
  },
});
