import type { ClusterRef } from "../../src/model/check.ts";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import type { FactKey, Facts } from "../../src/model/facts.ts";
import { gathered, type Gathered, missing, type Missing } from "../../src/model/gathered.ts";
import { clusterRef, healthyFacts } from "./facts.ts";

type Changes = { [K in FactKey]?: Facts[K] | Missing };

function isMissing(value: unknown): value is Missing {
  return typeof value === "object" && value !== null && "ok" in value && value.ok === false;
}

/** What was read of the healthy cluster `id`, not linked to any, with facts and reference changed. */
export function gatheredCluster(
  id = "a",
  changes: Changes = {},
  ref: Partial<ClusterRef> = {},
): GatheredCluster {
  const facts = { ...healthyFacts(id, []), ...changes };
  const entries = Object.entries(facts).map(([key, value]): [string, Gathered<unknown>] => [
    key,
    isMissing(value) ? value : gathered(value),
  ]);
  return {
    ref: clusterRef(id, ref),
    facts: Object.fromEntries(entries),
  };
}

/** A cluster that did not answer at all. */
export function deadCluster(id = "b"): GatheredCluster {
  const cluster = gatheredCluster(id);
  const gone = missing("unreachable", "connection refused");
  const facts = Object.fromEntries(Object.keys(cluster.facts).map((key) => [key, gone]));
  const { context, contextArgument, istioNamespace, now } = cluster.ref;
  return { ref: { context, contextArgument, istioNamespace, now }, facts };
}

export const FORBIDDEN = missing("forbidden", 'User "viewer" cannot list it', {
  verb: "list",
  group: "",
  resource: "services",
});
