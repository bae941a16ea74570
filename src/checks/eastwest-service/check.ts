import { showService } from "../../mesh/commands/services.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { isTrue } from "../../mesh/conditions.ts";
import { isRemote } from "../../mesh/kind.ts";
import { CLASS_COMMUNITY, GATEWAY_RESOURCE, NETWORK, PROGRAMMED } from "../../mesh/names.ts";
import {
  isCrossNetworkService,
  isHboneService,
  networkServices,
} from "../../mesh/network-gateways.ts";
import { serviceOf } from "../../mesh/addresses.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { GatewayFact, NamespaceFact, ServiceFact } from "../../model/facts.ts";
import { fail, objectRef, pass, remedy, skip, step, summarize, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { addressFinding } from "./address.ts";
import { passthroughFindings } from "./passthrough.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "eastwest-service": undefined;
  }
}

/** The label by which Istio's own manifests call the gateway. */
const CALLED = ["istio", "eastwestgateway"] as const;

function relabel(service: ServiceFact, network: string | undefined, cluster: ClusterRef): string {
  const label = `${NETWORK}=${network ?? "<network>"}`;
  const words = ["-n", service.namespace, "label", "service", service.name, label, "--overwrite"];
  return kubectl(cluster, ...words);
}

/** A Service that carries a network's name: does it let others in, and for the right network? */
function serviceFindings(
  service: ServiceFact,
  label: string,
  network: string | undefined,
  cluster: ClusterRef,
): Finding[] {
  const object = objectRef("Service", service);
  const name = `Service ${qualified(service)}`;
  if (!isCrossNetworkService(service) && !isHboneService(service)) {
    const message = `${name} is labelled for network ${label}, but has neither port 15443 nor 15008: istiod takes it for no gateway`;
    const show = showService(cluster, service);
    return [
      warn(message, {
        object,
        remediation: step("Give it the port, or take the label away.", show),
      }),
    ];
  }
  if (network !== undefined && label !== network) {
    return [
      fail(`${name} is a gateway of network ${label}, but the cluster's network is ${network}`, {
        object,
        remediation: remedy(
          "Label it with the network of its cluster; with Helm, set value networkGateway.",
          relabel(service, network, cluster),
        ),
      }),
    ];
  }
  return [addressFinding(service, cluster)];
}

/** Called as an east-west gateway, and for no network. */
function unlabelled(
  services: readonly ServiceFact[],
  network: string | undefined,
  cluster: ClusterRef,
): Finding[] {
  const [key, value] = CALLED;
  return services
    .filter(({ labels }) => labels.get(key) === value && !labels.has(NETWORK))
    .map((service) =>
      fail(`Service ${qualified(service)} has no label ${NETWORK}: it is a gateway for nobody`, {
        object: objectRef("Service", service),
        remediation: remedy(
          "Label it with the network of its cluster; with Helm, set value networkGateway.",
          relabel(service, network, cluster),
        ),
      }),
    );
}

/** A Gateway of ambient, by what istiod says of it. */
function gatewayFinding(gateway: GatewayFact, cluster: ClusterRef): Finding {
  const object = objectRef("Gateway", gateway);
  const name = `Gateway ${qualified(gateway)}`;
  const isReady = isTrue(gateway, PROGRAMMED) && gateway.statusAddresses.length > 0;
  const values = gateway.statusAddresses.map(({ value }) => value);
  if (isReady) return pass(`${name} lets others in at ${enumerate(values)}`, { object });
  const show = kubectl(
    cluster,
    "-n",
    gateway.namespace,
    "describe",
    `${GATEWAY_RESOURCE}/${gateway.name}`,
  );
  return fail(`${name} is not programmed with an address: other networks cannot get in`, {
    object,
    remediation: step("See what its conditions and its Service say.", show),
  });
}

function networkOf(namespaces: readonly NamespaceFact[], istioNamespace: string) {
  return namespaces.find(({ name }) => name === istioNamespace)?.labels.get(NETWORK) || undefined;
}

