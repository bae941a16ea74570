import { goBool } from "../lib/go-bool.ts";
import type { IstiodsFact, MeshConfigFact, ServiceFact } from "../model/facts.ts";
import { GLOBAL_SERVICE } from "./names.ts";

/** Whether istiod joins ambient clusters over several networks: then Services have scopes. */
export function isMultiNetworkAmbient({ judged }: IstiodsFact): boolean {
  return judged.some(({ env }) => {
    const variable = env.get("AMBIENT_ENABLE_MULTI_NETWORK");
    return variable?.kind === "value" && goBool(variable.value) === true;
  });
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
