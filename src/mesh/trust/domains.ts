import type { IstiodsFact, MeshConfigFact, WorkloadFact } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import { DEFAULT_TRUST_DOMAIN } from "../names.ts";

export interface TrustDomains {
  /** One, unless revisions differ; none when no configuration could be read. */
  domains: string[];
  aliases: string[];
  /** Of other meshes: those that caCertificates of the mesh configuration have roots for. */
  foreign: string[];
  /** Configurations that could not be read. */
  unreadable: MeshConfigFact[];
}

/** The trust domains of a cluster: of the revisions that are judged, of all where none is known. */
export function trustDomainsOf(
  configs: readonly MeshConfigFact[],
  istiods: Gathered<IstiodsFact>,
): TrustDomains {
  const judged = new Set(istiods.ok ? istiods.value.judged.map(({ revision }) => revision) : []);
  const own = configs.filter(({ revision }) => judged.has(revision));
  const counted = own.length > 0 ? own : configs;
  const readable = counted.filter(({ unreadable }) => unreadable === undefined);
  return {
    // Without any ConfigMap istiod runs on its defaults.
    domains:
      counted.length === 0
        ? [DEFAULT_TRUST_DOMAIN]
        : [...new Set(readable.map(({ trustDomain }) => trustDomain))],
    aliases: readable.flatMap(({ trustDomainAliases }) => trustDomainAliases),
    foreign: readable.flatMap(({ foreignTrustDomains = [] }) => foreignTrustDomains),
    unreadable: counted.filter(({ unreadable }) => unreadable !== undefined),
  };
}

/** Every ztunnel of the cluster takes peers of any trust domain. */
export function skipsValidation(ztunnels: readonly Pick<WorkloadFact, "env">[]): boolean {
  return (
    ztunnels.length > 0 &&
    ztunnels.every(({ env }) => {
      const found = env.get("SKIP_VALIDATE_TRUST_DOMAIN");
      return found?.kind === "value" && found.value === "true";
    })
  );
}
