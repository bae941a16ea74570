import { qualified } from "../wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type {
  Facts,
  FlatEntryFact,
  GatewaysFact,
  NamespaceFact,
  RemoteEntryFact,
  SegmentFact,
  ServiceEntryFact,
  ServiceFact,
  ServicePodsFact,
} from "../../model/facts.ts";
import { type Gathered, valueOr } from "../../model/gathered.ts";
import { DEFAULT_TRUST_DOMAIN } from "../names.ts";
import { type MeshDomain, meshDomain, segmentName } from "../segments.ts";
import { sharedServices, type SharedService } from "../services.ts";
import { trustDomainsOf } from "../trust/domains.ts";

/** What of a cluster tells how its services are reached from others, and theirs from it. */
export interface ServiceMeshMember {
  cluster: ClusterRef;
  facts: {
    readonly services: readonly ServiceFact[];
    readonly namespaces: readonly NamespaceFact[];
    readonly gateways: GatewaysFact;
    readonly imports: Gathered<Facts["imports"]>;
    readonly remoteEntries: Gathered<readonly RemoteEntryFact[]>;
    readonly flatEntries: Gathered<readonly FlatEntryFact[]>;
    readonly servicePods: Gathered<ServicePodsFact>;
    readonly segments: Gathered<readonly SegmentFact[]>;
    readonly meshConfigs: Gathered<Facts["meshConfigs"]>;
    readonly istiods: Gathered<Facts["istiods"]>;
  };
}

/** Where nothing was imported, or could be read. */
export const NO_IMPORTS: Facts["imports"] = { entries: [], rivals: [], everywhere: false };

/** Of what peering wrote for a service, which: by its labels, else by its host. */
export function importedService(entry: ServiceEntryFact): string | undefined {
  if (entry.service) return qualified(entry.service);
  const [name, namespace, ...domain] = entry.hosts.slice(0, 1).flatMap((host) => host.split("."));
  return name && namespace && domain.length > 0 ? qualified({ namespace, name }) : undefined;
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => Iterable<string>): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const list = map.get(key);
      if (list) list.push(item);
      else map.set(key, [item]);
    }
  }
  return map;
}

/** The trust domain in a SPIFFE identity: `spiffe://DOMAIN/ns/…`. */
function domainOf(identity: string): string | undefined {
  return /^spiffe:\/\/([^/]+)\//.exec(identity)?.[1];
}

/** One cluster, with what it holds of services found at once. */
export class Side {
  readonly member: ServiceMeshMember;
  readonly cluster: ClusterRef;
  /** The Segment that the cluster is in. */
  readonly segment: string | undefined;
  /** Of its shared services. */
  readonly domain: MeshDomain;
  /** What it shares, by `namespace/name`. */
  readonly shared: ReadonlyMap<string, SharedService>;
  readonly services: ReadonlyMap<string, ServiceFact>;
  readonly namespaces: ReadonlyMap<string, NamespaceFact>;
  /** The one trust domain of the cluster; absent where it is not known, or there are several. */
  readonly trustDomain: string | undefined;
  /** Trust domains that policies of the cluster take for its own. */
  readonly sameDomains: ReadonlySet<string>;
  readonly #imports: ReadonlyMap<string, ServiceEntryFact[]>;
  readonly #rivals: ReadonlyMap<string, ServiceEntryFact[]>;
  /** By CLUSTER_ID and `namespace/name`. */
  readonly #entries: ReadonlyMap<string, RemoteEntryFact[]>;
  readonly #flat: ReadonlySet<string>;
  readonly #domains = new Map<ServiceEntryFact, ReadonlySet<string>>();

  constructor(member: ServiceMeshMember) {
    const { cluster, facts } = member;
    this.member = member;
    this.cluster = cluster;
    this.segment = segmentName(facts.namespaces, cluster.istioNamespace);
    this.domain = meshDomain(this.segment, valueOr(facts.segments, []));
    const shared = sharedServices(facts.services, facts.namespaces, this.domain);
    this.shared = new Map(shared.map((one) => [qualified(one.service), one]));
    this.services = new Map(facts.services.map((one) => [qualified(one), one]));
    this.namespaces = new Map(facts.namespaces.map((one) => [one.name, one]));
    const { domains, aliases } = trustDomainsOf(valueOr(facts.meshConfigs, []), facts.istiods);
    this.sameDomains = new Set([...domains, ...aliases, DEFAULT_TRUST_DOMAIN]);
    this.trustDomain = facts.meshConfigs.ok && domains.length === 1 ? domains[0] : undefined;
    const { entries, rivals } = valueOr(facts.imports, NO_IMPORTS);
    this.#imports = grouped(entries, ({ hosts }) => new Set(hosts));
    this.#rivals = grouped(rivals, ({ hosts }) => new Set(hosts));
    this.#entries = grouped(valueOr(facts.remoteEntries, []), ({ sourceCluster, service }) => [
      `${sourceCluster} ${qualified(service)}`,
    ]);
    this.#flat = new Set(
      valueOr(facts.flatEntries, []).flatMap(({ sourceCluster, service }) =>
        service ? [`${sourceCluster} ${qualified(service)}`] : [],
      ),
    );
  }

  /** What istiod wrote for a host, by name. */
  imports(host: string | undefined): readonly ServiceEntryFact[] {
    return host === undefined ? [] : (this.#imports.get(host) ?? []);
  }

  /** What others wrote for it. */
  rivals(host: string | undefined): readonly ServiceEntryFact[] {
    return (host !== undefined && this.#rivals.get(host)) || [];
  }

  /** The entries that stand for a service of another cluster. */
  entries(clusterId: string, key: string): readonly RemoteEntryFact[] {
    return this.#entries.get(`${clusterId} ${key}`) ?? [];
  }

  /** Whether there are entries for single pods of it, as on a flat network. */
  hasFlatEntries(clusterId: string, key: string): boolean {
    return this.#flat.has(`${clusterId} ${key}`);
  }

  /** The trust domains of those that serve an import elsewhere. */
  servingDomains(entry: ServiceEntryFact): ReadonlySet<string> {
    let domains = this.#domains.get(entry);
    if (!domains) {
      domains = new Set(entry.subjectAltNames.flatMap((identity) => domainOf(identity) ?? []));
      this.#domains.set(entry, domains);
    }
    return domains;
  }

  namespaceOf({ namespace }: ServiceFact): NamespaceFact | undefined {
    return this.namespaces.get(namespace);
  }
}
