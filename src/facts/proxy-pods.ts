import { defined } from "../lib/defined.ts";
import { array, at, property, string, stringMap } from "../lib/json.ts";
import { CANONICAL_NAME } from "../mesh/names.ts";
import { isInjected } from "../mesh/pods.ts";
import type { EnvValue, ProxyPodFact } from "../model/facts.ts";
import { gathered, valueOr } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { isCommunity } from "./community.ts";
import { readEnv } from "./env.ts";
import { fact, listed } from "./fact.ts";
import { byName, createdAtOf, metaOf } from "./objects.ts";
import { PODS } from "./pods.ts";

const PROXY = "istio-proxy";

function textOf(variable: EnvValue | undefined): string | undefined {
  return variable?.kind === "value" && variable.value !== "" ? variable.value : undefined;
}

/** A pod whose proxy is a container of its own, or an init container that stays. */
async function proxyPod(source: FactSource, pod: RawObject): Promise<ProxyPodFact | undefined> {
  const meta = metaOf(pod);
  const proxy = ["containers", "initContainers"]
    .flatMap((list) => array(at(pod, "spec", list)))
    .find((container) => string(property(container, "name")) === PROXY);
  const phase = string(at(pod, "status", "phase"));
  const isGone = at(pod, "metadata", "deletionTimestamp") !== undefined;
  if (!meta || !proxy || isGone || phase === "Succeeded" || phase === "Failed") return undefined;
  const env = await readEnv(source, proxy, {
    ...meta,
    annotations: stringMap(at(pod, "metadata", "annotations")),
  });
  return {
    ...meta,
    ...defined({
      createdAt: createdAtOf(pod),
      network: textOf(env.get("ISTIO_META_NETWORK")),
      clusterId: textOf(env.get("ISTIO_META_CLUSTER_ID")),
      networkView: textOf(env.get("ISTIO_META_REQUESTED_NETWORK_VIEW")),
    }),
  };
}

/** Peering is for ambient: only where a namespace is injected are there sidecars beside it. */
async function hasSidecars(source: FactSource): Promise<boolean> {
  if (await isCommunity(source)) return true;
  return valueOr(await source.fact("namespaces"), []).some(isInjected);
}

/** Istio's injection labels every pod that it gives a proxy. */
export const proxyPods = fact({
  key: "proxyPods",
  access: [listed(RESOURCES.pods)],
  keeps: PODS,
  after: ["istiods", "namespaces"],
  read: async (source) => {
    if (!(await hasSidecars(source))) return gathered([]);
    const listing = await source.listWhereAllowed(RESOURCES.pods, {
      labelSelector: CANONICAL_NAME,
    });
    if (!listing.ok) return listing;
    const pods = await Promise.all(listing.value.map((pod) => proxyPod(source, pod)));
    return gathered(pods.filter((pod) => pod !== undefined).toSorted(byName));
  },
});
