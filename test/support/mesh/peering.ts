import type { ClusterFixture } from "./cluster.ts";
import { importEntry, type KubeObject, remoteEntry } from "./objects.ts";

/*
 * What istiods write for services that linked clusters share.
 */

const SCOPE = "solo.io/service-scope";
const SEGMENT = "admin.solo.io/segment";

interface Shared {
  fixture: ClusterFixture;
  service: KubeObject;
  scope: string;
}

function namespaceOf(fixture: ClusterFixture, name: string): KubeObject | undefined {
  return fixture.objects.find(
    ({ kind, metadata }) => kind === "Namespace" && metadata.name === name,
  );
}

function segmentOf(fixture: ClusterFixture): string | undefined {
  return namespaceOf(fixture, fixture.spec.istioNamespace)?.metadata.labels?.[SEGMENT];
}

function domainOf(fixture: ClusterFixture): string {
  const segment = segmentOf(fixture);
  const found = fixture.objects.find(
    ({ kind, metadata }) => kind === "Segment" && metadata.name === segment,
  );
  return (found?.["spec"] as { domain: string } | undefined)?.domain ?? "mesh.internal";
}

function sharedOf(fixture: ClusterFixture): Shared[] {
  return fixture.objects.flatMap((service) => {
    if (service.kind !== "Service") return [];
    const { labels, namespace = "" } = service.metadata;
    const scope = labels?.[SCOPE] ?? namespaceOf(fixture, namespace)?.metadata.labels?.[SCOPE];
    return scope && scope !== "cluster" ? [{ fixture, service, scope }] : [];
  });
}

interface Port {
  name: string;
  port: number;
}

/** In every cluster what its istiod writes for the services that it shares with the others. */
export function peered<F extends readonly ClusterFixture[]>(clusters: F): F {
  const shared = clusters.flatMap(sharedOf);
  for (const fixture of clusters) {
    const { istioNamespace } = fixture.spec;
    const segment = segmentOf(fixture);
    const visible = shared.filter((one) => segmentOf(one.fixture) === segment);
    const byService = Map.groupBy(
      visible,
      ({ service: { metadata } }) => `${metadata.namespace}.${metadata.name}`,
    );
    for (const [index, [key, copies]] of [...byService].entries()) {
      const [{ service, scope } = { service: undefined, scope: "" }] = copies;
      if (!service) continue;
      const [namespace = "", name = ""] = key.split(".");
      const remote = copies.filter((one) => one.fixture !== fixture);
      const local = `${name}.${namespace}.svc.cluster.local`;
      const own = copies.find((one) => one.fixture === fixture)?.service;
      const takeover = own?.metadata.labels?.["solo.io/service-takeover"] === "true";
      const { ports } = service["spec"] as { ports: Port[] };
      fixture.objects.push(
        importEntry({
          namespace: istioNamespace,
          name: segment ? `${segment}.${key}` : key,
          host: scope === "global-only" ? local : `${name}.${namespace}.${domainOf(fixture)}`,
          hosts: takeover ? [local] : [],
          service: { namespace, name },
          scope,
          ports: ports.map((port) => ({ name: port.name, number: port.port, protocol: "HTTP" })),
          subjectAltNames: remote.map(
            (one) => `spiffe://${one.fixture.spec.trustDomain}/ns/${namespace}/sa/${name}`,
          ),
          address: `240.240.0.${index + 1}`,
        }),
        ...remote
          .filter((one) => one.fixture.spec.network !== fixture.spec.network)
          .map((one) =>
            remoteEntry({
              namespace: istioNamespace,
              sourceCluster: one.fixture.spec.id,
              network: one.fixture.spec.network,
              service: { namespace, name },
            }),
          ),
      );
    }
  }
  return clusters;
}
