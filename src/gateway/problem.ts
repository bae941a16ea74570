import { isKnownIn, narrowedList } from "../facts/narrowed.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey, Facts } from "../model/facts.ts";
import type { Missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";

/** Something that stands against a change, with the commands that would mend it. */
export interface Problem {
  cluster: ClusterRef;
  /** One line. */
  message: string;
  commands: string[];
  /** What could not be read or done, where the cause tells what to do about it. */
  cause?: Missing;
}

export function problem(cluster: ClusterRef, message: string, ...commands: string[]): Problem {
  return { cluster, message, commands };
}

/** Something that could not be read, or was refused. */
export function unread(cluster: ClusterRef, what: string, cause: Missing): Problem {
  return { cluster, message: `${what}: ${cause.detail}`, commands: [], cause };
}

/** The same refusal, of one namespace: no more is needed. */
export function within(cause: Missing, namespace: string): Missing {
  const { request } = cause;
  return cause.why === "forbidden" && request
    ? { ...cause, request: { ...request, namespace } }
    : cause;
}

/** The fact, or why there is none. */
export function factOf<K extends FactKey>(
  cluster: GatheredCluster,
  key: K,
): { value: Facts[K] } | { missing: Missing } {
  const fact = cluster.facts[key];
  if (!fact) throw new Error(`fact ${key} was not gathered`);
  return fact.ok ? { value: fact.value } : { missing: fact };
}

/** Facts as problems speak of them. */
export const READ = {
  connection: "cannot be reached",
  istiods: "its istiod could not be read",
  namespaces: "its namespaces could not be read",
  gateways: "its Gateways could not be read",
  gatewayClasses: "its GatewayClasses could not be read",
  services: "its Services could not be read",
  meshConfigs: "its mesh configuration could not be read",
} as const satisfies Partial<Record<FactKey, string>>;

/** The fact; a Problem is added where there is none. */
export function read<K extends keyof typeof READ>(
  cluster: GatheredCluster,
  key: K,
  problems: Problem[],
): Facts[K] | undefined {
  const fact = factOf(cluster, key);
  if ("value" in fact) return fact.value;
  problems.push(unread(cluster.ref, READ[key], fact.missing));
  return undefined;
}

/**
 * Whether a namespace exists: nothing where it cannot be told, as namespaces could be read one by one
 * only, and this one could not.
 */
export function hasNamespace(
  cluster: GatheredCluster,
  known: Facts["namespaces"],
  name: string,
): boolean | undefined {
  if (known.some((namespace) => namespace.name === name)) return true;
  return isKnownIn(narrowedList(cluster, RESOURCES.namespaces), name) ? false : undefined;
}

/** Each fault once: a cluster may be source and target. Clusters in the order given. */
export function arranged(problems: readonly Problem[], contexts: readonly string[]): Problem[] {
  const byText = new Map(
    problems.map((one) => [JSON.stringify([one.cluster.context, one.message]), one] as const),
  );
  return [...byText.values()].toSorted(
    (one, other) => contexts.indexOf(one.cluster.context) - contexts.indexOf(other.cluster.context),
  );
}
