import { fact, listed } from "./fact.ts";
import { PLAIN } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { mapGathered, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { byName, metaOf } from "./objects.ts";

export const CNI_CONFIG = "istio-cni-config";

/** ConfigMaps `istio-cni-config` of all namespaces. */
export function listCniConfigs(source: FactSource): Promise<Gathered<RawObject[]>> {
  return source.listWhereAllowed(RESOURCES.configMaps, {
    fieldSelector: `metadata.name=${CNI_CONFIG}`,
  });
}

export const cniConfigs = fact({
  key: "cniConfigs",
  access: [listed(RESOURCES.configMaps, { names: [CNI_CONFIG] })],
  keeps: { configMaps: { data: { AMBIENT_DNS_CAPTURE: PLAIN } } },
  read: async (source) =>
    mapGathered(await listCniConfigs(source), (objects) =>
      objects
        .flatMap((object) => {
          const meta = metaOf(object);
          if (!meta) return [];
          const dnsCapture = string(at(object, "data", "AMBIENT_DNS_CAPTURE"));
          return [{ namespace: meta.namespace, name: meta.name, ...defined({ dnsCapture }) }];
        })
        .toSorted(byName),
    ),
});
