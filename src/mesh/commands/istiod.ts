import type { ClusterRef } from "../../model/check.ts";
import { ISTIOD_SELECTOR } from "../names.ts";
import { kubectl } from "./shell.ts";

/** The last lines of istiod's log, where it says what it does with Gateways and peers. */
export function istiodLog(cluster: ClusterRef): string {
  const { istioNamespace } = cluster;
  return kubectl(cluster, "-n", istioNamespace, "logs", "-l", ISTIOD_SELECTOR, "--tail=100");
}

/**
 * Lists what belongs to istiod in all namespaces.
 *
 * @param resources as kubectl takes them: `deployments,pods`
 * @param options of `kubectl get`
 */
export function findIstiod(cluster: ClusterRef, resources: string, ...options: string[]): string {
  return kubectl(cluster, "get", resources, "-A", "-l", ISTIOD_SELECTOR, ...options);
}

/** Restarts istiod of all revisions in a namespace. */
export function restartIstiod(
  cluster: ClusterRef,
  namespace: string = cluster.istioNamespace,
): string {
  const restart = ["rollout", "restart", "deployment", "-l", ISTIOD_SELECTOR];
  return kubectl(cluster, "-n", namespace, ...restart);
}

/** Sets a variable of istiod, until the next upgrade of its Helm release. */
export function setIstiodVariable(
  cluster: ClusterRef,
  { namespace, name }: { namespace: string; name: string },
  variable: string,
  value: string,
): string {
  const target = [`deployment/${name}`, "-c", "discovery"];
  return kubectl(cluster, "-n", namespace, "set", "env", ...target, `${variable}=${value}`);
}
