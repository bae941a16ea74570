import { fact, listed } from "./fact.ts";
import { SCALAR, WHOLE } from "./keep.ts";
import { array, at, property, string, strings } from "../lib/json.ts";
import { defined } from "../lib/defined.ts";
import type { TaintFact } from "../model/facts.ts";
import { mapGathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { byName, createdAtOf, metaOf } from "./objects.ts";

/** Of an older cluster the one of its only family. */
function podCIDRs(spec: unknown): string[] {
  const several = strings(property(spec, "podCIDRs"));
  return several.length > 0 ? several : strings([property(spec, "podCIDR")]);
}

function taints(spec: unknown): TaintFact[] {
  return array(property(spec, "taints")).map((taint) => ({
    key: string(property(taint, "key")) ?? "",
    value: string(property(taint, "value")) ?? "",
    effect: string(property(taint, "effect")) ?? "",
  }));
}

export const nodes = fact({
  key: "nodes",
  access: [listed(RESOURCES.nodes)],
  keeps: {
    nodes: {
      metadata: { creationTimestamp: WHOLE },
      spec: {
        podCIDR: WHOLE,
        podCIDRs: WHOLE,
        taints: [{ key: SCALAR, value: SCALAR, effect: SCALAR }],
      },
      status: { addresses: [{ type: WHOLE, address: WHOLE }] },
    },
  },
  read: async (source) =>
    mapGathered(await source.list(RESOURCES.nodes), (objects) =>
      objects
        .flatMap((object) => {
          const meta = metaOf(object);
          if (!meta) return [];
          const internalIPs = array(at(object, "status", "addresses"))
            .filter((address) => string(property(address, "type")) === "InternalIP")
            .flatMap((address) => string(property(address, "address")) ?? []);
          return [
            {
              name: meta.name,
              labels: meta.labels,
              internalIPs,
              podCIDRs: podCIDRs(object["spec"]),
              taints: taints(object["spec"]),
              ...defined({ createdAt: createdAtOf(object) }),
            },
          ];
        })
        .toSorted(byName),
    ),
});
