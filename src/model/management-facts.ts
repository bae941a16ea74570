/** A cluster as a management plane of Solo's knows it (KubernetesCluster, admin.gloo.solo.io/v2). */
export interface KubernetesClusterFact {
  namespace: string;
  name: string;
  /** status.common.State.approval: `ACCEPTED` where the management plane works with it. */
  approval?: string;
}
