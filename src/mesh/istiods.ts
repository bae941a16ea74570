import type { IstiodFact, IstiodsFact, PodFact } from "../model/facts.ts";
import { DEFAULT_REVISION, REVISION } from "./names.ts";
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

/** Whether a pod is of an istiod to judge; one that is of no known Deployment is, unless -r names another revision. */
export function isJudged(pod: PodFact, istiods: IstiodsFact, asked: string | undefined): boolean {
  const deployment = istiodOf(pod, istiods);
  if (deployment) return istiods.judged.includes(deployment);
  return asked === undefined || revisionOf(pod) === asked;
}
