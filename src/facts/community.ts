import { isKindGuessed, showsCommunity } from "../mesh/kind.ts";
import type { FactSource } from "../model/source.ts";

/**
 * Whether a cluster is worth asking for what only community multicluster has: `--mode` says so, or it
 * shows signs of it, by facts that are read anyway, or not all that would tell could be read. Peering
 * pays nothing for it.
 */
export async function isCommunity(source: FactSource): Promise<boolean> {
  const { mode } = source.settings;
  if (mode !== undefined) return mode === "community";
  const [istiods, gateways, services, remoteSecrets] = await Promise.all([
    source.fact("istiods"),
    source.fact("gateways"),
    source.fact("services"),
    source.fact("remoteSecrets"),
  ]);
  const facts = { istiods, gateways, services, remoteSecrets };
  return showsCommunity(facts) || isKindGuessed([{ facts }]);
}
