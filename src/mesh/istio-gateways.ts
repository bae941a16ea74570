import type {
  GatewayServerFact,
  IstioGatewayFact,
  ProxyPodFact,
  ServiceFact,
  TlsRouteFact,
} from "../model/facts.ts";
import { PORT_XDS } from "./names.ts";
import { crossNetworkPort, namesItsPort } from "./network-gateways.ts";

/*
 * What the Envoys behind a Service are told to listen to by Gateways of Istio's own kind (Istio 1.24 to
 * 1.31, gateways are selected by the labels of pods).
 */

/** The mode in which an Envoy sends a connection on by the name that it asks for. */
export const AUTO_PASSTHROUGH = "AUTO_PASSTHROUGH";
const PASSTHROUGH = "PASSTHROUGH";

type Labels = ReadonlyMap<string, string>;

function isPartOf(selector: Labels, labels: Labels): boolean {
  return [...selector].every(([key, value]) => labels.get(key) === value);
}

/** The pods with an Envoy that a Service sends to. */
export function podsBehind(
  { namespace, selector }: ServiceFact,
  pods: readonly ProxyPodFact[],
): ProxyPodFact[] {
  if (!selector) return [];
  return pods.filter((pod) => pod.namespace === namespace && isPartOf(selector, pod.labels));
}

/** The Gateways that are for the Envoys behind a Service; where no pod is known, all that may be. */
export function gatewaysFor(
  service: ServiceFact,
  gateways: readonly IstioGatewayFact[],
  pods: readonly ProxyPodFact[],
): IstioGatewayFact[] {
  const behind = podsBehind(service, pods);
  if (behind.length === 0) return [...gateways];
  return gateways.filter(({ selector }) => behind.some(({ labels }) => isPartOf(selector, labels)));
}

/** Whether a server passes on what sidecars of other networks send to the Service. */
export function passesNetworksOn(
  { port, tlsMode }: GatewayServerFact,
  service: ServiceFact,
): boolean {
  // The port that a label names may be another than the one that Envoy listens to.
  const isPort = port === crossNetworkPort(service) || namesItsPort(service);
  return tlsMode === AUTO_PASSTHROUGH && isPort;
}

/** Whether a Gateway passes on what is for istiod. */
export function passesIstiodOn({ servers }: IstioGatewayFact): boolean {
  return servers.some(({ port, tlsMode }) => port === PORT_XDS && tlsMode === PASSTHROUGH);
}

/** Whether a route of the Gateway leads to an istiod. */
export function leadsToIstiod(route: TlsRouteFact, gateway: IstioGatewayFact): boolean {
  const isBound = route.gateways.some((name) =>
    name.includes("/")
      ? name === `${gateway.namespace}/${gateway.name}`
      : name === gateway.name && route.namespace === gateway.namespace,
  );
  const isForPort = route.ports.length === 0 || route.ports.includes(PORT_XDS);
  return isBound && isForPort && route.destinations.some((host) => host.startsWith("istiod"));
}
