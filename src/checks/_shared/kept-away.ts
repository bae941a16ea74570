import { kubectl } from "../../mesh/commands/shell.ts";
import { keptAway, type KeptAway, taintText } from "../../mesh/scheduling.ts";
import { qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { NodeFact, SchedulingFact } from "../../model/facts.ts";
import { remedy } from "../../model/finding.ts";
import type { Remediation } from "../../model/report.ts";

/** A DaemonSet whose pods are missing on nodes. */
export interface Agents {
  /** As remedies call what it runs: `ztunnel`. */
  what: string;
  /** The Helm release whose values have its tolerations. */
  release: string;
  namespace: string;
  name: string;
  scheduling?: SchedulingFact;
}

/** What keeps the pods of a DaemonSet from a node; nothing where that is not known. */
export function causeOf(
  { scheduling }: Pick<Agents, "scheduling">,
  node: NodeFact,
): KeptAway | undefined {
  return scheduling && keptAway(scheduling, node);
}

/** Nodes for which the same is the cause, the first as it is. */
export interface NodeGroup {
  first: NodeFact;
  names: string[];
}

export function byCause(agents: Agents | undefined, nodes: readonly NodeFact[]): NodeGroup[] {
  const groups = new Map<string, NodeGroup>();
  for (const node of nodes) {
    const cause = JSON.stringify((agents && causeOf(agents, node)) ?? null);
    const group = groups.get(cause) ?? { first: node, names: [] };
    group.names.push(node.name);
    groups.set(cause, group);
  }
  return [...groups.values()];
}

/** The cause in words. */
export function causeText(cause: KeptAway, agents: Agents): string {
  const subject = `DaemonSet ${qualified(agents)}`;
  if (cause.kind === "taint") return `${subject} does not tolerate taint ${taintText(cause.taint)}`;
  return cause.kind === "selector"
    ? `nodeSelector ${cause.key}=${cause.value} of ${subject} keeps it away`
    : `the node affinity of ${subject} keeps it away`;
}

const SPEC = "/spec/template/spec";

export function causeRemedy(cause: KeptAway, agents: Agents, cluster: ClusterRef): Remediation {
  const { what, release, namespace, name, scheduling } = agents;
  const lasting = `until the next upgrade of the ${release} Helm release this does it`;
  const on = (...words: string[]): string => kubectl(cluster, "-n", namespace, ...words);
  const patch = (operation: object): string =>
    on("patch", "daemonset", name, "--type=json", "-p", JSON.stringify([operation]));
  if (cause.kind === "taint") {
    const { key, value, effect } = cause.taint;
    const toleration = value
      ? { key, operator: "Equal", value, effect }
      : { key, operator: "Exists", effect };
    const operation =
      scheduling && scheduling.tolerations.length > 0
        ? { op: "add", path: `${SPEC}/tolerations/-`, value: toleration }
        : { op: "add", path: `${SPEC}/tolerations`, value: [toleration] };
    return remedy(
      `Let ${what} tolerate the taint, by tolerations of its Helm values; ${lasting}.`,
      patch(operation),
    );
  }
  if (cause.kind === "selector") {
    const key = cause.key.replaceAll("~", "~0").replaceAll("/", "~1");
    return remedy(
      `Let ${what} run on every node of the mesh, without nodeSelector in its Helm values; ${lasting}.`,
      patch({ op: "remove", path: `${SPEC}/nodeSelector/${key}` }),
    );
  }
  return remedy(
    `Let ${what} run on every node of the mesh: correct affinity in its Helm values, or in the DaemonSet.`,
    on("edit", "daemonset", name),
  );
}
