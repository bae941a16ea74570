import { externalAuthority } from "../mesh/trust/cacerts.ts";
import type { IstiodFact } from "../model/facts.ts";

/** Who signs in place of istiod, and what to do about it; nothing where istiod signs itself. */
export function externalCa(istiods: readonly IstiodFact[]): string | undefined {
  const why = externalAuthority(istiods);
  return (
    why &&
    `${why} (istio-csr of cert-manager does so, and writes istio-ca-root-cert itself): rotate that one by its own rules, with both roots in what it distributes meanwhile`
  );
}
