import type {
  GatewayFact,
  GatewaysFact,
  IstiodFact,
  IstiodsFact,
  PodFact,
} from "../model/facts.ts";
import { valueOr, type Gathered } from "../model/gathered.ts";
import { isTrue, unmetLinkConditions } from "./conditions.ts";
import { DEFAULT_REVISION, PROGRAMMED, REVISION } from "./names.ts";
import { ownerOf } from "./pod-owner.ts";

/** The revision of an istiod pod. */
export function revisionOf({ labels }: PodFact): string {
  return labels.get(REVISION) || DEFAULT_REVISION;
}

/**
 * The Deployment that an istiod pod is of: the one of its revision in its namespace, as names are
 * anybody's choice; by name where several have it, or the pod does not say.
 */
export function istiodOf(pod: PodFact, { judged, others }: IstiodsFact): IstiodFact | undefined {
  const near = [...judged, ...others].filter(({ namespace }) => namespace === pod.namespace);
  const alike = near.filter(({ revision }) => revision === revisionOf(pod));
  return ownerOf(pod, alike.length > 0 || pod.labels.get(REVISION) ? alike : near);
}

/**
 * Whether an istiod runs that may be the one that peers and writes conditions: not one of a revision
 * that does not.
 */
export function isIstiodAlive(pods: readonly PodFact[], istiods: IstiodsFact): boolean {
  return pods.some((pod) => {
    const owner = istiodOf(pod, istiods);
    return pod.healthy && (!owner || owner.peering || istiods.judged.includes(owner));
  });
}

/**
 * Whether somebody in the cluster may have written what its Gateways say: absent where the pods are
 * not known, and where there is no istiod at all, as one of an external control plane runs elsewhere.
 */
export function controllerRuns(
  pods: Gathered<readonly PodFact[]> | undefined,
  istiods: Gathered<IstiodsFact> | undefined,
): boolean | undefined {
  if (!pods?.ok) return undefined;
  const { judged, others } = valueOr(istiods, { judged: [], others: [] });
  if (isIstiodAlive(pods.value, { judged, others })) return true;
  const isInstalled = pods.value.length > 0 || judged.length + others.length > 0;
  return isInstalled ? false : undefined;
}

/**
 * The Gateways with whether their controller runs. Of one that is not as it must be its conditions
 * count as they were written: with its controller gone nothing has mended it since.
 */
export function withController(gateways: GatewaysFact, runs: boolean | undefined): GatewaysFact {
  if (runs === undefined) return gateways;
  const known =
    (isFine: (gateway: GatewayFact) => boolean) =>
    (gateway: GatewayFact): GatewayFact =>
      runs || isFine(gateway) ? { ...gateway, controllerRuns: runs } : gateway;
  return {
    ...gateways,
    eastWest: gateways.eastWest.map(known((gateway) => isTrue(gateway, PROGRAMMED))),
    remote: gateways.remote.map(known((gateway) => unmetLinkConditions(gateway).length === 0)),
  };
}

/** Whether a pod is of an istiod to judge; one that is of no known Deployment is, unless -r names another revision. */
export function isJudged(pod: PodFact, istiods: IstiodsFact, asked: string | undefined): boolean {
  const deployment = istiodOf(pod, istiods);
  if (deployment) return istiods.judged.includes(deployment);
  return asked === undefined || revisionOf(pod) === asked;
}
