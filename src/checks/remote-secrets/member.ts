import { defined } from "../../lib/defined.ts";
import { idOfProxies } from "../../mesh/identity.ts";
import type { ClusterRef, MeshMember } from "../../model/check.ts";

export type Member = MeshMember<
  "remoteSecrets",
  "istiods" | "credentialTarget" | "endpoints" | "services" | "proxyPods" | "meshConfigs"
>;

/** The cluster with the CLUSTER_ID that its proxies have, where it has no istiod that would say it. */
export function refOf({ cluster, facts: { istiods, proxyPods } }: Member): ClusterRef {
  if (cluster.id !== undefined || !istiods.ok) return cluster;
  const hasIstiod = istiods.value.judged.length + istiods.value.others.length > 0;
  return hasIstiod ? cluster : { ...cluster, ...defined({ id: idOfProxies(proxyPods) }) };
}
