import { narrowedList } from "../facts/narrowed.ts";
import { CLUSTER } from "../mesh/names.ts";
import { enumerate } from "../mesh/wording.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewayFact, IstiodFact } from "../model/facts.ts";
import { RESOURCES } from "../model/resource.ts";
import { factOf, type Problem, problem, unread } from "./problem.ts";

/** What labels call a cluster, and what to say about how it was found. */
export interface ClusterName {
  /** CLUSTER_ID; absent where there is none and the network stands in. */
  id?: string;
  notes: string[];
}

/** CLUSTER_ID as it is set; unlike the fact, not what istiod takes when it is not. */
function declared({ env }: IstiodFact): string | undefined {
  const variable = env.get("CLUSTER_ID");
  return variable?.kind === "value" ? variable.value || undefined : undefined;
}

/** Why no istiod says what its CLUSTER_ID is. */
function why(istiods: readonly IstiodFact[]): string {
  const [first] = istiods;
  if (!first) return "it has no istiod";
  const variable = first.env.get("CLUSTER_ID");
  if (variable?.kind !== "unresolved") return "CLUSTER_ID of its istiod is not set";
  const comes = variable.perhaps ? "may come" : "comes";
  return `CLUSTER_ID of its istiod ${comes} from ${variable.from}: ${variable.why}`;
}

/**
 * What other clusters are to call a cluster: CLUSTER_ID of the judged istiod. Where that is not set
 * or not known, what its east-west Gateway says already; else the network.
 *
 * @param revision `-r`: there must be such an istiod
 */
export function clusterName(
  cluster: GatheredCluster,
  gateway: GatewayFact | undefined,
  revision: string | undefined,
): ClusterName | Problem {
  const { ref } = cluster;
  const label = gateway?.labels.get(CLUSTER) || undefined;
  const istiods = factOf(cluster, "istiods");
  if ("missing" in istiods) {
    if (label === undefined) return unread(ref, "its istiod could not be read", istiods.missing);
    const note = `${ref.context}: CLUSTER_ID could not be read (${istiods.missing.detail}): ${label}, as its east-west Gateway says, is taken`;
    return { id: label, notes: [note] };
  }
  const { judged, others } = istiods.value;
  if (revision !== undefined && judged.length === 0) {
    const narrowed = narrowedList(cluster, RESOURCES.deployments);
    if (narrowed) {
      const where = enumerate(narrowed.namespaces);
      const what = `no istiod of revision ${revision} in namespaces ${where}`;
      return unread(ref, what, narrowed.refused);
    }
    const revisions = enumerate(others.map((istiod) => istiod.revision));
    return problem(ref, `has no istiod of revision ${revision}; there are: ${revisions || "none"}`);
  }
  const ids = [...new Set(judged.flatMap((istiod) => declared(istiod) ?? []))];
  const [id] = ids;
  if (id !== undefined) {
    const differ = `${ref.context}: its istiods have different CLUSTER_IDs (${enumerate(ids)}): ${id} is taken; -r chooses a revision`;
    return { id, notes: ids.length > 1 ? [differ] : [] };
  }
  const reason = `${ref.context}: ${why(judged)}`;
  const asBefore = label !== undefined && label !== ref.network;
  return asBefore
    ? { id: label, notes: [`${reason}: ${label}, as its east-west Gateway says, is taken`] }
    : { notes: [`${reason}: its network stands in`] };
}
