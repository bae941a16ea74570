import type { ClusterRef } from "../../model/check.ts";
import { GATEWAY_RESOURCE, HELM, HELM_NAMESPACE, HELM_RELEASE, MANAGED_BY } from "../names.ts";
import { kubectl } from "./shell.ts";

/** What commands know a Gateway by. */
interface GatewayName {
  namespace: string;
  name: string;
}

/** The newest release whose CRDs istiod of all supported versions reads. */
const CRDS =
  "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml";

/** Installs the CRDs of the Gateway API. */
export function installGatewayApi(cluster: ClusterRef): string {
  return kubectl(cluster, "apply", "-f", CRDS);
}

/** `kubectl VERB gateways.gateway.networking.k8s.io NAME …`. */
function onGateway(
  cluster: ClusterRef,
  { namespace, name }: GatewayName,
  verb: string,
  ...words: string[]
): string {
  return kubectl(cluster, "-n", namespace, verb, GATEWAY_RESOURCE, name, ...words);
}

/** Sets a label of a Gateway. */
export function labelGateway(
  cluster: ClusterRef,
  gateway: GatewayName,
  key: string,
  value: string,
): string {
  return onGateway(cluster, gateway, "label", `${key}=${value}`, "--overwrite");
}

/** Sets an annotation of a Gateway. */
export function annotateGateway(
  cluster: ClusterRef,
  gateway: GatewayName,
  key: string,
  value: string,
): string {
  return onGateway(cluster, gateway, "annotate", `${key}=${value}`, "--overwrite");
}

/** Removes an annotation of a Gateway. */
export function unannotateGateway(cluster: ClusterRef, gateway: GatewayName, key: string): string {
  return onGateway(cluster, gateway, "annotate", `${key}-`);
}

/** Gives a Gateway to the release of the `peering` chart, as Helm wants it before it takes it up. */
export function adoptCommands(cluster: ClusterRef, gateway: GatewayName): string[] {
  const release = [
    `${HELM_RELEASE}=<release>`,
    `${HELM_NAMESPACE}=<namespace of the release>`,
    "--overwrite",
  ];
  return [
    labelGateway(cluster, gateway, MANAGED_BY, HELM),
    onGateway(cluster, gateway, "annotate", ...release),
  ];
}

/** Shows a Gateway with its conditions. */
export function showGateway(cluster: ClusterRef, gateway: GatewayName): string {
  return onGateway(cluster, gateway, "get", "-o", "yaml");
}

/** Shows a Gateway with who wrote which of its fields. */
export function showGatewayManagers(cluster: ClusterRef, gateway: GatewayName): string {
  return onGateway(cluster, gateway, "get", "-o", "yaml", "--show-managed-fields");
}

/** Shows a Gateway with its conditions and events, in words. */
export function describeGateway(cluster: ClusterRef, gateway: GatewayName): string {
  return onGateway(cluster, gateway, "describe");
}

/** Opens a Gateway in an editor. */
export function editGateway(cluster: ClusterRef, gateway: GatewayName): string {
  return onGateway(cluster, gateway, "edit");
}

/** Deletes a Gateway; `options` as kubectl takes them. */
export function deleteGateway(
  cluster: ClusterRef,
  gateway: GatewayName,
  ...options: string[]
): string {
  return onGateway(cluster, gateway, "delete", ...options);
}

/** Replaces the parts of a Gateway that the patch names. */
export function mergeGateway(cluster: ClusterRef, gateway: GatewayName, patch: object): string {
  return onGateway(cluster, gateway, "patch", "--type=merge", "-p", JSON.stringify(patch));
}

/** Changes a Gateway by operations of JSON Patch. */
export function patchGateway(
  cluster: ClusterRef,
  gateway: GatewayName,
  operations: readonly object[],
): string {
  return onGateway(cluster, gateway, "patch", "--type=json", "-p", JSON.stringify(operations));
}
