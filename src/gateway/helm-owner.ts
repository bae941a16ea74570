import { at, stringMap } from "../lib/json.ts";
import { adoptCommands } from "../mesh/commands/gateways.ts";
import { isOfHelm } from "../mesh/makers.ts";
import { HELM_RELEASE } from "../mesh/names.ts";
import { qualified } from "../mesh/wording.ts";
import type { ClusterRef } from "../model/check.ts";
import type { GatewayFact } from "../model/facts.ts";
import type { RawObject } from "../model/reader.ts";

/** What to do where Helm is to have a Gateway that it did not make, with the Gateway. */
interface Adoption {
  text: string;
  commands: string[];
}

/** The Helm release that owns an object, for messages; nothing where none does. */
export function helmOwner(object: RawObject): string | undefined {
  const labels = stringMap(at(object, "metadata", "labels"));
  const annotations = stringMap(at(object, "metadata", "annotations"));
  if (!isOfHelm({ labels, annotations })) return undefined;
  const release = annotations.get(HELM_RELEASE);
  return release ? `Helm release ${release}` : "a Helm release";
}

/**
 * Gateways by names that the chart would give, and that Helm did not make: it refuses them with
 * `invalid ownership metadata`.
 */
export function refusedByHelm(
  cluster: ClusterRef,
  names: ReadonlySet<string>,
  existing: readonly GatewayFact[],
): Adoption[] {
  return existing
    .filter((gateway) => names.has(gateway.name) && !isOfHelm(gateway))
    .map((gateway) => ({
      text: `${cluster.context}: Gateway ${qualified(gateway)} is there already and no Helm release owns it: helm refuses the chart with "invalid ownership metadata" unless the Gateway is deleted first, or given to the release`,
      commands: adoptCommands(cluster, gateway),
    }));
}
