import { defined } from "../../lib/defined.ts";
import { changedAt, isConnected, isTrue, unmetLinkConditions } from "../../mesh/conditions.ts";
import { isJudged } from "../../mesh/istiods.ts";
import { type Link, type LinkMember, linksOf } from "../../mesh/links.ts";
import { hasWord, isAboutLink, isAboutTraffic } from "../../mesh/logs/about-link.ts";
import { topicsOf } from "./topics.ts";
import { signaturesFor } from "../../mesh/logs/lookup.ts";
import type { LogComponent, LogSubject } from "../../mesh/logs/signatures.ts";
import { PEERING_SUCCEEDED } from "../../mesh/names.ts";
import type { CheckId } from "../../model/check-data.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import type { GatewayFact, PodFact } from "../../model/facts.ts";
import { isFault } from "../../model/finding.ts";
import { type Gathered, valueOr } from "../../model/gathered.ts";
import type { LogTarget } from "../../model/log.ts";
import type { Finding, ObjectRef } from "../../model/report.ts";

/** Where a log may tell more of a finding, and which of its lines do. */
export interface LogSource {
  cluster: GatheredCluster;
  target: LogTarget;
  component: LogComponent;
  about: LogSubject;
  /** Lines before that are of an earlier state; ms since the epoch. */
  since?: number;
  /** Whether a line of that subject is about the very thing. */
  isAbout(text: string): boolean;
}

/** Logs of one component that are read for a finding. */
export const MOST_REPLICAS = 3;
/** A condition is written after what is said of it in the log, ms. */
const WRITTEN_WITHIN = 60_000;

/** The container whose log it is, where none is known to fail. */
const CONTAINERS: Readonly<Record<LogComponent, string>> = {
  istiod: "discovery",
  ztunnel: "istio-proxy",
  cni: "install-cni",
};

/** The clusters of a run as logs are looked for in them. */
export class LogSources {
  readonly #clusters: readonly GatheredCluster[];
  readonly #revision: string | undefined;
  #links: readonly Link<LinkMember>[] | undefined;

  constructor(clusters: readonly GatheredCluster[], revision?: string) {
    this.#clusters = clusters;
    this.#revision = revision;
  }

  /**
   * The logs that may tell more of a finding; none where it is no fault, or no known line explains
   * one of its check.
   *
   * @param context of the cluster whose check it is, or that it is about
   */
  of(id: CheckId, { severity, object }: Finding, context: string | undefined): LogSource[] {
    const cluster = this.#clusters.find(({ ref }) => ref.context === context);
    if (!cluster || !object || !isFault(severity) || signaturesFor(topicsOf(id)).length === 0)
      return [];
    switch (object.kind) {
      case "Gateway":
        return this.#ofLink(cluster, object);
      case "Pod":
        return podsOf(cluster)
          .filter(({ pod }) => pod.namespace === object.namespace && pod.name === object.name)
          .flatMap((one) => ofPod(cluster, one));
      case "Deployment":
      case "DaemonSet":
        return this.#ofWorkload(id, cluster, object);
      default:
        return [];
    }
  }