export const eastwestService = clusterCheck({
  id: "eastwest-service",
  title: "East-West Service Check",
  meshKind: "community",
  view: { rank: 440, passesInBrief: true },
  why: "Pods of other networks reach those of this one through a gateway that istiod finds by the label of its Service: with no address, another label or no port it sends them to addresses that lead nowhere.",
  reads: `Services with label ${NETWORK} or istio=eastwestgateway, Gateways of class ${CLASS_COMMUNITY}, the label of the istio namespace; /debug/networkz of istiod, for gateways that are set otherwise; Gateways of networking.istio.io and the pods that they select.`,
  faults: [
    "Other clusters are on another network, and there is no gateway for this one.",
    "The gateway's Service has no address outside the cluster.",
    "Its label is another network than the cluster's, or missing.",
    "A Service with the label has no port of a gateway (warning).",
    "No Gateway of networking.istio.io has its pods pass on what other networks send: port 15443 with TLS mode AUTO_PASSTHROUGH.",
    "Its pods are not told their network by ISTIO_META_REQUESTED_NETWORK_VIEW (warning).",
    `A Gateway of class ${CLASS_COMMUNITY} is not programmed with an address.`,
  ],
  fixes: [
    "Install the east-west gateway with the network's name: value networkGateway of Istio's gateway chart.",
    "Apply Istio's samples/multicluster/expose-services.yaml.",
    "Where there are no load balancers, set spec.externalIPs of the Service, or annotation traffic.istio.io/nodeSelector with NodePorts.",
  ],
  needs: ["services", "istioNamespace"],
  uses: ["gateways", "namespaces", "endpoints", "istiods", "istioGateways", "proxyPods"],
  run(facts, { cluster, clusters, kinds }) {
    const { services, istioNamespace, gateways, namespaces, endpoints } = facts;
    const network = networkOf(valueOr(namespaces, []), istioNamespace);
    const all = valueOr(gateways, { served: false, eastWest: [], remote: [] }).eastWest;
    const eastWest = all.filter(({ className }) => className === CLASS_COMMUNITY);
    const managed = new Set(all.map((gateway) => serviceOf(gateway, services)));
    const own = networkServices(services).filter(({ service }) => !managed.has(service));
    const findings = [
      ...own.flatMap((one) => serviceFindings(one.service, one.network, network, cluster)),
      // The gateways of a cluster without an istiod go by the Gateways of its primary.
      ...(isRemote(kinds, facts.istiods)
        ? []
        : own.flatMap(({ service }) => passthroughFindings(service, facts, network, cluster))),
      ...unlabelled(services, network, cluster),
      ...eastWest.map((gateway) => gatewayFinding(gateway, cluster)),
      ...(gateways.ok ? [] : [notChecked("Gateways", gateways)]),
    ];
    const others = new Set(
      clusters.flatMap((one) =>
        one !== cluster && one.network !== undefined && one.network !== network
          ? [one.network]
          : [],
      ),
    );
    const known = endpoints.ok && endpoints.value ? valueOr(endpoints.value.gateways, []) : [];
    const isSetOtherwise = known.some((one) => one.network === network);
    const isGateway = findings.length > (gateways.ok ? 0 : 1);
    const isNeeded = others.size > 0 && network !== undefined && !kinds.has("peering");
    if (!isGateway && isNeeded && !isSetOtherwise && gateways.ok) {
      const message = `no gateway of network ${network} for ${enumerate([...others])}: no Service has label ${NETWORK} and port 15443`;
      const show = kubectl(cluster, "get", "services", "-A", "-l", NETWORK);
      const remediation = step(
        `Install an east-west gateway: Istio's gateway chart with networkGateway=${network}.`,
        show,
      );
      findings.push(fail(message, { remediation }));
    }
    if (findings.length === 0) {
      const message = isNeeded
        ? "its gateway is set by the mesh configuration"
        : "no other network needs one";
      return { summary: message, findings: [skip(message)] };
    }
    return { findings, summary: summarize(findings, "other networks have a way in") };
  },
});
