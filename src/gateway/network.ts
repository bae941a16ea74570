import { findIstiod } from "../mesh/commands/istiod.ts";
import { DEFAULT_CLUSTER_ID, NETWORK } from "../mesh/names.ts";
import { kubectl } from "../mesh/commands/shell.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import { factOf, hasNamespace, type Problem, problem, read, unread } from "./problem.ts";

const LONGEST_LABEL = 63;

/** A name for the network of a cluster: its CLUSTER_ID, else what a label can take of the context. */
function suggestion({ id, context }: ClusterRef): string {
  const name = id === undefined || id === DEFAULT_CLUSTER_ID ? context : id;
  return name
    .replaceAll(/[^\w.-]+/g, "-")
    .slice(0, LONGEST_LABEL)
    .replaceAll(/^[^a-z\d]+|[^a-z\d]+$/gi, "");
}

/** What stands against knowing the network of a cluster, which is a label of its istio namespace. */
export function networkProblems(cluster: GatheredCluster): Problem[] {
  const problems: Problem[] = [];
  const namespaces = read(cluster, "namespaces", problems);
  const { ref } = cluster;
  if (!namespaces || ref.network) return problems;
  const name = ref.istioNamespace;
  const exists = hasNamespace(cluster, namespaces, name);
  if (exists === undefined) {
    const show = kubectl(ref, "get", "namespace", name, "--show-labels");
    return [problem(ref, `namespace ${name} could not be read: its network is not known`, show)];
  }
  if (!exists) {
    const find = findIstiod(ref, "deployments");
    return [problem(ref, `istio namespace ${name} does not exist: -i names another`, find)];
  }
  const istiods = factOf(cluster, "istiods");
  if ("missing" in istiods) {
    // It may be another: a label on this one would do nothing, or give a second network.
    const what = `namespace ${name} has no label ${NETWORK}; whether istiod runs there is not known`;
    return [unread(ref, what, istiods.missing)];
  }
  const value = suggestion(ref) || "<network>";
  return [
    problem(
      ref,
      `namespace ${name} has no label ${NETWORK}`,
      kubectl(ref, "label", "namespace", name, `${NETWORK}=${value}`),
    ),
  ];
}
