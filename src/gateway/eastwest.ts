import { defined } from "../lib/defined.ts";
import { EAST_WEST_LISTENERS } from "../mesh/listeners.ts";
import * as label from "../mesh/names.ts";
import { type GatewayManifest, type Locality, localityLabels } from "./manifest.ts";

export interface EastWestRequest extends Locality {
  network: string;
  /** CLUSTER_ID; absent when istiod has none: the network stands in for it. */
  clusterId?: string;
  namespace?: string;
  /** Other clusters shall reach the data plane through node ports. */
  nodePort: boolean;
}

/** The Gateway that `mc expose` makes. */
export function eastWestGateway(request: EastWestRequest): GatewayManifest {
  const { network, clusterId, namespace, nodePort } = request;
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      ...(nodePort ? { annotations: { [label.DATA_PLANE_TYPE]: "NodePort" } } : {}),
      labels: {
        [label.EXPOSE_ISTIOD]: String(label.PORT_XDS),
        [label.CLUSTER]: clusterId ?? network,
        [label.NETWORK]: network,
        ...localityLabels(request),
      },
      name: label.EAST_WEST_NAME,
      ...defined({ namespace }),
    },
    spec: { gatewayClassName: label.CLASS_EAST_WEST, listeners: [...EAST_WEST_LISTENERS] },
  };
}
