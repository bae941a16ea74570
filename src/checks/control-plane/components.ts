import { istiodOf } from "../../mesh/istiods.ts";
import { versionOf, type ComponentVersion } from "../../mesh/versions.ts";
import { GATEWAY_NAME } from "../../mesh/names.ts";
import { qualified } from "../../mesh/wording.ts";
import type { GatewayFact, IstiodsFact, PodFact, WorkloadFact } from "../../model/facts.ts";
import { objectRef } from "../../model/finding.ts";
import type { ObjectRef } from "../../model/report.ts";

export type ComponentKind = "istiod" | "ztunnel" | "gateway";

/** A part of the control or data plane with the version that it runs. */
export type Component = {
  kind: ComponentKind;
  /** `ztunnel kube-system/ztunnel` */
  label: string;
  object: ObjectRef & { namespace: string };
} & ComponentVersion;

/**
 * The versions of workloads, and of their pods where those run another one: in the middle of a
 * rollout, or with a DaemonSet that waits for its pods to be deleted.
 */
function componentsOf(
  kind: ComponentKind,
  container: string,
  workloads: readonly WorkloadFact[],
  pods: readonly PodFact[],
): Component[] {
  const components: Component[] = workloads.map((workload) => ({
    kind,
    label: `${kind} ${qualified(workload)}`,
    object: { ...objectRef(workload.kind, workload), namespace: workload.namespace },
    ...versionOf(workload, container),
  }));
  const seen = new Set(components.map(keyOf));
  for (const pod of pods) {
    if (pod.finished || pod.deleting || pod.images.length === 0) continue;
    const found: Component = {
      kind,
      label: `${kind} pod ${qualified(pod)}`,
      object: { ...objectRef("Pod", pod), namespace: pod.namespace },
      ...versionOf(pod, container),
    };
    const known = seen.has(keyOf(found)) || (!found.version && workloads.length > 0);
    if (!known) components.push(found);
    seen.add(keyOf(found));
  }
  return components;
}

function keyOf(found: ComponentVersion): string {
  return found.version ? found.version.text : found.why;
}

/** Of the istiods that are judged. */
export function istiodComponents(istiods: IstiodsFact, pods: readonly PodFact[]): Component[] {
  return istiods.judged.flatMap((istiod) => {
    const own = pods.filter((pod) => istiodOf(pod, istiods) === istiod);
    return componentsOf("istiod", "discovery", [istiod], own);
  });
}

export function ztunnelComponents(
  ztunnels: readonly WorkloadFact[],
  pods: readonly PodFact[],
): Component[] {
  return componentsOf("ztunnel", "istio-proxy", ztunnels, pods);
}

/** Of the east-west gateways alone: waypoints and ingress gateways have no part in peering. */
export function gatewayComponents(
  eastWest: readonly GatewayFact[],
  deployments: readonly WorkloadFact[],
  pods: readonly PodFact[],
): Component[] {
  return eastWest.flatMap((gateway) => {
    const ofGateway = <T extends WorkloadFact | PodFact>(objects: readonly T[]): T[] =>
      objects.filter(
        ({ namespace, labels }) =>
          namespace === gateway.namespace && labels.get(GATEWAY_NAME) === gateway.name,
      );
    return componentsOf("gateway", "istio-proxy", ofGateway(deployments), ofGateway(pods));
  });
}
