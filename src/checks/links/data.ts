import type { GatewayName, LinkEdge } from "../../model/links.ts";

/** A kubeconfig by which one cluster of the run reads another. */
export interface ReadEdge {
  /** Context of the cluster that has it. */
  from: string;
  /** Context of the cluster that its kubeconfig leads to. */
  to: string;
  /** The remote secret that has it; absent where it is in a file. */
  secret?: GatewayName;
  /** The path of its file in istiod's container, with PILOT_MULTICLUSTER_KUBECONFIG_PATH. */
  file?: string;
  /** What istiod of `from` says of it: synced, syncing, timeout or closed; absent where that is not known. */
  status?: string;
  /** Services of which istiod of `from` has endpoints in `to`; absent where that was not read. */
  services?: number;
  /** Address and port of the gateways by which `from` reaches `to`; absent where that was not read. */
  gateways?: string[];
  /** Both are on one network: pods are reached without a gateway, and there are no `gateways`. */
  direct?: true;
}

/** The link topology of the mesh. */
export interface LinksData {
  /** Contexts, in the order of the run. */
  clusters: string[];
  /** Contexts whose Gateways could not be read: links from them are not known. */
  unread: string[];
  /** Contexts with no link in either direction; without those of which it is not known. */
  unlinked: string[];
  edges: LinkEdge[];
  /** Who reads whom, where clusters find each other by remote secrets; there are no edges then. */
  reads?: ReadEdge[];
}
