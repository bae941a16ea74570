/** A WorkloadEntry whose pod is gone. */
interface StaleEntry {
  /** Context of the cluster that holds it. */
  cluster: string;
  namespace: string;
  name: string;
  /** CLUSTER_ID of the cluster that the pod was in. */
  source: string;
  /** `namespace/name` */
  pod: string;
}

/** `data` of the check `stale-workloads`. */
export interface StaleWorkloadsData {
  /** Entries whose pods could be looked for. */
  checked: number;
  stale: StaleEntry[];
}
