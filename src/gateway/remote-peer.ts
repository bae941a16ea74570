import { defined } from "../lib/defined.ts";
import { linkListeners } from "../mesh/listeners.ts";
import * as label from "../mesh/names.ts";
import { type GatewayManifest, localityLabels } from "./manifest.ts";
import { peerNames } from "./peer-names.ts";
import type { PeerSource, PeerTarget } from "./peer.ts";

/** A Gateway that `mc link` makes, and the target that it stands for. */
export interface PeerGateway {
  target: PeerTarget;
  manifest: GatewayManifest;
}

/** The Gateways that `mc link` makes on a source, one for each target. */
export function peerGateways(
  source: PeerSource,
  targets: readonly PeerTarget[],
  nodePort: boolean,
): PeerGateway[] {
  return [...peerNames(source, targets)].map(([target, name]) => ({
    target,
    manifest: peerGateway(target, name, source.namespace, nodePort),
  }));
}

function peerGateway(
  target: PeerTarget,
  name: string,
  namespace: string | undefined,
  nodePort: boolean,
): GatewayManifest {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      annotations: {
        [label.SERVICE_ACCOUNT]: target.gatewayName,
        [label.TRUST_DOMAIN]: target.trustDomain,
        ...(nodePort ? { [label.PREFERRED_DATA_PLANE_TYPE]: "NodePort" } : {}),
      },
      labels: {
        [label.CLUSTER]: target.clusterId,
        [label.NETWORK]: target.network,
        ...localityLabels(target),
      },
      name,
      ...defined({ namespace }),
    },
    spec: {
      addresses: [target.address],
      gatewayClassName: label.CLASS_REMOTE,
      listeners: [...linkListeners(nodePort)],
    },
  };
}
