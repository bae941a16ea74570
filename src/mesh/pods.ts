import { hasLabels } from "../lib/labels.ts";
import type {
  NamespaceFact,
  ServiceFact,
  ServicePodFact,
  ServicePodsFact,
} from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";
import { INJECTION, REVISION } from "./names.ts";

/**
 * Whether traffic of a pod goes through the mesh: ztunnel carries it, or an Envoy of its own. Pods on
 * the network of their node and those of Jobs may be outside of it by their kind.
 */
export function isCaptured({ redirection, sidecar }: ServicePodFact): boolean {
  return redirection === "enabled" || sidecar === true;
}

/** Whether Istio gives pods of a namespace a sidecar, unless they say otherwise. */
export function isInjected({ labels }: Pick<NamespaceFact, "labels">): boolean {
  const injection = labels.get(INJECTION);
  return injection === undefined ? labels.has(REVISION) : injection === "enabled";
}

/**
 * The pods that a Service selects, as Kubernetes matches labels; nothing where its namespace was not
 * read, or where it selects none and somebody else fills in its endpoints.
 */
export function podsOfService(
  { namespace, selector }: ServiceFact,
  pods: Gathered<ServicePodsFact>,
): ServicePodFact[] | undefined {
  if (!pods.ok || !selector || !pods.value.namespaces.has(namespace)) return undefined;
  return pods.value.pods.filter(
    (pod) => pod.namespace === namespace && hasLabels(pod.labels, selector),
  );
}

/** How many of them get traffic; nothing where that is not known. */
export function readyPods(
  service: ServiceFact,
  pods: Gathered<ServicePodsFact>,
): number | undefined {
  return podsOfService(service, pods)?.filter(({ ready }) => ready).length;
}
