import { kubectl } from "../../mesh/commands/shell.ts";
import {
  AUTO_PASSTHROUGH,
  gatewaysFor,
  passesNetworksOn,
  podsBehind,
} from "../../mesh/istio-gateways.ts";
import { crossNetworkPort, isCrossNetworkService } from "../../mesh/network-gateways.ts";
import { GATEWAY_NAME, ISTIO_GATEWAY_RESOURCE } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { IstioGatewaysFact, ProxyPodFact, ServiceFact } from "../../model/facts.ts";
import { fail, info, objectRef, pass, step, warn } from "../../model/finding.ts";
import { valueOr, type Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

/** All services of the mesh, as Istio's guides expose them. */
const ALL_HOSTS: ReadonlySet<string> = new Set(["*.local", "*"]);
const VIEW = "ISTIO_META_REQUESTED_NETWORK_VIEW";
/** Pods named in a finding. */
const FEW = 3;

interface Config {
  istioGateways: Gathered<IstioGatewaysFact>;
  proxyPods: Gathered<ProxyPodFact[]>;
}

/** Whether the Envoys behind a gateway's Service pass on what sidecars of other networks send. */
export function passthroughFindings(
  service: ServiceFact,
  { istioGateways, proxyPods }: Config,
  network: string | undefined,
  cluster: ClusterRef,
): Finding[] {
  // Of a Gateway of the Gateway API istiod makes what Envoy listens to.
  if (!isCrossNetworkService(service) || service.labels.has(GATEWAY_NAME)) return [];
  const name = `Service ${qualified(service)}`;
  const object = objectRef("Service", service);
  if (!istioGateways.ok) {
    return [notChecked(`Gateways of Istio's own kind for ${name}`, istioGateways, { object })];
  }
  const { gateways } = istioGateways.value;
  const pods = valueOr(proxyPods, []);
  const servers = gatewaysFor(service, gateways, pods).flatMap((one) => one.servers);
  const passing = servers.filter((server) => passesNetworksOn(server, service));
  const views = network === undefined ? [] : viewFindings(service, pods, network, cluster);
  if (passing.length === 0) {
    const port = crossNetworkPort(service);
    const others = servers.filter((server) => server.port === port);
    const modes = others.map(({ tlsMode }) => tlsMode ?? "none");
    const why =
      others.length > 0
        ? `the Gateway for its pods has TLS mode ${enumerate(modes)} at port ${port}`
        : `no Gateway for its pods has port ${port} with TLS mode ${AUTO_PASSTHROUGH}`;
    return [
      fail(`${name} takes connections of other networks, and Envoy ends them: ${why}`, {
        object,
        remediation: step(
          `Apply Istio's samples/multicluster/expose-services.yaml: a Gateway (networking.istio.io) that selects the gateway's pods, with port ${port}, protocol TLS, mode ${AUTO_PASSTHROUGH} and hosts *.local.`,
          kubectl(cluster, "get", ISTIO_GATEWAY_RESOURCE, "-A", "-o", "yaml"),
        ),
      }),
      ...views,
    ];
  }
  const hosts = [...new Set(passing.flatMap((server) => server.hosts))];
  const isPartial = !hosts.some((host) => ALL_HOSTS.has(host.replace(/^.*\//, "")));
  return [
    isPartial
      ? info(`${name} lets other networks in to ${enumerate(hosts, FEW)} only`, { object })
      : pass(`${name} passes on what other networks send`, { object }),
    ...views,
  ];
}

/** A gateway that is not told its network is sent the endpoints of all, and sends connections in circles. */
function viewFindings(
  service: ServiceFact,
  pods: readonly ProxyPodFact[],
  network: string,
  cluster: ClusterRef,
): Finding[] {
  const all = podsBehind(service, pods).filter(({ networkView }) => networkView !== network);
  if (all.length === 0) return [];
  const message = `${VIEW} is not ${network} in ${enumerate(all.map(qualified), FEW)}: the gateway may send what it gets to other networks again`;
  const show = kubectl(cluster, "-n", service.namespace, "get", "deployments", "-o", "yaml");
  return [
    warn(message, {
      object: objectRef("Service", service),
      remediation: step(
        `Set the variable of the gateway's proxy; with Helm, set value networkGateway=${network}.`,
        show,
      ),
    }),
  ];
}
