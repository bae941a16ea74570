import type { ClusterRef } from "../../model/check.ts";
import { kubectl } from "./shell.ts";

/** Restarts the ztunnels of a namespace, whose workloads then get new certificates. */
export function restartZtunnel(cluster: ClusterRef, namespace: string): string {
  const restart = ["rollout", "restart", "daemonset", "-l", "app=ztunnel"];
  return kubectl(cluster, "-n", namespace, ...restart);
}
