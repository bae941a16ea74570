import type { ClusterRef } from "../../model/check.ts";
import { kubectl } from "./shell.ts";

/** Restarts every istiod of the istio namespace, which then loads its CA anew. */
export function restartIstiod(cluster: ClusterRef): string {
  const restart = ["rollout", "restart", "deployment", "-l", "app=istiod"];
  return kubectl(cluster, "-n", cluster.istioNamespace, ...restart);
}

/** Restarts the ztunnels of a namespace, whose workloads then get new certificates. */
export function restartZtunnel(cluster: ClusterRef, namespace: string): string {
  const restart = ["rollout", "restart", "daemonset", "-l", "app=ztunnel"];
  return kubectl(cluster, "-n", namespace, ...restart);
}
