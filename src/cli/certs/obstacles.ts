import type { CaSecret } from "../../certs/secret.ts";
import { type Problem, problem } from "../../gateway/problem.ts";
import { SELF_MADE } from "../../mesh/trust/cacerts.ts";
import type { ClusterRef } from "../../model/check.ts";

/** What `mc` leaves alone whatever the flags: it would be written over, or break istiod. */
export function keptByOthers(ref: ClusterRef, secret: CaSecret): Problem | undefined {
  const name = `Secret ${ref.istioNamespace}/${secret.name}`;
  if (secret.name === SELF_MADE) return undefined;
  const { owner, hasRevocations } = secret;
  if (owner.advice !== undefined) {
    return problem(ref, `${name} is kept by ${owner.text}. ${owner.advice}`);
  }
  if (!hasRevocations) return undefined;
  return problem(
    ref,
    `${name} has ca-crl.pem: istiod takes no certificate of a CA that has no list in it. Take it out, or write the Secret with the lists of the new CAs by hand`,
  );
}
