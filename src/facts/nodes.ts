import { array, at, property, string } from "../lib/json.ts";
import { mapGathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { byName, metaOf } from "./objects.ts";
import { slimNode } from "./slim.ts";

export const nodes: FactReader<"nodes"> = async (source) =>
  mapGathered(await source.list(RESOURCES.nodes, { slim: slimNode }), (objects) =>
    objects
      .flatMap((object) => {
        const meta = metaOf(object);
        if (!meta) return [];
        const internalIPs = array(at(object, "status", "addresses"))
          .filter((address) => string(property(address, "type")) === "InternalIP")
          .flatMap((address) => string(property(address, "address")) ?? []);
        return [{ name: meta.name, labels: meta.labels, internalIPs }];
      })
      .toSorted(byName),
  );
