import { MULTI_NETWORK } from "./service-scope.ts";
import { switchOf } from "./switches.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { GatewaysFact, IstiodsFact, RemoteSecretFact, ServiceFact } from "../model/facts.ts";
import { valueOr, type Gathered } from "../model/gathered.ts";
import type { MeshKind } from "../model/report.ts";
import { isPeered } from "./conditions.ts";
import { CLASS_COMMUNITY, CLASS_EAST_WEST } from "./names.ts";
import { isCrossNetworkService } from "./network-gateways.ts";

/** What shows of which kind of mesh a cluster is. What was not read shows nothing. */
export interface KindFacts {
  istiods?: Gathered<IstiodsFact>;
  gateways?: Gathered<GatewaysFact>;
  services?: Gathered<ServiceFact[]>;
  remoteSecrets?: Gathered<RemoteSecretFact[]>;
}

const NO_GATEWAYS: GatewaysFact = { served: false, eastWest: [], remote: [] };

/** Solo's: an istiod that peers, or Gateways that only peering makes or writes to. */
function showsPeering({ istiods, gateways }: KindFacts): boolean {
  const { judged, others } = valueOr(istiods, { judged: [], others: [] });
  const { eastWest, remote } = valueOr(gateways, NO_GATEWAYS);
  return (
    [...judged, ...others].some(({ peering }) => peering) ||
    eastWest.some(({ className }) => className === CLASS_EAST_WEST) ||
    remote.some(isPeered)
  );
}

/** What peering has no use for: credentials for other clusters, and gateways for sidecars. */
function showsLegacy({ services, remoteSecrets }: KindFacts): boolean {
  return valueOr(remoteSecrets, []).length > 0 || valueOr(services, []).some(isCrossNetworkService);
}

/** Peering takes an east-west Gateway of the community's class for its own, too. */
function showsGateways({ gateways }: KindFacts): boolean {
  return valueOr(gateways, NO_GATEWAYS).eastWest.some(
    ({ className }) => className === CLASS_COMMUNITY,
  );
}

/** Whether a cluster shows signs of community multicluster, whatever else it shows. */
export function showsCommunity(facts: KindFacts): boolean {
  return showsLegacy(facts) || showsGateways(facts);
}

/**
 * How the clusters of a mesh find each other, by what is there: both ways in a migration, and peering
 * where nothing tells, as that is what `mc link` makes.
 */
export function meshKinds(
  clusters: readonly Pick<GatheredCluster, "facts">[],
): ReadonlySet<MeshKind> {
  const all = clusters.map(({ facts }) => facts);
  const peering = all.some(showsPeering);
  if (all.some(showsLegacy)) return new Set(peering ? ["peering", "community"] : ["community"]);
  return new Set([!peering && all.some(showsGateways) ? "community" : "peering"]);
}

/**
 * Whether peering is only a guess: nothing shows a kind, and not all that would tell was read. Secrets
 * do not count, which are left out of many roles on purpose.
 */
export function isKindGuessed(clusters: readonly Pick<GatheredCluster, "facts">[]): boolean {
  const all = clusters.map(({ facts }) => facts);
  return (
    !all.some((facts) => showsPeering(facts) || showsCommunity(facts)) &&
    all.some(({ istiods, gateways, services }) =>
      [istiods, gateways, services].some((fact) => fact?.ok === false),
    )
  );
}

/**
 * Whether a cluster is led by the istiod of another, as in a primary-remote mesh of the community: it
 * has none of its own. With peering each cluster has one.
 */
export function isRemote(
  kinds: ReadonlySet<MeshKind>,
  istiods: Gathered<IstiodsFact> | undefined,
): boolean {
  return (
    kinds.has("community") &&
    istiods?.ok === true &&
    istiods.value.judged.length + istiods.value.others.length === 0
  );
}

const AMBIENT_VARIABLES = ["PILOT_ENABLE_AMBIENT", MULTI_NETWORK];

/** Whether some istiod is set up for ambient; without that a mesh has sidecars only. */
export function isAmbient({ judged, others }: IstiodsFact): boolean {
  return [...judged, ...others].some(({ env }) =>
    AMBIENT_VARIABLES.some((name) => switchOf(env, name) === true),
  );
}
