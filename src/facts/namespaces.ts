import { fact, listed } from "./fact.ts";
import { WHOLE } from "./keep.ts";
import { at, string } from "../lib/json.ts";
import { mapGathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { byName, metaOf } from "./objects.ts";

export const namespaces = fact({
  key: "namespaces",
  access: [listed(RESOURCES.namespaces)],
  keeps: { namespaces: { metadata: { uid: WHOLE } } },
  identifies: true,
  read: async (source) =>
    mapGathered(await source.listWhereAllowed(RESOURCES.namespaces), (objects) =>
      objects
        .flatMap((object) => {
          const meta = metaOf(object);
          if (!meta) return [];
          const uid = string(at(object, "metadata", "uid")) ?? "";
          return [{ name: meta.name, uid, labels: meta.labels }];
        })
        .toSorted(byName),
    ),
});
