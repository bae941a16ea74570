/*
 * What checks say of workloads and pods; src/model/facts.ts has the rest. Times are ms since the
 * epoch.
 */

/** An environment variable that mc knows; others never enter a fact (they may be secrets). */
export type EnvValue =
  | {
      kind: "value";
      value: string;
      /** `ConfigMap ns/name key k` when it came by reference. */ from?: string;
    }
  /** Set by a reference that could not be followed: `why` says so in words. */
  | {
      kind: "unresolved";
      from: string;
      why: string;
      /** Perhaps not set at all: `from` is a whole Secret, whose keys are not known. */
      perhaps?: true;
    };

/** Known variables that are set, by name. */
export type Env = ReadonlyMap<string, EnvValue>;

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

/** A condition that may say of which generation of its object it was written. */
export interface ObservedCondition extends Condition {
  observedGeneration?: number;
}

export interface ContainerImage {
  container: string;
  image: string;
}

/** A toleration of a pod; what it does not say is empty. */
export interface TolerationFact {
  key: string;
  /** `Exists`, or `Equal`, which is also meant when it is empty. */
  operator: string;
  value: string;
  effect: string;
}

/** What a node must have: an expression of a node selector term. */
export interface NodeRequirement {
  /** It is about a field of the node, not about a label. */
  field: boolean;
  key: string;
  /** In, NotIn, Exists, DoesNotExist, Gt or Lt. */
  operator: string;
  values: string[];
}

/** Where Kubernetes may put the pods of a DaemonSet. */
export interface SchedulingFact {
  nodeSelector: ReadonlyMap<string, string>;
  tolerations: TolerationFact[];
  /** Required node affinity: terms, of which one must be met whole. Absent: any node will do. */
  affinity?: NodeRequirement[][];
}

/** A Deployment or DaemonSet of a component. */
export interface WorkloadFact {
  kind: "Deployment" | "DaemonSet";
  namespace: string;
  name: string;
  labels: ReadonlyMap<string, string>;
  /** Replicas (Deployment) or nodes (DaemonSet) wanted; absent when the status does not say. */
  desired?: number;
  ready?: number;
  images: ContainerImage[];
  /** Label app.kubernetes.io/version of the object or its pod template. */
  versionLabel?: string;
  /** Of its pods; absent where the template does not say. */
  serviceAccount?: string;
  /** Known variables of the main container (`discovery`, `istio-proxy`, `install-cni`). */
  env: Env;
  /** Conditions that are not as they should be, such as ReplicaFailure: quota, admission. */
  conditions: Condition[];
  /** Of a DaemonSet. */
  scheduling?: SchedulingFact;
}

/** An istiod Deployment (`app=istiod`). */
export interface IstiodFact extends WorkloadFact {
  /** Label istio.io/rev; `default` when absent. */
  revision: string;
  /** Env CLUSTER_ID; `Kubernetes` when unset, as istiod takes it; absent when unresolved. */
  clusterId?: string;
  /** ENABLE_PEERING_DISCOVERY is `true`. */
  peering: boolean;
  /** Container `discovery` was found. */
  hasDiscovery: boolean;
  /** Argument --tlsCertFile, with --tlsKeyFile: its certificate comes from files, as of istio-csr. */
  certificateFile?: string;
}

export interface IstiodsFact {
  /** The ones to judge: of `-r`, else those with peering enabled, else all. */
  judged: IstiodFact[];
  /** The rest: listed, not judged. */
  others: IstiodFact[];
}

/** A pod in kubectl's terms. */
export interface PodFact {
  namespace: string;
  name: string;
  labels: ReadonlyMap<string, string>;
  /** Who made it and keeps it; absent where nobody does, or a recording does not say. */
  owner?: { kind: string; name: string };
  phase: string;
  /** STATUS as kubectl prints it: Running, CrashLoopBackOff, Evicted, Terminating, Init:0/1… */
  status: string;
  /** Containers ready and in all, as READY prints them. */
  ready: number;
  total: number;
  restarts: number;
  /** When the last container that restarted had ended. */
  restartedAt?: number;
  createdAt?: number;
  /** Running, all containers ready, not being deleted. */
  healthy: boolean;
  /** Phase Succeeded or Failed: it will not run again. */
  finished: boolean;
  deleting: boolean;
  /** Why it is not healthy: waiting reason, unschedulable message, last termination. */
  why?: string;
  /** The container that keeps it from being healthy, where one does: its log tells more. */
  failing?: string;
  nodeName?: string;
  images: ContainerImage[];
  versionLabel?: string;
  /** Known variables of all its containers. */
  env: Env;
  /** Annotation prometheus.io/port. */
  metricsPort?: number;
}
