/*
 * What only meshes with peering have.
 */

/** A WorkloadEntry written for a pod of another cluster on a flat network. */
export interface FlatEntryFact {
  namespace: string;
  name: string;
  /** Label solo.io/source-cluster: a CLUSTER_ID. */
  sourceCluster: string;
  /** The pod, from annotation solo.io/peered-workload-uid; absent when it names none. */
  pod?: { namespace: string; name: string };
  /** The annotation as it stands, for messages. */
  uid: string;
  /** The Service that the pod serves, from labels solo.io/parent-service and -namespace. */
  service?: { namespace: string; name: string };
}

/** Which pods that flat entries of other clusters name exist in this cluster. */
export interface SourcePodsFact {
  /** Names of pods that exist, by their namespace. */
  existing: ReadonlyMap<string, ReadonlySet<string>>;
  /** Namespaces that were read. */
  namespaces: ReadonlySet<string>;
}
