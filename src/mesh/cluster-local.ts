import type { MeshConfigFact } from "../model/facts.ts";
import { SYSTEM_NAMESPACE } from "./names.ts";

/*
 * Services whose endpoints istiod sends to proxies of their own cluster only (Istio 1.24 to 1.31,
 * ClusterLocalProvider): those of kube-system, the API server's, and what serviceSettings says.
 */

/** The API server of each cluster. */
const API_SERVER = /^kubernetes\.default\.svc\./;

/** `*.name.svc.cluster.local`, `*` or one host. */
function covers(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** Whether a service is meant to keep to its cluster, by what the mesh configurations say. */
export function isClusterLocal(
  { host, namespace }: { host: string; namespace: string },
  configs: readonly Pick<MeshConfigFact, "clusterLocalHosts">[],
): boolean {
  return (
    namespace === SYSTEM_NAMESPACE ||
    API_SERVER.test(host) ||
    configs.some(({ clusterLocalHosts = [] }) =>
      clusterLocalHosts.some((pattern) => covers(pattern, host)),
    )
  );
}
