import { defined } from "../lib/defined.ts";
import { array, at, property, string, stringMap, strings } from "../lib/json.ts";
import { PORT_XDS } from "../mesh/names.ts";
import { isCrossNetworkService } from "../mesh/network-gateways.ts";
import type { GatewayServerFact, IstioGatewayFact, TlsRouteFact } from "../model/facts.ts";
import { gathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { isCommunity } from "./community.ts";
import { fact, listed } from "./fact.ts";
import { everyKey, SCALAR } from "./keep.ts";
import { byName, metaOf, portOf } from "./objects.ts";

function serverOf(value: unknown): GatewayServerFact {
  return {
    hosts: strings(property(value, "hosts")),
    ...defined({
      port: portOf(at(value, "port", "number")),
      tlsMode: string(at(value, "tls", "mode")),
    }),
  };
}

function gatewaysOf(object: RawObject): IstioGatewayFact[] {
  const meta = metaOf(object);
  if (!meta) return [];
  const gateway = {
    namespace: meta.namespace,
    name: meta.name,
    selector: stringMap(at(object, "spec", "selector")),
    servers: array(at(object, "spec", "servers")).map(serverOf),
  };
  return [gateway];
}

function routesOf(object: RawObject): TlsRouteFact[] {
  const meta = metaOf(object);
  if (!meta) return [];
  const gateways = strings(at(object, "spec", "gateways"));
  return array(at(object, "spec", "tls")).map((route) => {
    const matches = array(property(route, "match"));
    return {
      namespace: meta.namespace,
      name: meta.name,
      gateways,
      sniHosts: matches.flatMap((match) => strings(property(match, "sniHosts"))),
      ports: matches.flatMap((match) => portOf(property(match, "port")) ?? []),
      destinations: array(property(route, "route")).flatMap(
        (one) => string(at(one, "destination", "host")) ?? [],
      ),
    };
  });
}

/** Without the CRD there are none. */
async function read<T extends { namespace: string; name: string }>(
  source: FactSource,
  resource: Resource,
  make: (object: RawObject) => readonly T[],
): Promise<Gathered<T[]>> {
  const answer = await source.listWhereAllowed(resource);
  if (!answer.ok) return answer.why === "not-found" ? gathered([]) : answer;
  return gathered(answer.value.flatMap(make).toSorted(byName));
}

/**
 * Gateways of Istio's own kind, and the routes by which they pass traffic on to istiod: where a
 * gateway lets sidecars of other networks in, as no other mesh has a use for them.
 */
export const istioGateways = fact({
  key: "istioGateways",
  meshKind: "community",
  access: [listed(RESOURCES.istioGateways), listed(RESOURCES.virtualServices, { optional: true })],
  keeps: {
    istioGateways: {
      spec: {
        selector: everyKey(SCALAR),
        servers: [{ port: { number: SCALAR }, tls: { mode: SCALAR }, hosts: [SCALAR] }],
      },
    },
    virtualServices: {
      spec: {
        gateways: [SCALAR],
        tls: [
          {
            match: [{ sniHosts: [SCALAR], port: SCALAR }],
            route: [{ destination: { host: SCALAR } }],
          },
        ],
      },
    },
  },
  after: ["services"],
  read: async (source) => {
    const none = gathered({ gateways: [], routes: gathered([]) });
    if (!(await isCommunity(source))) return none;
    const services = await source.fact("services");
    if (!services.ok) return services;
    if (!services.value.some(isCrossNetworkService)) return none;
    const gateways = await read(source, RESOURCES.istioGateways, gatewaysOf);
    if (!gateways.ok) return gateways;
    const isForIstiod = gateways.value.some(({ servers }) =>
      servers.some(({ port }) => port === PORT_XDS),
    );
    const routes = isForIstiod
      ? await read(source, RESOURCES.virtualServices, routesOf)
      : gathered([]);
    return gathered({ gateways: gateways.value, routes });
  },
});
