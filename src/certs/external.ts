import { goBool } from "../lib/go-bool.ts";
import type { IstiodFact } from "../model/facts.ts";

/** Who signs in place of istiod, and what to do about it; nothing where istiod signs itself. */
export function externalCa(istiods: readonly IstiodFact[]): string | undefined {
  for (const { env } of istiods) {
    const server = env.get("ENABLE_CA_SERVER");
    if (server?.kind === "value" && goBool(server.value) === false) {
      return "istiod does not sign (ENABLE_CA_SERVER=false): an external CA does, such as istio-csr of cert-manager, which writes istio-ca-root-cert itself. Rotate its issuer by its own rules, with both roots in what it distributes meanwhile";
    }
    const external = env.get("EXTERNAL_CA");
    if (external?.kind === "value" && external.value !== "") {
      return `istiod has another CA sign (EXTERNAL_CA=${external.value.slice(0, 60)}): rotate that one by its own rules`;
    }
  }
  return undefined;
}
