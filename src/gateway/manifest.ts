import * as label from "../mesh/names.ts";

export interface Listener {
  name: string;
  port: number;
  protocol: "HBONE" | "TLS";
  tls: { mode: "Passthrough" };
}

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

/** Data between clusters. */
export const HBONE: Listener = {
  name: "cross-network",
  port: label.PORT_HBONE,
  protocol: "HBONE",
  tls: { mode: "Passthrough" },
};

/** Discovery between istiods. */
export const XDS: Listener = {
  name: "xds-tls",
  port: label.PORT_XDS,
  protocol: "TLS",
  tls: { mode: "Passthrough" },
};

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
