import type { EastWestRequest } from "./eastwest.ts";
import type { PeerSource, PeerTarget } from "./peer.ts";
import { peerGateways } from "./remote-peer.ts";

/** An item of `remote.items` of the `peering` Helm chart (Solo's Istio 1.29 or later). */
interface RemoteItem {
  name: string;
  cluster: string;
  network: string;
  addressType: "IPAddress" | "Hostname";
  address: string;
  preferredDataplaneServiceType: "loadbalancer" | "nodeport";
  trustDomain: string;
  region?: string;
  zone?: string;
}

/** The values of the `peering` chart that link one source to its targets. */
export interface PeeringValues {
  remote: { create: true; items: RemoteItem[] };
}

export function peeringValues(
  source: PeerSource,
  targets: readonly PeerTarget[],
  nodePort: boolean,
): PeeringValues {
  const items = peerGateways(source, targets, nodePort).map(({ target, manifest }): RemoteItem => ({
    name: manifest.metadata.name,
    cluster: target.clusterId,
    network: target.network,
    addressType: target.address.type,
    address: target.address.value,
    preferredDataplaneServiceType: nodePort ? "nodeport" : "loadbalancer",
    trustDomain: target.trustDomain,
    ...(target.region ? { region: target.region } : {}),
    ...(target.zone ? { zone: target.zone } : {}),
  }));
  return { remote: { create: true, items } };
}

/** The values of the `peering` chart that expose a cluster. */
export interface EastWestValues {
  eastwest: {
    create: true;
    cluster: string;
    network: string;
    dataplaneServiceTypes: ["loadbalancer" | "nodeport"];
  };
}

/** The same as `eastWestGateway` makes, without what the chart has no value for: region and zone. */
export function eastWestValues({ network, clusterId, nodePort }: EastWestRequest): EastWestValues {
  return {
    eastwest: {
      create: true,
      cluster: clusterId ?? network,
      network,
      dataplaneServiceTypes: [nodePort ? "nodeport" : "loadbalancer"],
    },
  };
}
