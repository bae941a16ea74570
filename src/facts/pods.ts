import { GATEWAY_NAME } from "../mesh/names.ts";
import type { PodFact } from "../model/facts.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader, FactSource } from "../model/source.ts";
import { byName } from "./objects.ts";
import { podFact } from "./pod.ts";
import { slimPod } from "./slim.ts";

/** A pod of a Job may have a component's labels, and does none of its work. */
function isReplica({ owner }: PodFact): boolean {
  return owner?.kind !== "Job";
}

async function listPods(source: FactSource, labelSelector: string): Promise<Gathered<PodFact[]>> {
  const listed = await source.listWhereAllowed(RESOURCES.pods, { labelSelector, slim: slimPod });
  if (!listed.ok) return listed;
  const pods = await Promise.all(listed.value.map((pod) => podFact(source, pod)));
  const known = pods.filter((pod) => pod !== undefined);
  return gathered(known.filter(isReplica).toSorted(byName));
}

/** Pods of istiod and of ztunnel come with one list. */
async function podsOf(source: FactSource, app: "istiod" | "ztunnel"): Promise<Gathered<PodFact[]>> {
  const pods = await listPods(source, "app in (istiod,ztunnel)");
  return pods.ok ? gathered(pods.value.filter(({ labels }) => labels.get("app") === app)) : pods;
}

export const istiodPods: FactReader<"istiodPods"> = (source) => podsOf(source, "istiod");
export const ztunnelPods: FactReader<"ztunnelPods"> = (source) => podsOf(source, "ztunnel");
export const cniPods: FactReader<"cniPods"> = (source) =>
  listPods(source, "k8s-app=istio-cni-node");
export const gatewayPods: FactReader<"gatewayPods"> = (source) => listPods(source, GATEWAY_NAME);
