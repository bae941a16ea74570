import { externalAuthority, type OtherAuthority } from "../mesh/trust/cacerts.ts";
import type { IstiodFact } from "../model/facts.ts";

const ADVICE: Readonly<Record<OtherAuthority["kind"], string>> = {
  "no-server":
    "as istio-csr of cert-manager does, which writes the ConfigMap of the roots itself: rotate that CA by its own rules, with both roots in what it distributes meanwhile",
  registration:
    "rotate the CA behind it by its own rules, with both roots in the mesh configuration (caCertificates) meanwhile",
  directory: "rotate it where those files come from: mc knows Secret cacerts only",
};

/** Who signs in place of istiod, and what to do about it; nothing where istiod signs itself. */
export function externalCa(istiods: readonly IstiodFact[]): string | undefined {
  const found = externalAuthority(istiods);
  return found && `${found.why}; ${ADVICE[found.kind]}`;
}
