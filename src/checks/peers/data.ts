import type { Status } from "../../model/report.ts";

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

/** The remote Gateways of a cluster. */
export interface PeersData {
  peers: PeerDetail[];
}
