import type { ClusterRef } from "../../model/check.ts";
import { GATEWAY_RESOURCE } from "../names.ts";
import { kubectl } from "./shell.ts";

/** Sets a label of a Gateway; the plural resource, as `gateway` may also be Istio's own. */
export function labelGateway(
  cluster: ClusterRef,
  gateway: { namespace: string; name: string },
  key: string,
  value: string,
): string {
  return kubectl(
    cluster,
    "-n",
    gateway.namespace,
    "label",
    GATEWAY_RESOURCE,
    gateway.name,
    `${key}=${value}`,
    "--overwrite",
  );
}

/** Shows a Gateway with its conditions. */
export function showGateway(
  cluster: ClusterRef,
  gateway: { namespace: string; name: string },
): string {
  return kubectl(
    cluster,
    "-n",
    gateway.namespace,
    "get",
    GATEWAY_RESOURCE,
    gateway.name,
    "-o",
    "yaml",
  );
}
