import * as label from "../lib/labels.ts";
import type { GatewayFact } from "../model/facts.ts";
import { type GatewayManifest, HBONE, type Locality, localityLabels, XDS } from "./manifest.ts";

/** What a remote Gateway says of the cluster that it stands for. */
export interface PeerTarget extends Locality {
  context: string;
  /** CLUSTER_ID; the network when istiod has none. */
  clusterId: string;
  network: string;
  trustDomain: string;
  /** Of the target's east-west Gateway: its pods run under a ServiceAccount of that name. */
  gatewayName: string;
  address: { type: "IPAddress" | "Hostname"; value: string };
}

/** Where remote Gateways are put. */
export interface PeerSource {
  context: string;
  clusterId: string;
  network: string;
  /** Absent: the namespace of the context. */
  namespace?: string;
  /** Remote Gateways that are there, in that namespace. */
  existing: readonly GatewayFact[];
}

const PREFIX = "istio-remote-peer-";

/** A label value as part of an object name: lower case, without `_`, no dot beside a dash. */
function nameOf(value: string): string {
  const safe = value
    .toLowerCase()
    .replaceAll(/[^\d.a-z-]+/g, "-")
    .replaceAll(/-*\.[.-]*/g, ".");
  return `${PREFIX}${safe.replaceAll(/^[.-]+|[.-]+$/g, "")}`;
}

function standsForAnother(gateway: GatewayFact, target: PeerTarget): boolean {
  const cluster = gateway.labels.get(label.CLUSTER);
  return cluster !== undefined && cluster !== target.clusterId;
}

/**
 * The name of the Gateway on a source for a target: by the target's network, by its cluster when
 * that network is also the source's or another target's, or when the name stands for another
 * cluster already. A Gateway that stands for the target under one of the two names keeps it.
 */
export function peerGatewayName(
  source: PeerSource,
  target: PeerTarget,
  targets: readonly PeerTarget[],
): string {
  const [byNetwork, byCluster] = [nameOf(target.network), nameOf(target.clusterId)];
  const sharedNetwork =
    source.network === target.network ||
    targets.some(
      (other) => other.clusterId !== target.clusterId && nameOf(other.network) === byNetwork,
    );
  const taken = source.existing.find(({ name }) => name === byNetwork);
  return sharedNetwork || (taken && standsForAnother(taken, target)) ? byCluster : byNetwork;
}

/** The Gateway that `mc link` makes on a source for a target. */
export function remotePeerGateway(
  source: PeerSource,
  target: PeerTarget,
  targets: readonly PeerTarget[],
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
      name: peerGatewayName(source, target, targets),
      ...(source.namespace ? { namespace: source.namespace } : {}),
    },
    spec: {
      addresses: [target.address],
      gatewayClassName: label.CLASS_REMOTE,
      listeners: nodePort ? [XDS] : [HBONE, XDS],
    },
  };
}
