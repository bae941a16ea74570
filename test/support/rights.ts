import {
  gathered,
  mapGathered,
  missing,
  type Gathered,
  type Missing,
} from "../../src/model/gathered.ts";
import type { ClusterReader, ListOptions, RawObject } from "../../src/model/reader.ts";
import type { Resource } from "../../src/model/resource.ts";

/** What a user may read: nothing of a type, all of it, or what some namespaces hold. */
export type Rights = (resource: Resource) => "all" | ReadonlySet<string>;

function refusal(verb: "list" | "get", resource: Resource, namespace?: string): Missing {
  const where = namespace ? ` in the namespace "${namespace}"` : " at the cluster scope";
  return missing(
    "forbidden",
    `${resource.plural} is forbidden: User "viewer" cannot ${verb} resource "${resource.plural}"${where}`,
    {
      verb,
      group: resource.group,
      resource: resource.plural,
      ...(namespace ? { namespace } : {}),
    },
  );
}

/** Whether an object is in a namespace, where the reader does not know: it was moved after it was read. */
type IsIn = (namespace: string | undefined, object: RawObject) => boolean;

/** The cluster as a user with some rights sees it. */
export function restricted(
  reader: ClusterReader,
  rights: Rights,
  isIn: IsIn = () => true,
): ClusterReader {
  const may = (resource: Resource, namespace: string | undefined): boolean => {
    const allowed = rights(resource);
    return allowed === "all" || (namespace !== undefined && allowed.has(namespace));
  };
  return {
    context: reader.context,
    ...(reader.contextArgument === undefined ? {} : { contextArgument: reader.contextArgument }),
    kind: reader.kind,
    now: () => reader.now(),
    connect: () => Promise.resolve(gathered({ serverVersion: "v1.33.1", user: "viewer" })),
    list: async (resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> =>
      may(resource, options.namespace)
        ? mapGathered(await reader.list(resource, options), (objects) =>
            objects.filter((object) => isIn(options.namespace, object)),
          )
        : refusal("list", resource, options.namespace),
    get: (resource, namespace, name) =>
      may(resource, resource.plural === "namespaces" ? name : namespace || undefined)
        ? reader.get(resource, namespace, name)
        : Promise.resolve(refusal("get", resource, namespace)),
    debug: (target, path) => reader.debug(target, path),
    close: () => reader.close(),
  };
}
