import { slimFor } from "../../facts/slim.ts";
import { array, at, property, string } from "../../lib/json.ts";
import { GATEWAY_NAME } from "../../mesh/names.ts";
import { selects } from "../../lib/selector.ts";
import type { ListOptions, RawObject } from "../../model/reader.ts";
import { RESOURCES, type Resource } from "../../model/resource.ts";
import { compare } from "./input.ts";
import { newestOf } from "./newest-time.ts";
import { groupOf, ofKind, resourceName, typeOf } from "./resource-types.ts";

/** What a Deployment puts on its ReplicaSets and their pods. */
const POD_TEMPLATE_HASH = "pod-template-hash";
/** Namespaces that Kubernetes makes and nobody uses: that they hold nothing is as it should be. */
const ALWAYS_EMPTY: ReadonlySet<string> = new Set(["kube-node-lease", "kube-public"]);
/** The API server's own certificate authority. */
const IN_EVERY_NAMESPACE = "kube-root-ca.crt";
const CRD_GROUP = "apiextensions.k8s.io";

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
  /** By type, the paths of files that list it. */
  readonly #listed = new Map<string, Set<string>>();
  /** Types of which there must be objects, as others are theirs, with the namespaces that show it. */
  readonly #implied = new Map<string, Set<string>>();
  /** Namespaces of which there is any object. */
  readonly #namespaces = new Set<string>();
  /** The newest times that objects bear, as they stand there. */
  #newest = "";
  #count = 0;

  constructor() {
    for (const resource of Object.values(RESOURCES)) {
      this.#tables.set(typeOf(resource), { resource, texts: new Map() });
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
  listed(apiVersion: string, kind: string, path = ""): void {
    const type = `${groupOf(apiVersion)}/${kind}`;
    this.#listed.set(type, (this.#listed.get(type) ?? new Set()).add(path));
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
    const slim = slimFor(table.resource);
    const kept = slim(withNamespace(object, table.resource));
    const namespace = string(at(kept, "metadata", "namespace")) ?? "";
    this.#noteOwners(object, namespace);
    this.#newest = newestOf(object, this.#newest);
    if (table.resource.namespaced) this.#namespaces.add(flat(namespace));
    table.texts.set(flat(`${namespace}/${name}`), JSON.stringify(kept));
    delete table.sorted;
  }

  /** An object that belongs to another one says that there is one, recorded or not. */
  #noteOwners(object: RawObject, namespace: string): void {
    const labels = at(object, "metadata", "labels");
    for (const owner of array(at(object, "metadata", "ownerReferences"))) {
      const kind = string(property(owner, "kind")) ?? "";
      const apiVersion = string(property(owner, "apiVersion"));
      // A Deployment makes ReplicaSets, which make the pods; so do others, without its label.
      if (kind !== "ReplicaSet") {
        for (const one of ofKind(kind, apiVersion)) this.#imply(one, namespace);
      } else if (property(labels, POD_TEMPLATE_HASH) !== undefined) {
        this.#imply(RESOURCES.deployments, namespace);
      }
    }
    if (string(property(labels, GATEWAY_NAME)) !== undefined) {
      this.#imply(RESOURCES.gateways, namespace);
      this.#imply(RESOURCES.gatewayClasses, namespace);
    }
  }

  #imply(resource: Resource, namespace: string): void {
    const type = typeOf(resource);
    const namespaces = this.#implied.get(type) ?? new Set<string>();
    this.#implied.set(type, namespaces.add(flat(namespace)));
  }

  /**
   * Namespaces that are there and of which objects of a type are missing: other objects of the
   * namespace belong to some, or it has no object at all. With them the namespaces of which all is there.
   */
  coverage(resource: Resource): Coverage {
    if (!resource.namespaced) return { recorded: [], missing: [] };
    const table = this.#table(resource);
    const held = new Set([...(table?.texts.keys() ?? [])].map((key) => key.split("/")[0] ?? ""));
    const implied = this.#implied.get(typeOf(resource)) ?? new Set<string>();
    const known = new Set([...this.#namespaces, ...this.#listedNamespaces(), ...implied]);
    const all = [...known].toSorted(compare);
    const isMissing = (name: string): boolean =>
      !held.has(name) &&
      !this.#isListedIn(resource, name) &&
      (implied.has(name) || !this.#namespaces.has(name));
    return {
      recorded: all.filter((name) => !isMissing(name)),
      missing: all.filter(isMissing),
    };
  }

  /** Whether nothing is recorded of a namespace that may well be there, nor a list of the type. */
  isBlank(resource: Resource, namespace: string): boolean {
    if (this.#namespaces.has(namespace) || this.#isListedIn(resource, namespace)) return false;
    const listed = this.#listedNamespaces();
    return listed.length === 0 || listed.includes(namespace);
  }

  /** Namespaces that there are, and of which there is nothing. */
  blankNamespaces(): string[] {
    return this.#listedNamespaces()
      .filter((name) => !this.#namespaces.has(name))
      .toSorted(compare);
  }

  /** Whether some ConfigMaps of a namespace were picked out: each namespace has one of that name. */
  isPicked(resource: Resource, namespace: string): boolean {
    return (
      resource.plural === RESOURCES.configMaps.plural &&
      !this.#isListedIn(resource, namespace) &&
      this.get(resource, namespace, IN_EVERY_NAMESPACE) === undefined
    );
  }

  /**
   * Whether a file lists what a namespace has of a type: one in a directory named for it, as `oc adm
   * must-gather` and `kubectl cluster-info dump` make, or one in no such directory.
   */
  #isListedIn(resource: Resource, namespace: string): boolean {
    const known = new Set([...this.#namespaces, ...this.#listedNamespaces(), namespace]);
    return [...(this.#listed.get(typeOf(resource)) ?? [])].some((path) => {
      const parts = path.split("/").slice(0, -1);
      const below = parts[parts.indexOf("namespaces") + 1];
      const place = parts.includes("namespaces")
        ? below
        : parts.findLast((part) => known.has(part));
      return place === undefined || place === namespace;
    });
  }

  #listedNamespaces(): string[] {
    const keys = this.#table(RESOURCES.namespaces)?.texts.keys() ?? [];
    return [...keys].map((key) => key.slice(1)).filter((name) => !ALWAYS_EMPTY.has(name));
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
    return table.texts.size > 0 || this.#listed.has(typeOf(resource));
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
    return this.#implied.has(typeOf(resource));
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
    return this.#tables.get(typeOf(resource));
  }
}

interface Coverage {
  recorded: string[];
  missing: string[];
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
