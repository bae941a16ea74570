import type { Status } from "./report.ts";

/*
 * The `data` of results, by check: what a reporter needs beyond findings to show the details that
 * `--verbose` asks for. Fields are added, never changed.
 */

/** A pod as a line of `kubectl get pods`. */
export interface PodRow {
  namespace: string;
  name: string;
  /** `1/1` */
  ready: string;
  status: string;
  restarts: number;
  /** How long ago the last restart was: kubectl prints `3 (5m ago)` in RESTARTS. */
  restarted?: string;
  /** `10m18s` */
  age: string;
}

/** Of `pods-istiod`, `pods-ztunnel` and `pods-cni`. */
export interface PodsData {
  rows: PodRow[];
}

/** The pods of one east-west Gateway: text has one line for each. */
interface GatewayPods {
  namespace: string;
  name: string;
  /** Of this Gateway's findings. */
  status: Status;
  summary: string;
  rows: PodRow[];
  /** Which of the result's findings are this Gateway's, by index. */
  findings: number[];
}

/** Of `pods-eastwest`. */
export interface EastWestPodsData {
  gateways: GatewayPods[];
}

/** An east-west Gateway in the details of the Gateway Check. */
interface GatewayDetail {
  namespace: string;
  name: string;
  /** From its status. */
  addresses: string[];
  /** Of this Gateway's findings: the symbol after the text. */
  status: Status;
  /** `programmed`, or what it is instead. */
  state: string;
}

/** Of `gateways`. */
export interface GatewaysData {
  gateways: GatewayDetail[];
}

/** A remote Gateway in the details of the Peers Check. */
export interface PeerDetail {
  namespace: string;
  name: string;
  /** The cluster it stands for, as its labels say. */
  cluster: string;
  /** From its spec. */
  addresses: string[];
  conditions: { type: string; status: string }[];
  connected: boolean;
  /** Stands for the cluster it is in: listed, not judged. */
  self: boolean;
  /** Of this Gateway's findings: the symbol after the text. */
  status: Status;
  /** `connected`, or what it is instead. */
  state: string;
}

/** Of `peers`. */
export interface PeersData {
  peers: PeerDetail[];
}
