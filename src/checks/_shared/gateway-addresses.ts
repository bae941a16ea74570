import { GATEWAY_NAME, SERVICE_TYPE } from "../../mesh/names.ts";
import { annotateGateway } from "../../mesh/commands/gateways.ts";
import { istiodLog } from "../../mesh/commands/istiod.ts";
import { isOutsideAddress, serviceOf } from "../../mesh/addresses.ts";
import { offersNodePorts } from "../../mesh/data-plane.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact, ServiceFact } from "../../model/facts.ts";
import { fail, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";

/** Addresses of a Gateway's status, as they stand there. */
export interface Addresses {
  /** Those that another cluster may reach. */
  external: string[];
  /** clusterIPs of the Service and its names within the cluster. */
  internal: string[];
}

/** Sorts a Gateway's addresses; without its Service only names within the cluster are known. */
export function addressesOf(
  gateway: GatewayFact,
  services: Gathered<readonly ServiceFact[]>,
): Addresses {
  const service = services.ok ? serviceOf(gateway, services.value) : undefined;
  const isInternal = (value: string): boolean => !isOutsideAddress(value, gateway, service);
  const values = gateway.statusAddresses.map(({ value }) => value);
  return {
    external: values.filter((value) => !isInternal(value)),
    internal: values.filter(isInternal),
  };
}

/** How to get a Service that does not exist. */
export function serviceRemedy({ namespace, name }: GatewayFact, cluster: ClusterRef): Remediation {
  return remedy(
    "Let istiod make the Service again: look at its log, then restart it.",
    kubectl(cluster, "-n", namespace, "get", "services", "-l", `${GATEWAY_NAME}=${name}`),
    istiodLog(cluster),
  );
}

/** How to get an address that other clusters reach, as the Service stands. */
export function addressRemedy(
  gateway: GatewayFact,
  service: ServiceFact | undefined,
  cluster: ClusterRef,
): Remediation {
  const { namespace, name } = gateway;
  const on = (...words: string[]): string => kubectl(cluster, "-n", namespace, ...words);
  if (service && service.type !== "LoadBalancer") {
    return remedy(
      "Make the Service one of type LoadBalancer, so that it gets an address outside the cluster.",
      annotateGateway(cluster, gateway, SERVICE_TYPE, "LoadBalancer"),
      on("get", "service", service.name),
    );
  }
  if (service && service.addresses.length > 0) {
    return remedy(
      `Find out why istiod has not given the Gateway its Service's address ${service.addresses.join(", ")}.`,
      istiodLog(cluster),
    );
  }
  return remedy(
    "Let the load balancer controller give the Service an address: is one installed, and is the quota of the cloud used up?",
    on("describe", "service", service?.name ?? name),
    on("get", "events", `--field-selector=involvedObject.name=${service?.name ?? name}`),
  );
}

/** What is wrong with the addresses of a programmed Gateway; nothing when one is reachable. */
export function addressFault(
  gateway: GatewayFact,
  { external, internal }: Addresses,
  { services }: { services: Gathered<readonly ServiceFact[]> },
  cluster: ClusterRef,
): Finding | undefined {
  if (external.length > 0) return undefined;
  const service = services.ok ? serviceOf(gateway, services.value) : undefined;
  const name = `${gateway.namespace}/${gateway.name}`;
  const details = {
    object: objectRef("Gateway", gateway),
    remediation: addressRemedy(gateway, service, cluster),
  };
  if (internal.length === 0) {
    const message = `${name} is programmed but has no address`;
    if (services.ok && !service) {
      const remediation = serviceRemedy(gateway, cluster);
      return fail(`${message}: it has no Service`, { ...details, remediation });
    }
    const pending =
      service?.type === "LoadBalancer" && service.addresses.length === 0
        ? ": the load balancer of its Service is pending"
        : "";
    return fail(`${message}${pending}`, details);
  }
  const type = service ? `, of a Service of type ${service.type}` : "";
  const only = `${name} has only the address ${internal.join(", ")} within the cluster${type}`;
  return offersNodePorts(gateway)
    ? warn(
        `${only}: traffic can take node ports, but other clusters cannot reach port 15012 (xDS)`,
        details,
      )
    : fail(`${only}: other clusters cannot reach it`, details);
}
