import { defined } from "../lib/defined.ts";
import { versionOf } from "../mesh/versions.ts";
import { NETWORK } from "../mesh/names.ts";
import type { ClusterRef } from "../model/check.ts";
import type { IstiodsFact, NamespaceFact } from "../model/facts.ts";
import type { Gathered } from "../model/gathered.ts";
import type { ClusterReader } from "../model/reader.ts";

/** CLUSTER_ID of the first judged istiod that has one; they agree in a mesh that is well. */
export function clusterIdOf({ judged }: IstiodsFact): string | undefined {
  return judged.find(({ clusterId }) => clusterId !== undefined)?.clusterId;
}

/** Version of the first judged istiod that tells it. */
function istioVersionOf({ judged }: IstiodsFact): string | undefined {
  return judged.map((istiod) => versionOf(istiod, "discovery").version?.text).find(Boolean);
}

/** What messages and commands call a cluster, from what could be read of it. */
export function clusterRef(
  reader: Pick<ClusterReader, "context" | "contextArgument" | "kubeconfig"> & {
    now: number;
    program?: string;
  },
  facts: {
    istiods?: Gathered<IstiodsFact> | undefined;
    istioNamespace: string;
    namespaces?: Gathered<NamespaceFact[]> | undefined;
  },
): ClusterRef {
  const { istiods, istioNamespace, namespaces } = facts;
  const namespace = namespaces?.ok
    ? namespaces.value.find(({ name }) => name === istioNamespace)
    : undefined;
  return {
    context: reader.context,
    contextArgument: reader.contextArgument ?? "<context>",
    istioNamespace,
    now: reader.now,
    ...defined({
      kubeconfig: reader.kubeconfig,
      program: reader.program,
      id: istiods?.ok ? clusterIdOf(istiods.value) : undefined,
      network: namespace?.labels.get(NETWORK) || undefined,
      istioVersion: istiods?.ok ? istioVersionOf(istiods.value) : undefined,
    }),
  };
}
