import type { ClusterRef } from "../../model/check.ts";
import { commandLine, contextWord, kubectl, quote } from "./shell.ts";

/** Makes the remote secret by which `reader` reads `target`, and applies it there. */
export function createRemoteSecret(reader: ClusterRef, target: ClusterRef): string {
  const { istioNamespace, kubeconfig, id } = target;
  const words = [
    "istioctl create-remote-secret",
    ...(kubeconfig === undefined ? [] : [`--kubeconfig ${quote(kubeconfig)}`]),
    `--context ${contextWord(target)}`,
    commandLine("--istioNamespace", istioNamespace, "--name", id ?? "<cluster id>"),
  ];
  return `${words.join(" ")} | ${kubectl(reader, "apply", "-f", "-")}`;
}

/** Takes a remote secret away. */
export function deleteRemoteSecret(
  reader: ClusterRef,
  { namespace, name }: { namespace: string; name: string },
): string {
  return kubectl(reader, "-n", namespace, "delete", "secret", name);
}
