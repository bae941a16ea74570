import { fact, listed } from "./fact.ts";
import { WHOLE } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { SERVICE_SCOPE } from "../mesh/names.ts";
import { mapGathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { labelledAt, labelWriters } from "./managed-fields.ts";
import { byName, metaOf } from "./objects.ts";

const WRITERS = labelWriters(SERVICE_SCOPE);

export const namespaces = fact({
  key: "namespaces",
  access: [listed(RESOURCES.namespaces)],
  keeps: { namespaces: { metadata: { uid: WHOLE, managedFields: WRITERS } } },
  identifies: true,
  read: async (source) =>
    mapGathered(await source.listWhereAllowed(RESOURCES.namespaces), (objects) =>
      objects
        .flatMap((object) => {
          const meta = metaOf(object);
          if (!meta) return [];
          const uid = string(at(object, "metadata", "uid")) ?? "";
          const sharedAt = labelledAt(object, SERVICE_SCOPE);
          return [{ name: meta.name, uid, labels: meta.labels, ...defined({ sharedAt }) }];
        })
        .toSorted(byName),
    ),
});
