import { slimFor } from "../../facts/slim.ts";
import { array, at, property, string } from "../../lib/json.ts";
import { GATEWAY_NAME } from "../../mesh/names.ts";
import { selects } from "../../lib/selector.ts";
import type { ListOptions, RawObject } from "../../model/reader.ts";
import { RESOURCES, type Resource } from "../../model/resource.ts";
import { compare } from "./input.ts";

/** As Kubernetes writes times: in this form the later one is the greater text. */
const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const CRD_GROUP = "apiextensions.k8s.io";

/** `pods`, `gateways.gateway.networking.k8s.io`: as a CRD is named. */
export function resourceName(resource: Pick<Resource, "plural" | "group">): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** Kubernetes' own groups have no dot, or end in its domain; the Gateway API is installed as CRDs. */
function isCustom(group: string): boolean {
  if (group === RESOURCES.gateways.group) return true;
  return group.includes(".") && !group.endsWith(".k8s.io");
}

function isCrd(group: string, kind: string): boolean {
  return group === CRD_GROUP && kind === "CustomResourceDefinition";
}

/** The objects of one recording that mc has a use for, by type, namespace and name. */
export class ObjectStore {
  readonly #tables = new Map<string, Table>();
  readonly #crds = new Set<string>();
  readonly #groups = new Set<string>();
  readonly #listed = new Set<string>();
  /** Kinds of which there must be objects, as others are theirs. */
  readonly #implied = new Set<string>();
  /** The newest times that objects bear, as they stand there. */
  #newest = "";
  #count = 0;

  constructor() {
    for (const resource of Object.values(RESOURCES)) {
      this.#tables.set(`${resource.group}/${resource.kind}`, { resource, texts: new Map() });
    }
  }

  /** Objects seen, those of no use included. */
  get count(): number {
    return this.#count;
  }

  /** Whether there is an object that mc has a use for. */
  get isEmpty(): boolean {
    return [...this.#tables.values()].every(({ texts }) => texts.size === 0);
  }

  /** Whether objects of that type are kept; if not, this one is counted all the same. */
  wants(apiVersion: string, kind: string): boolean {
    const group = groupOf(apiVersion);
    if (this.#tables.has(`${group}/${kind}`) || isCrd(group, kind)) return true;
    this.#note(group);
    return false;
  }

  /** Notes that there is a list of the type, so that having no objects of it means that there are none. */
  listed(apiVersion: string, kind: string): void {
    this.#listed.add(`${groupOf(apiVersion)}/${kind}`);
    this.#note(groupOf(apiVersion));
  }

  /** Keeps the object if its type is one that mc reads; the last one of a name wins. */
  add(object: RawObject): void {
    const group = groupOf(string(property(object, "apiVersion")) ?? "");
    const kind = string(property(object, "kind")) ?? "";
    const name = string(at(object, "metadata", "name"));
    if (name === undefined) return;
    this.#note(group);
    if (isCrd(group, kind)) this.#crds.add(flat(name));
    const table = this.#tables.get(`${group}/${kind}`);
    if (!table) return;
    this.#noteOwners(object);
    this.#noteTimes(object);
    const slim = slimFor(table.resource);
    const kept = slim(withNamespace(object, table.resource));
    const namespace = string(at(kept, "metadata", "namespace")) ?? "";
    table.texts.set(flat(`${namespace}/${name}`), JSON.stringify(kept));
    delete table.sorted;
  }

  /** An object that belongs to another one says that there is one, recorded or not. */
  #noteOwners(object: RawObject): void {
    for (const owner of array(at(object, "metadata", "ownerReferences"))) {
      const kind = flat(string(property(owner, "kind")) ?? "");
      // A Deployment makes ReplicaSets, which make the pods.
      this.#implied.add(kind === "ReplicaSet" ? RESOURCES.deployments.kind : kind);
    }
    if (string(at(object, "metadata", "labels", GATEWAY_NAME)) !== undefined) {
      this.#implied.add(RESOURCES.gateways.kind);
      this.#implied.add(RESOURCES.gatewayClasses.kind);
    }
  }

  /** Nodes report every few minutes, so a recording with nodes is hardly younger than its newest time. */
  #noteTimes(object: RawObject): void {
    const { metadata, status } = object;
    const times = [
      property(metadata, "creationTimestamp"),
      ...array(property(metadata, "managedFields")).map((entry) => property(entry, "time")),
      ...array(property(status, "conditions")).flatMap((condition) => [
        property(condition, "lastHeartbeatTime"),
        property(condition, "lastTransitionTime"),
      ]),
    ];
    for (const one of times) {
      if (typeof one === "string" && UTC_TIME.test(one) && one > this.#newest)
        this.#newest = flat(one);
    }
  }

  /** The newest time of all objects, ms since the epoch; nothing where none is, or it has yet to come. */
  newestUntil(now: number): number | undefined {
    const newest = Date.parse(this.#newest);
    return newest <= now ? newest : undefined;
  }

  #note(group: string): void {
    this.#count += 1;
    this.#groups.add(flat(group));
  }

  /** The selected objects in the order of an API server: by namespace, then name. */
  list(resource: Resource, options: ListOptions): RawObject[] {
    const table = this.#table(resource);
    if (!table) return [];
    table.sorted ??= [...table.texts.keys()].toSorted(compare);
    const isSelected = selects(options);
    const found: RawObject[] = [];
    for (const key of table.sorted) {
      const object = parse(table.texts.get(key));
      if (!object || !isSelected(object)) continue;
      const part = options.metadataOnly ? metadataOf(object) : object;
      found.push(options.slim?.(part) ?? part);
    }
    return found;
  }

  get(resource: Resource, namespace: string, name: string): RawObject | undefined {
    const place = resource.namespaced ? namespace : "";
    return parse(this.#table(resource)?.texts.get(`${place}/${name}`));
  }

  /** Whether there is any object of that type, or a list of it that has none. */
  has(resource: Resource): boolean {
    const table = this.#table(resource);
    if (!table) return false;
    return table.texts.size > 0 || this.#listed.has(`${resource.group}/${resource.kind}`);
  }

  /** Whether objects of that type would have been kept. */
  keeps(resource: Resource): boolean {
    return this.#table(resource) !== undefined;
  }

  hasGroup(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Whether other objects show that there are objects of that type. */
  isImplied(resource: Resource): boolean {
    return this.#implied.has(resource.kind);
  }

  /** Whether there is an object of a custom type, or a list of one. */
  get hasCustomResources(): boolean {
    return [...this.#groups].some(isCustom);
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
  /** By `<namespace>/<name>`, as JSON: an eighth of the memory that the objects take. */
  texts: Map<string, string>;
  sorted?: string[];
}

function parse(text: string | undefined): RawObject | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as RawObject);
}

/** The same text on its own: one cut from a larger text keeps all of that in memory. */
function flat(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

function metadataOf({ apiVersion, kind, metadata }: RawObject): RawObject {
  return { apiVersion, kind, metadata };
}

/** A manifest without a namespace is one of `default`; cluster-scoped objects have none. */
function withNamespace(object: RawObject, resource: Resource): RawObject {
  const metadata = property(object, "metadata") as RawObject;
  const { namespace, ...rest } = metadata;
  if (!resource.namespaced) return { ...object, metadata: rest };
  return { ...object, metadata: { ...rest, namespace: string(namespace) ?? "default" } };
}
