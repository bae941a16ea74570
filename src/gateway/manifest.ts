import type { Listener } from "../mesh/listeners.ts";
import * as label from "../mesh/names.ts";

/** A Gateway as mc writes it: no status, no nulls, nothing that the server fills in. */
export interface GatewayManifest {
  apiVersion: "gateway.networking.k8s.io/v1";
  kind: "Gateway";
  metadata: {
    annotations?: Record<string, string>;
    labels: Record<string, string>;
    name: string;
    /** Absent: the namespace of the context that it is applied to. */
    namespace?: string;
  };
  spec: {
    addresses?: { type: "IPAddress" | "Hostname"; value: string }[];
    gatewayClassName: string;
    listeners: Listener[];
  };
}

/** Where a workload runs, for locality-aware load balancing. */
export interface Locality {
  region?: string;
  zone?: string;
}

export function localityLabels({ region, zone }: Locality): Record<string, string> {
  return {
    ...(region ? { [label.REGION]: region } : {}),
    ...(zone ? { [label.ZONE]: zone } : {}),
  };
}
