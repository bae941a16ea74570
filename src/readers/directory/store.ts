import { at, property, string } from "../../lib/json.ts";
import { selects } from "../../lib/selector.ts";
import type { ListOptions, RawObject } from "../../model/reader.ts";
import { RESOURCES, type Resource } from "../../model/resource.ts";
import { compare } from "./input.ts";

const CRD_GROUP = "apiextensions.k8s.io";

/** `pods`, `gateways.gateway.networking.k8s.io`: as a CRD is named. */
export function resourceName(resource: Pick<Resource, "plural" | "group">): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** The objects of one recording that mc has a use for, by type, namespace and name. */
export class ObjectStore {
  readonly #tables = new Map<string, Table>();
  readonly #crds = new Set<string>();
  readonly #groups = new Set<string>();
  #count = 0;

  constructor() {
    for (const resource of Object.values(RESOURCES)) {
      this.#tables.set(`${resource.group}/${resource.kind}`, { resource, objects: new Map() });
    }
  }

  /** Objects seen, those of no use included. */
  get count(): number {
    return this.#count;
  }

  /** Keeps the object if its type is one that mc reads; the last one of a name wins. */
  add(object: RawObject): void {
    const group = groupOf(string(property(object, "apiVersion")) ?? "");
    const kind = string(property(object, "kind")) ?? "";
    const name = string(at(object, "metadata", "name"));
    if (name === undefined) return;
    this.#count += 1;
    this.#groups.add(group);
    if (group === CRD_GROUP && kind === "CustomResourceDefinition") this.#crds.add(name);
    const table = this.#tables.get(`${group}/${kind}`);
    if (!table) return;
    const kept = detached(withNamespace(object, table.resource));
    const namespace = string(at(kept, "metadata", "namespace")) ?? "";
    table.objects.set(`${namespace}/${name}`, kept);
    delete table.sorted;
  }

  /** The selected objects in the order of an API server: by namespace, then name. */
  list(resource: Resource, options: ListOptions): RawObject[] {
    const table = this.#table(resource);
    if (!table) return [];
    table.sorted ??= [...table.objects]
      .toSorted(([one], [other]) => compare(one, other))
      .map(([, object]) => object);
    return table.sorted.filter(selects(options));
  }

  get(resource: Resource, namespace: string, name: string): RawObject | undefined {
    const place = resource.namespaced ? namespace : "";
    return this.#table(resource)?.objects.get(`${place}/${name}`);
  }

  /** Whether there is any object of that type. */
  has(resource: Resource): boolean {
    return (this.#table(resource)?.objects.size ?? 0) > 0;
  }

  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Whether the type is a custom one that the recorded CRDs have; absent when none are recorded. */
  definesType(resource: Resource): boolean | undefined {
    return this.#crds.size === 0 ? undefined : this.#crds.has(resourceName(resource));
  }

  #table(resource: Resource): Table | undefined {
    return this.#tables.get(`${resource.group}/${resource.kind}`);
  }
}

interface Table {
  resource: Resource;
  objects: Map<string, RawObject>;
  sorted?: RawObject[];
}

/** A manifest without a namespace is one of `default`; cluster-scoped objects have none. */
function withNamespace(object: RawObject, resource: Resource): RawObject {
  const metadata = property(object, "metadata") as RawObject;
  const { namespace, ...rest } = metadata;
  if (!resource.namespaced) return { ...object, metadata: rest };
  return { ...object, metadata: { ...rest, namespace: string(namespace) ?? "default" } };
}

/**
 * A copy that shares nothing with the text it was parsed from: strings cut from a text keep all of
 * it in memory.
 */
function detached(object: RawObject): RawObject {
  return JSON.parse(JSON.stringify(object)) as RawObject;
}
