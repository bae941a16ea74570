import type { ServiceRow, ServicesOverview } from "../../mesh/hops/overview.ts";
import type { Finding } from "../../model/report.ts";
import type { UnreadCluster } from "../shared/service-mesh.ts";

/** The tree of `mc services -o json`: fields are added, never changed. */
export interface ServicesTree {
  schemaVersion: "mc.services/v1";
  /** Contexts. */
  clusters: string[];
  /** Clusters that could not be read, and why. */
  unread: {
    /** Context. */
    cluster: string;
    why: string;
  }[];
  services: ServiceRow[];
  /** What is broken, one finding a cause and pair of clusters. */
  findings: Finding[];
}

/** What `mc services` found, before it is shown. */
interface Found extends ServicesOverview {
  clusters: string[];
  unread: readonly UnreadCluster[];
}

/** What machines read. */
export function servicesTree({ clusters, unread, rows, findings }: Found): ServicesTree {
  return {
    schemaVersion: "mc.services/v1",
    clusters,
    unread: unread.map(({ context, cause }) => ({ cluster: context, why: cause.detail })),
    services: rows,
    findings,
  };
}
