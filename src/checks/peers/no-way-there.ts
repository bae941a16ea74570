import { PREFERRED_DATA_PLANE_TYPE } from "../../mesh/names.ts";
import { annotateGateway } from "../../mesh/commands/gateways.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { LOWER_NODE_PORT, prefersNodePorts } from "../../mesh/data-plane.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { GatewayFact } from "../../model/facts.ts";
import { remedy, step } from "../../model/finding.ts";
import type { Remediation } from "../../model/report.ts";

/**
 * What to do about a peer that is in sync while its data plane stays pending.
 *
 * @param ports of the peer, in words
 * @param look commands that show the Gateway and istiod's log
 */
export function noWayThere(
  gateway: GatewayFact,
  { ports, look }: { ports: string; look: readonly string[] },
  cluster: ClusterRef,
): Remediation {
  const entries = kubectl(cluster, "-n", gateway.namespace, "get", "workloadentries");
  const value = gateway.annotations.get(PREFERRED_DATA_PLANE_TYPE);
  if (!prefersNodePorts(gateway) || value === LOWER_NODE_PORT) {
    return remedy(
      `Correct the data plane of the link: ${ports}, or with NodePort the node addresses of the peer.`,
      entries,
      ...look,
    );
  }
  return step(
    `Correct the data plane of the link: the node addresses of the peer. Of 1.30.2 there is a report that annotation ${PREFERRED_DATA_PLANE_TYPE} is only read in lower case: try that where the rest is right.`,
    annotateGateway(cluster, gateway, PREFERRED_DATA_PLANE_TYPE, LOWER_NODE_PORT),
    entries,
    ...look,
  );
}
