import { addListener, moveListener, renameListener } from "../../mesh/commands/listeners.ts";
import type { Listener } from "../../mesh/listeners.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";

/** What is wrong with a listener, and what mends it. */
interface ListenerFault {
  fault: string;
  summary: string;
  command: string;
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
  return {
    fault: `listener ${name} is on port ${found.port ?? "(none)"}, not ${port}`,
    summary: `Give the Gateway a listener ${name} on port ${port}.`,
    command: moveListener(cluster, gateway, index, wanted),
  };
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
  return {
    fault: `no listener ${name} on port ${port}`,
    summary: `Give the Gateway a listener ${name} on port ${port}.`,
    command: addListener(cluster, gateway, wanted),
  };
}
