import { kubectl } from "../../mesh/commands/shell.ts";
import { NODE_SELECTOR } from "../../mesh/names.ts";
import { usesNodes } from "../../mesh/network-gateways.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { ServiceFact } from "../../model/facts.ts";
import { fail, objectRef, pass, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";

/** How long a load balancer may take, ms. */
const GRACE = 2 * 60_000;

/** Whether istiod finds an address at which others reach the gateway. */
export function addressFinding(service: ServiceFact, cluster: ClusterRef): Finding {
  const object = objectRef("Service", service);
  const name = `Service ${qualified(service)}`;
  const { addresses, type, createdAt } = service;
  if (addresses.length > 0) {
    return pass(`${name} lets others in at ${enumerate(addresses)}`, { object });
  }
  if (usesNodes(service))
    return pass(`${name} lets others in at the addresses of nodes`, { object });
  const isPending = type === "LoadBalancer";
  const message = isPending
    ? `${name} has no address: its load balancer is pending`
    : `${name} is of type ${type}: it has no address outside the cluster`;
  const details = {
    object,
    remediation: remedy(
      `See why it gets none; where there are no load balancers set spec.externalIPs, or type NodePort with annotation ${NODE_SELECTOR}.`,
      kubectl(cluster, "-n", service.namespace, "describe", "service", service.name),
    ),
  };
  const isYoung = createdAt !== undefined && cluster.now - createdAt < GRACE;
  return isPending && isYoung ? warn(message, details) : fail(message, details);
}
