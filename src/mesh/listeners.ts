import type { GatewayFact, GatewayListener } from "../model/facts.ts";
import { EXPOSE_ISTIOD, PORT_HBONE, PORT_XDS } from "./names.ts";

/** A listener of a Gateway that takes part in peering. */
export interface Listener {
  name: string;
  port: number;
  protocol: "HBONE" | "TLS";
  tls: { mode: "Passthrough" };
}

/** Data between clusters. */
export const HBONE_LISTENER: Listener = {
  name: "cross-network",
  port: PORT_HBONE,
  protocol: "HBONE",
  tls: { mode: "Passthrough" },
};

/** Discovery between istiods. */
export const XDS_LISTENER: Listener = {
  name: "xds-tls",
  port: PORT_XDS,
  protocol: "TLS",
  tls: { mode: "Passthrough" },
};

/** The listeners of an east-west Gateway. */
export const EAST_WEST_LISTENERS: readonly Listener[] = [HBONE_LISTENER, XDS_LISTENER];

/** The listeners of a remote Gateway: traffic that takes node ports needs none. */
export function linkListeners(nodePort: boolean): readonly Listener[] {
  return nodePort ? [XDS_LISTENER] : [HBONE_LISTENER, XDS_LISTENER];
}

/** Other clusters reach istiod through this east-west Gateway. */
export function exposesIstiod({ labels, listeners }: GatewayFact): boolean {
  return labels.has(EXPOSE_ISTIOD) || listeners.some(({ port }) => port === PORT_XDS);
}

/** The port that a remote Gateway has for a part of peering: its listener's, else the usual one. */
export function portOf({ listeners }: Pick<GatewayFact, "listeners">, wanted: Listener): number {
  return listenerFor(listeners, wanted)?.port ?? wanted.port;
}

/** The listener with the name of the wanted one, else the only one with its protocol. */
function listenerFor(
  listeners: readonly GatewayListener[],
  { name, protocol }: Listener,
): GatewayListener | undefined {
  const named = listeners.find((one) => one.name === name);
  const alike = listeners.filter((one) => one.protocol === protocol);
  return named ?? (alike.length === 1 ? alike[0] : undefined);
}
