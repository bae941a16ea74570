/** Who a cluster is, as far as could be read: what messages and commands name. */
export interface ClusterRef {
  /** Kubeconfig context or recording name: unique in a run, shown to people. */
  context: string;
  /** For `--context` in commands: the context, or `<context>` where none is known. */
  contextArgument: string;
  /** For `--kubeconfig` in commands: the flag of this run; absent where they find it themselves. */
  kubeconfig?: string;
  /** What commands call this program; absent: `mc`. */
  program?: string;
  /** CLUSTER_ID; absent when istiod could not be read or there is none. */
  id?: string;
  /** Label topology.istio.io/network of the istio namespace. */
  network?: string;
  istioNamespace: string;
  /** Version of the judged istiod, such as `1.28.5-solo`. */
  istioVersion?: string;
  /** The time to judge by, ms since the epoch. */
  now: number;
}
