import type { ClusterRef } from "../../model/check.ts";
import type { Listener } from "../listeners.ts";
import { patchGateway } from "./gateways.ts";

/** The Gateway, by its names. */
type GatewayName = Parameters<typeof patchGateway>[1];

/** Gives a Gateway one listener more. */
export function addListener(cluster: ClusterRef, gateway: GatewayName, value: Listener): string {
  return patchGateway(cluster, gateway, [{ op: "add", path: "/spec/listeners/-", value }]);
}

/** Puts the listener at an index, which has the right name, on the right port. */
export function moveListener(
  cluster: ClusterRef,
  gateway: GatewayName,
  index: number,
  { name, port }: Listener,
): string {
  return patchGateway(cluster, gateway, [
    // The order may have changed since.
    { op: "test", path: `/spec/listeners/${index}/name`, value: name },
    { op: "add", path: `/spec/listeners/${index}/port`, value: port },
  ]);
}

/** Gives the listener at an index, which is on the right port, the right name. */
export function renameListener(
  cluster: ClusterRef,
  gateway: GatewayName,
  index: number,
  { name, port }: Listener,
): string {
  return patchGateway(cluster, gateway, [
    // The order may have changed since.
    { op: "test", path: `/spec/listeners/${index}/port`, value: port },
    { op: "replace", path: `/spec/listeners/${index}/name`, value: name },
  ]);
}

/**
 * Puts the wanted listener in the place of the one at an index, which holds its port. A listener that
 * has its name elsewhere is taken away: names are unique.
 */
export function replaceListener(
  cluster: ClusterRef,
  gateway: GatewayName,
  { index, misplaced }: { index: number; misplaced?: number },
  value: Listener,
): string {
  const { name, port } = value;
  return patchGateway(cluster, gateway, [
    // The order may have changed since.
    { op: "test", path: `/spec/listeners/${index}/port`, value: port },
    ...(misplaced === undefined
      ? []
      : [{ op: "test", path: `/spec/listeners/${misplaced}/name`, value: name }]),
    { op: "replace", path: `/spec/listeners/${index}`, value },
    ...(misplaced === undefined ? [] : [{ op: "remove", path: `/spec/listeners/${misplaced}` }]),
  ]);
}
