import { array, number, property, strings } from "../lib/json.ts";
import { isIstiodName } from "../mesh/remote-istiod.ts";
import type { IstiodEndpointsFact } from "../model/facts.ts";
import { gathered, mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { isCommunity } from "./community.ts";
import { fact, listed } from "./fact.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import { SCALAR } from "./keep.ts";
import { metaOf } from "./objects.ts";

/** Label of an EndpointSlice: the Service that it is of. */
const SERVICE_NAME = "kubernetes.io/service-name";

function endpointsOf(object: RawObject): IstiodEndpointsFact | undefined {
  const service = metaOf(object)?.labels.get(SERVICE_NAME);
  if (service === undefined || !isIstiodName(service)) return undefined;
  return {
    service,
    addresses: array(object["endpoints"]).flatMap((one) => strings(property(one, "addresses"))),
    ports: array(object["ports"]).flatMap((one) => number(property(one, "port")) ?? []),
  };
}

/** Endpoints as they are where nobody lists slices: bug reports of istioctl have these alone. */
function plainEndpointsOf(object: RawObject): IstiodEndpointsFact | undefined {
  const name = metaOf(object)?.name;
  if (name === undefined || !isIstiodName(name)) return undefined;
  const subsets = array(object["subsets"]);
  return {
    service: name,
    addresses: subsets.flatMap((subset) =>
      array(property(subset, "addresses")).flatMap((one) => strings([property(one, "ip")])),
    ),
    ports: subsets.flatMap((subset) =>
      array(property(subset, "ports")).flatMap((one) => number(property(one, "port")) ?? []),
    ),
  };
}

/** An API server always has slices. */
function isUnrecorded(answer: Gathered<unknown>): boolean {
  return !answer.ok && (answer.why === "not-recorded" || answer.why === "not-found");
}

function byService(one: IstiodEndpointsFact, other: IstiodEndpointsFact): number {
  return Number(one.service > other.service) - Number(one.service < other.service);
}

/**
 * Where the Services for istiod of a cluster without one lead to. Of Endpoints that somebody wrote,
 * Kubernetes makes EndpointSlices.
 */
export const istiodEndpoints = fact({
  key: "istiodEndpoints",
  meshKind: "community",
  access: [listed(RESOURCES.endpointSlices, { scope: "istio" })],
  keeps: {
    endpointSlices: { endpoints: [{ addresses: [SCALAR] }], ports: [{ port: SCALAR }] },
    endpoints: { subsets: [{ addresses: [{ ip: SCALAR }], ports: [{ port: SCALAR }] }] },
  },
  after: ["istiods"],
  read: async (source) => {
    const istiods = await source.fact("istiods");
    if (!istiods.ok) return istiods;
    const runs = istiods.value.judged.length + istiods.value.others.length > 0;
    if (runs || !(await isCommunity(source))) return gathered([]);
    const namespace = await istioNamespaceOf(source);
    const slices = await source.list(RESOURCES.endpointSlices, { namespace });
    const plain = isUnrecorded(slices)
      ? await source.list(RESOURCES.endpoints, { namespace })
      : slices;
    const make = plain === slices ? endpointsOf : plainEndpointsOf;
    return mapGathered(plain.ok ? plain : slices, (objects) =>
      objects.flatMap((object) => make(object) ?? []).toSorted(byService),
    );
  },
});
