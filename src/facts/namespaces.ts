import { at, string } from "../lib/json.ts";
import { mapGathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { byName, metaOf } from "./objects.ts";
import { slimNamespace } from "./slim.ts";

export const namespaces: FactReader<"namespaces"> = async (source) =>
  mapGathered(
    await source.listWhereAllowed(RESOURCES.namespaces, { slim: slimNamespace }),
    (objects) =>
      objects
        .flatMap((object) => {
          const meta = metaOf(object);
          if (!meta) return [];
          const uid = string(at(object, "metadata", "uid")) ?? "";
          return [{ name: meta.name, uid, labels: meta.labels }];
        })
        .toSorted(byName),
  );
