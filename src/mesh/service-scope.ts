import { switchOf } from "./switches.ts";
import type { IstiodsFact, MeshConfigFact, ServiceFact } from "../model/facts.ts";
import { GLOBAL_SERVICE } from "./names.ts";

/** The variable of istiod that joins ambient clusters over several networks. */
export const MULTI_NETWORK = "AMBIENT_ENABLE_MULTI_NETWORK";

/** Whether istiod joins ambient clusters over several networks: then Services have scopes. */
export function isMultiNetworkAmbient({ judged }: IstiodsFact): boolean {
  return judged.some(({ env }) => switchOf(env, MULTI_NETWORK) === true);
}

/** Whether a Service is labelled to be shared with other clusters. */
export function isLabelledGlobal({ labels }: ServiceFact): boolean {
  return labels.get(GLOBAL_SERVICE) === "true";
}

/** Whether a mesh configuration makes Services with the label global: the label alone does nothing. */
export function makesGlobal({
  serviceScopes = [],
}: Pick<MeshConfigFact, "serviceScopes">): boolean {
  return serviceScopes.some(
    ({ scope, services }) =>
      scope === "GLOBAL" &&
      services.some(
        ({ key, values }) =>
          key === GLOBAL_SERVICE && (values.length === 0 || values.includes("true")),
      ),
  );
}
