import type { WorkloadFact } from "../model/facts.ts";
import { DEFAULT_CLUSTER_ID } from "./names.ts";

/** The variables that ztunnel takes its cluster ID from, the first that is set. */
const VARIABLES: readonly string[] = ["ISTIO_META_CLUSTER_ID", "CLUSTER_ID"];

/** The cluster that a ztunnel says it is in. */
export type ZtunnelId =
  /** `variable` is absent where none is set and ztunnel takes its default. */
  | { kind: "id"; id: string; variable?: string }
  /** It says nothing, and istiod takes it for one of its own cluster. */
  | { kind: "empty" }
  | { kind: "unknown"; why: string };

/**
 * The cluster ID of ztunnel as it reads it: ISTIO_META_CLUSTER_ID, else CLUSTER_ID, else `Kubernetes`
 * (ztunnel's configuration; 1.22 to 1.31 agree). Without its container nothing can be said.
 */
export function ztunnelId({ env, images }: Pick<WorkloadFact, "env" | "images">): ZtunnelId {
  const variable = VARIABLES.find((name) => env.has(name));
  const found = variable === undefined ? undefined : env.get(variable);
  if (variable !== undefined && found) {
    if (found.kind === "unresolved") {
      return { kind: "unknown", why: `${variable} comes from ${found.from}: ${found.why}` };
    }
    return found.value === "" ? { kind: "empty" } : { kind: "id", id: found.value, variable };
  }
  const hasContainer =
    images.length === 1 || images.some(({ container }) => container === "istio-proxy");
  return hasContainer
    ? { kind: "id", id: DEFAULT_CLUSTER_ID }
    : { kind: "unknown", why: "it has no container istio-proxy" };
}
