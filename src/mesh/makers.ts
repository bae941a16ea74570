import { switchOf } from "./switches.ts";
import type { GatewayFact, IstiodFact } from "../model/facts.ts";
import { HELM, HELM_RELEASE, MANAGED_BY } from "./names.ts";

/** With it istiod makes a remote Gateway for its own cluster, which a management plane copies to the others. */
export const AUTOMATIC = "PEERING_AUTOMATIC_LOCAL_GATEWAY";

/** Whether this istiod has links made automatically. */
export function automates({ env }: Pick<IstiodFact, "env">): boolean {
  return switchOf(env, AUTOMATIC) === true;
}

/** A Helm release owns the Gateway, and Helm refuses one of its releases what another made. */
export function isOfHelm({
  labels,
  annotations,
}: Pick<GatewayFact, "labels" | "annotations">): boolean {
  return labels.get(MANAGED_BY) === HELM || annotations.has(HELM_RELEASE);
}

/** Field managers of people and of what they deploy with. */
const BY_HAND = /^(mc|kubectl|oc|istioctl|helm|argo|flux|kustomize|terraform|pulumi|ansible|k9s)/i;

/**
 * Whether a remote Gateway is one that automated peering made or copied here, as far as its field
 * managers tell: nobody is among them who makes Gateways by hand. What copies them is called is not
 * public. Only to be asked where some istiod of the mesh has links made automatically.
 */
export function isAutomaticCopy(gateway: GatewayFact): boolean {
  return (
    gateway.managers.length > 0 &&
    !isOfHelm(gateway) &&
    !gateway.managers.some((manager) => BY_HAND.test(manager))
  );
}
