import { ACCEPTED, CLASS_COMMUNITY, GATEWAY_NAME, PROGRAMMED } from "../../mesh/names.ts";
import { describeGateway } from "../../mesh/commands/gateways.ts";
import { findIstiod, istiodLog } from "../../mesh/commands/istiod.ts";
import { serviceOf } from "../../mesh/addresses.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayClassFact, GatewayFact, PodFact, ServiceFact } from "../../model/facts.ts";
import { checkOf, remedy } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { CheckName, Remediation } from "../../model/report.ts";
import { addressRemedy, serviceRemedy } from "./gateway-addresses.ts";
import { classFault, conditionOf, conditionText, isUnreconciled } from "../../mesh/conditions.ts";

/** What a Gateway depends on, as far as it could be read. */
export interface Surroundings {
  services: Gathered<readonly ServiceFact[]>;
  gatewayClasses: Gathered<readonly GatewayClassFact[]>;
  gatewayPods: Gathered<readonly PodFact[]>;
}

interface GatewayFault {
  why: string;
  remediation: Remediation;
  blockedBy?: CheckName;
}

/** What to look at when istiod does not take up a Gateway or a GatewayClass. */
export function istiodRemedy(className: string, cluster: ClusterRef): Remediation {
  const who =
    className === CLASS_COMMUNITY
      ? "an istiod with AMBIENT_ENABLE_MULTI_NETWORK=true"
      : "an istiod of Solo's distribution with ENABLE_PEERING_DISCOVERY=true";
  return remedy(
    `Run ${who}: it makes the class and takes up its Gateways.`,
    kubectl(cluster, "get", "gatewayclasses", className),
    findIstiod(cluster, "deployments", "-o", "wide"),
    istiodLog(cluster),
  );
}

/** Why an east-west Gateway is not Programmed: its class, its Service, its pods, its load balancer. */
export function whyNotProgrammed(
  gateway: GatewayFact,
  around: Surroundings,
  cluster: ClusterRef,
): GatewayFault {
  const said = conditionText(gateway, PROGRAMMED);
  const byClass = classCause(gateway, around, said, cluster);
  if (isUnreconciled(gateway)) {
    const remediation = istiodRemedy(gateway.className, cluster);
    return byClass ?? { why: `no controller has taken it up; ${said}`, remediation };
  }
  const remediation = describeRemedy(gateway, cluster);
  if (conditionOf(gateway, ACCEPTED)?.status === "False") {
    return { why: conditionText(gateway, ACCEPTED), remediation };
  }
  // A controller has judged it, so its class is the last thing to suspect.
  return serviceCause(gateway, around, said, cluster) ?? byClass ?? { why: said, remediation };
}

function describeRemedy(gateway: GatewayFact, cluster: ClusterRef): Remediation {
  return remedy(
    "Correct what the conditions and events of the Gateway name.",
    describeGateway(cluster, gateway),
  );
}

function classCause(
  gateway: GatewayFact,
  { gatewayClasses }: Surroundings,
  said: string,
  cluster: ClusterRef,
): GatewayFault | undefined {
  const fault = gatewayClasses.ok ? classFault(gateway.className, gatewayClasses.value) : undefined;
  return fault === undefined
    ? undefined
    : { why: `${fault}; ${said}`, remediation: istiodRemedy(gateway.className, cluster) };
}

function serviceCause(
  gateway: GatewayFact,
  { services, gatewayPods }: Surroundings,
  said: string,
  cluster: ClusterRef,
): GatewayFault | undefined {
  const programmed = conditionOf(gateway, PROGRAMMED);
  const service = services.ok ? serviceOf(gateway, services.value) : undefined;
  if (programmed?.reason === "AddressNotUsable" || (services.ok && !service)) {
    return {
      why: `${service ? "its Service is not usable" : "it has no Service"}; ${said}`,
      remediation: serviceRemedy(gateway, cluster),
    };
  }
  const isPending = service
    ? service.type === "LoadBalancer" && service.addresses.length === 0
    : programmed?.reason === "AddressNotAssigned";
  const saysNoPods = /no instances/i.test(programmed?.message ?? "");
  if (isPending && !saysNoPods) {
    return {
      why: `the load balancer of its Service is pending; ${said}`,
      remediation: addressRemedy(gateway, service, cluster),
    };
  }
  if (saysNoPods || isPodless(gateway, gatewayPods)) {
    const { namespace, name } = gateway;
    return {
      why: `no ready pod stands behind it; ${said}`,
      remediation: remedy(
        "Get the gateway's pods ready.",
        kubectl(cluster, "-n", namespace, "get", "pods", "-l", `${GATEWAY_NAME}=${name}`),
      ),
      blockedBy: checkOf(cluster.context, "pods-eastwest"),
    };
  }
  return undefined;
}

function isPodless({ namespace, name }: GatewayFact, pods: Gathered<readonly PodFact[]>): boolean {
  return (
    pods.ok &&
    !pods.value.some(
      (pod) => pod.healthy && pod.namespace === namespace && pod.labels.get(GATEWAY_NAME) === name,
    )
  );
}