  /** Its pods, and istiod where that is what serves them. */
  #ofWorkload(id: CheckId, cluster: GatheredCluster, object: ObjectRef): LogSource[] {
    const own = podsOf(cluster).filter(({ pod }) => isOf(pod, object));
    const components = new Set(signaturesFor(topicsOf(id)).map(({ component }) => component));
    const istiods = components.has("istiod") ? this.#istiodsOf(cluster) : [];
    return [
      ...replicas(own),
      ...istiods
        .filter((pod) => !isOf(pod, object))
        .map((pod): ComponentPod => ({ pod, component: "istiod", list: "istiodPods" })),
    ].flatMap((one) => ofPod(cluster, one));
  }

  #ofLink(cluster: GatheredCluster, { namespace, name }: ObjectRef): LogSource[] {
    const { remote } = valueOr(cluster.facts.gateways, NO_GATEWAYS);
    return remote
      .filter((one) => one.namespace === namespace && one.name === name)
      .flatMap((gateway) => {
        const others = remote.filter((one) => one !== gateway);
        return this.#ofGateway(cluster, gateway, others);
      });
  }

  #ofGateway(
    cluster: GatheredCluster,
    gateway: GatewayFact,
    others: readonly GatewayFact[],
  ): LogSource[] {
    const [unmet] = unmetLinkConditions(gateway);
    if (unmet === undefined || gateway.controllerRuns === false) return [];
    const since = sinceOf(gateway, unmet);
    const link = { cluster, about: "link" as const, ...defined({ since }) };
    const istiods = this.#istiodsOf(cluster).map((pod) => ({
      ...link,
      component: "istiod" as const,
      target: targetOf(pod, "istiod"),
      isAbout: (text: string) => isAboutLink(text, gateway, others),
    }));
    if (isConnected(gateway) && isTrue(gateway, PEERING_SUCCEEDED)) {
      const ztunnels = podsOf(cluster).filter(({ list }) => list === "ztunnelPods");
      return [
        ...istiods,
        ...replicas(ztunnels).map(({ pod }) => ({
          ...link,
          component: "ztunnel" as const,
          target: targetOf(pod, "ztunnel"),
          isAbout: (text: string) => isAboutTraffic(text, gateway),
        })),
      ];
    }
    return [...istiods, ...this.#ofPeer(cluster, gateway, since)];
  }

  /** What the istiods of the peer say of who calls them: they know the trust domain only. */
  #ofPeer(cluster: GatheredCluster, gateway: GatewayFact, since: number | undefined): LogSource[] {
    const peer = this.#targetOf(cluster, gateway);
    const domains = valueOr(cluster.facts.meshConfigs, []).map(({ trustDomain }) => trustDomain);
    if (!peer || domains.length === 0) return [];
    return this.#istiodsOf(peer).map((pod) => ({
      cluster: peer,
      about: "caller",
      component: "istiod",
      target: targetOf(pod, "istiod"),
      ...defined({ since }),
      isAbout: (text) => domains.some((domain) => hasWord(text, domain)),
    }));
  }

  #targetOf({ ref }: GatheredCluster, gateway: GatewayFact): GatheredCluster | undefined {
    this.#links ??= linksOf(
      this.#clusters.flatMap(({ ref: cluster, facts: { gateways, services } }) =>
        gateways?.ok && services
          ? [{ cluster, facts: { gateways: gateways.value, services } }]
          : [],
      ),
      [],
    );
    const link = this.#links.find(
      (one) => !one.self && one.from.cluster.context === ref.context && one.gateway === gateway,
    );
    const context = link?.target?.cluster.context;
    return this.#clusters.find((one) => one.ref.context === context);
  }

  /** Those that peer: of the revisions that are judged. */
  #istiodsOf({ facts }: GatheredCluster): PodFact[] {
    const istiods = valueOr(facts.istiods, { judged: [], others: [] });
    const pods = valueOr(facts.istiodPods, []);
    return pods
      .filter((pod) => pod.phase === "Running" && isJudged(pod, istiods, this.#revision))
      .slice(0, MOST_REPLICAS);
  }
}

const NO_GATEWAYS = { served: false, eastWest: [], remote: [] };

/** A pod with the component that it is of. */
export interface ComponentPod {
  pod: PodFact;
  component: LogComponent;
  list: keyof typeof LISTS;
}

const LISTS = {
  istiodPods: "istiod",
  ztunnelPods: "ztunnel",
  gatewayPods: "ztunnel",
  cniPods: "cni",
} as const satisfies Record<string, LogComponent>;

/** The pods of the mesh's components that have, or had, a running container. */
export function podsOf({ facts }: GatheredCluster): ComponentPod[] {
  return (Object.keys(LISTS) as (keyof typeof LISTS)[]).flatMap((list) => {
    const pods: Gathered<PodFact[]> | undefined = facts[list];
    return valueOr(pods, [])
      .filter(({ phase, finished, restarts }) => !finished && (phase === "Running" || restarts > 0))
      .map((pod) => ({ pod, component: LISTS[list], list }));
  });
}

/** Some of them: those that are not well first, which have more to say. */
function replicas(pods: readonly ComponentPod[]): ComponentPod[] {
  return pods
    .toSorted((one, other) => Number(one.pod.healthy) - Number(other.pod.healthy))
    .slice(0, MOST_REPLICAS);
}

function isOf(pod: PodFact, { namespace, name }: ObjectRef): boolean {
  return pod.namespace === namespace && pod.name.startsWith(`${name}-`);
}

export function targetOf(pod: PodFact, component: LogComponent): LogTarget {
  const usual = CONTAINERS[component];
  const names = pod.images.map(({ container }) => container);
  const running = names.includes(usual) ? usual : (names[0] ?? usual);
  return { namespace: pod.namespace, pod: pod.name, container: pod.failing ?? running };
}

/** Its container writes of nothing but itself, and of nothing before it was started. */
function ofPod(cluster: GatheredCluster, { pod, component }: ComponentPod): LogSource[] {
  const target = targetOf(pod, component);
  return [{ cluster, target, component, about: "pod", isAbout: () => true }];
}

/** When a remote Gateway was made, or the first of its conditions that are not as they must be changed. */
function sinceOf(gateway: GatewayFact, unmet: string): number | undefined {
  const changed = changedAt(gateway, unmet);
  const times = [gateway.createdAt, changed === undefined ? undefined : changed - WRITTEN_WITHIN];
  const known = times.filter((one) => one !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}
