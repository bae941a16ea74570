import { randomUUID } from "node:crypto";
import type { ResourceType } from "./resources.ts";
import type { KubeObject } from "./types.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

export interface Change {
  version: number;
  type: ChangeType;
  resource: ResourceType;
  object: KubeObject;
  /** What the object was before; absent for ADDED. */
  previous?: KubeObject;
}

type Listener = (change: Change) => void;

/** An arbitrary start, so that no test takes 0 or 1 for granted. */
const FIRST_VERSION = 1000;

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

/**
 * The stored objects and their history. What is stored is never changed in place, so a list or a
 * watch can hold on to it.
 */
export class Store {
  #version = FIRST_VERSION;
  readonly #objects = new Map<ResourceType, Map<string, KubeObject>>();
  readonly #ordered = new Map<ResourceType, { version: number; objects: KubeObject[] }>();
  readonly #listeners = new Set<Listener>();
  readonly changes: Change[] = [];

  get version(): number {
    return this.#version;
  }

  get(resource: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(keyOf(resource.namespaced ? namespace : "", name));
  }

  /** In the order of their keys, as etcd lists them. */
  list(resource: ResourceType, namespace?: string): KubeObject[] {
    const objects = this.#inOrder(resource);
    return namespace === undefined
      ? objects
      : objects.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Creates or replaces; gives uid, creation time and resource version. */
  put(resource: ResourceType, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const objects = this.#of(resource);
    const previous = objects.get(key);
    const stored = structuredClone(object);
    stored.metadata.uid ??= previous?.metadata.uid ?? randomUUID();
    stored.metadata.creationTimestamp ??=
      previous?.metadata.creationTimestamp ?? timestamp(new Date());
    stored.metadata.resourceVersion = String(++this.#version);
    objects.set(key, stored);
    this.#record(
      previous
        ? { version: this.#version, type: "MODIFIED", resource, object: stored, previous }
        : { version: this.#version, type: "ADDED", resource, object: stored },
    );
    return stored;
  }

  remove(
    resource: ResourceType,
    namespace: string | undefined,
    name: string,
  ): KubeObject | undefined {
    const objects = this.#of(resource);
    const key = keyOf(resource.namespaced ? namespace : "", name);
    const previous = objects.get(key);
    if (!previous) return undefined;
    objects.delete(key);
    const metadata = { ...previous.metadata, resourceVersion: String(++this.#version) };
    const object = { ...previous, metadata };
    this.#record({ version: this.#version, type: "DELETED", resource, object, previous });
    return object;
  }

  all(): { resource: ResourceType; object: KubeObject }[] {
    return [...this.#objects.keys()].flatMap((resource) =>
      this.list(resource).map((object) => ({ resource, object })),
    );
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Kept until something changes: large lists are asked for time and again. */
  #inOrder(resource: ResourceType): KubeObject[] {
    const known = this.#ordered.get(resource);
    if (known?.version === this.#version) return known.objects;
    const entries = [...(this.#objects.get(resource) ?? [])];
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    const objects = entries.map(([, object]) => object);
    this.#ordered.set(resource, { version: this.#version, objects });
    return objects;
  }

  #of(resource: ResourceType): Map<string, KubeObject> {
    let objects = this.#objects.get(resource);
    if (!objects) this.#objects.set(resource, (objects = new Map()));
    return objects;
  }

  #record(change: Change): void {
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

/** RFC 3339 with whole seconds, as metadata has it. */
export const timestamp = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, "Z");
