import {
  addListener,
  moveListener,
  renameListener,
  replaceListener,
} from "../../mesh/commands/listeners.ts";
import { EAST_WEST_LISTENERS, type Listener } from "../../mesh/listeners.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact, GatewayListener } from "../../model/facts.ts";

/** What is wrong with a listener, and what mends it. */
interface ListenerFault {
  fault: string;
  summary: string;
  command: string;
  /** The Gateway has the listener, on another port. */
  elsewhere?: true;
}

/**
 * What keeps a remote Gateway from having the listener, with the patch that gives it one; undefined
 * when it has it.
 */
export function listenerFault(
  gateway: GatewayFact,
  wanted: Listener,
  cluster: ClusterRef,
): ListenerFault | undefined {
  const { name, port } = wanted;
  const index = gateway.listeners.findIndex((one) => one.name === name);
  const found = gateway.listeners[index];
  if (!found) return missingListener(gateway, wanted, cluster);
  if (found.port === port) return undefined;
  const holder = gateway.listeners.findIndex((one) => one.port === port);
  return {
    elsewhere: true,
    fault: `listener ${name} is on port ${found.port ?? "(none)"}, not ${port}${held(gateway.listeners[holder])}`,
    summary: `Give the Gateway a listener ${name} on port ${port}.`,
    command: isSpare(gateway.listeners[holder])
      ? replaceListener(cluster, gateway, { index: holder, misplaced: index }, wanted)
      : moveListener(cluster, gateway, index, wanted),
  };
}

function held(holder: GatewayListener | undefined): string {
  return holder ? `, which listener ${holder.name} (${holder.protocol}) holds` : "";
}

/** A listener is there that peering does not know by name, so that it can give way. */
function isSpare(listener: GatewayListener | undefined): boolean {
  return listener !== undefined && !EAST_WEST_LISTENERS.some(({ name }) => name === listener.name);
}

/** The API server refuses a second listener with the port and protocol of another: that is renamed. */
function missingListener(
  gateway: GatewayFact,
  wanted: Listener,
  cluster: ClusterRef,
): ListenerFault {
  const { name, port, protocol } = wanted;
  const { listeners } = gateway;
  const index = listeners.findIndex((one) => one.port === port && one.protocol === protocol);
  const alike = listeners[index];
  if (alike) {
    return {
      fault: `the listener on port ${port} is named ${alike.name}, not ${name}`,
      summary: `Name the Gateway's listener on port ${port} ${name}.`,
      command: renameListener(cluster, gateway, index, wanted),
    };
  }
  const holder = listeners.findIndex((one) => one.port === port);
  return {
    fault: `no listener ${name} on port ${port}${held(listeners[holder])}`,
    summary: `Give the Gateway a listener ${name} on port ${port}.`,
    command: isSpare(listeners[holder])
      ? replaceListener(cluster, gateway, { index: holder }, wanted)
      : addListener(cluster, gateway, wanted),
  };
}
