import { PORT_HBONE, PORT_XDS } from "../../mesh/names.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";

/** A listener that a remote Gateway should have. */
interface Wanted {
  name: string;
  port: number;
  protocol: string;
}

/** The control plane's, which every remote Gateway needs. */
export const XDS: Wanted = { name: "xds-tls", port: PORT_XDS, protocol: "TLS" };
/** The data plane's; with node ports it needs none. */
export const CROSS_NETWORK: Wanted = {
  name: "cross-network",
  port: PORT_HBONE,
  protocol: "HBONE",
};

/** What is wrong with a listener, and what mends it. */
interface ListenerFault {
  fault: string;
  summary: string;
  command: string;
}

/** `kubectl patch` with what JSON Patch adds or replaces. */
function patch(
  { namespace, name }: GatewayFact,
  operations: readonly object[],
  cluster: ClusterRef,
): string {
  const json = JSON.stringify(operations);
  const resource = "gateways.gateway.networking.k8s.io";
  return kubectl(cluster, "-n", namespace, "patch", resource, name, "--type=json", "-p", json);
}

/**
 * What keeps a remote Gateway from having the listener, with the patch that gives it one; undefined
 * when it has it.
 */
export function listenerFault(
  gateway: GatewayFact,
  { name, port, protocol }: Wanted,
  cluster: ClusterRef,
): ListenerFault | undefined {
  const { listeners } = gateway;
  const index = listeners.findIndex((one) => one.name === name);
  const found = listeners[index];
  if (!found) return missingListener(gateway, { name, port, protocol }, cluster);
  if (found.port === port) return undefined;
  const replace = [
    // The order may have changed since.
    { op: "test", path: `/spec/listeners/${index}/name`, value: name },
    { op: "add", path: `/spec/listeners/${index}/port`, value: port },
  ];
  return {
    fault: `listener ${name} is on port ${found.port ?? "(none)"}, not ${port}`,
    summary: `Give the Gateway a listener ${name} on port ${port}.`,
    command: patch(gateway, replace, cluster),
  };
}

/** The API server refuses a second listener with the port and protocol of another: that is renamed. */
function missingListener(
  gateway: GatewayFact,
  { name, port, protocol }: Wanted,
  cluster: ClusterRef,
): ListenerFault {
  const { listeners } = gateway;
  const index = listeners.findIndex((one) => one.port === port && one.protocol === protocol);
  const alike = listeners[index];
  if (alike) {
    const rename = [
      { op: "test", path: `/spec/listeners/${index}/port`, value: port },
      { op: "replace", path: `/spec/listeners/${index}/name`, value: name },
    ];
    return {
      fault: `the listener on port ${port} is named ${alike.name}, not ${name}`,
      summary: `Name the Gateway's listener on port ${port} ${name}.`,
      command: patch(gateway, rename, cluster),
    };
  }
  const value = { name, port, protocol, tls: { mode: "Passthrough" } };
  const add = [{ op: "add", path: "/spec/listeners/-", value }];
  return {
    fault: `no listener ${name} on port ${port}`,
    summary: `Give the Gateway a listener ${name} on port ${port}.`,
    command: patch(gateway, add, cluster),
  };
}
