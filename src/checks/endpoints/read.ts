import { credentialsOf, type Credential } from "../../mesh/remote-secrets.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Member } from "./member.ts";

/** The kubeconfigs by which one cluster reads another, as far as its Secrets were read. */
export function credentialsFor(from: Member, target: Member): Credential[] {
  const readers = [from, target].map(({ cluster, facts }) => ({
    cluster,
    facts: { ...facts, remoteSecrets: valueOr(facts.remoteSecrets, []) },
  }));
  return credentialsOf(readers).filter(
    (one) => one.from.cluster === from.cluster && one.target?.cluster === target.cluster,
  );
}

/** Whether it has a credential for the other, or that is not known. */
export function mayRead(from: Member, target: Member): boolean {
  return !from.facts.remoteSecrets.ok || credentialsFor(from, target).length > 0;
}
