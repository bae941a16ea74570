import { defined } from "../lib/defined.ts";
import { at, array, number, property, string, stringMap, strings, time } from "../lib/json.ts";
import type { Condition, ContainerImage, ObservedCondition } from "../model/facts.ts";

/** What every Kubernetes object says of itself. */
export interface Meta {
  /** `default` where the object does not say, as in a manifest written by hand. */
  namespace: string;
  name: string;
  labels: ReadonlyMap<string, string>;
}

/** Namespace and name; nothing for an object without a name, which no message could speak of. */
export function nameOf(object: unknown): Pick<Meta, "namespace" | "name"> | undefined {
  const metadata = property(object, "metadata");
  const name = string(property(metadata, "name"));
  if (name === undefined) return undefined;
  return { namespace: string(property(metadata, "namespace")) ?? "default", name };
}

/** Name, namespace and labels; nothing for an object without a name. */
export function metaOf(object: unknown): Meta | undefined {
  const named = nameOf(object);
  if (named === undefined) return undefined;
  return { ...named, labels: stringMap(at(object, "metadata", "labels")) };
}

/** When the object was made, ms since the epoch. */
export function createdAtOf(object: unknown): number | undefined {
  return time(at(object, "metadata", "creationTimestamp"));
}

/** That an object is being deleted, and what keeps it; undefined for one that is to stay. */
export function deletionOf(object: unknown): { finalizers: string[] } | undefined {
  const metadata = property(object, "metadata");
  if (string(property(metadata, "deletionTimestamp")) === undefined) return undefined;
  return { finalizers: strings(property(metadata, "finalizers")) };
}

/** The reference to who made an object and keeps it: of its owners the one that controls it. */
export function controllerRef(object: unknown): unknown {
  return array(at(object, "metadata", "ownerReferences")).find(
    (reference) => property(reference, "controller") === true,
  );
}

/** Whether the value is a map: there, and neither null nor a list. */
export function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Named {
  namespace?: string;
  name: string;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Orders by namespace, then name, so that a live cluster and its recording agree. */
export function byName(a: Named, b: Named): number {
  return compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name);
}

/** Entries of `status.conditions` that have a type. */
export function conditionsOf(object: unknown): Condition[] {
  return array(at(object, "status", "conditions")).flatMap((condition) => {
    const type = string(at(condition, "type"));
    if (type === undefined) return [];
    return [
      {
        type,
        status: string(at(condition, "status")) ?? "",
        reason: string(at(condition, "reason")) ?? "",
        message: string(at(condition, "message")) ?? "",
      },
    ];
  });
}

/** The same with the generation of the object that each was written of, and since when it is so. */
export function observedConditionsOf(object: unknown): ObservedCondition[] {
  return array(at(object, "status", "conditions")).flatMap((raw) =>
    conditionsOf({ status: { conditions: [raw] } }).map((condition) => ({
      ...condition,
      ...defined({
        observedGeneration: number(at(raw, "observedGeneration")),
        changedAt: time(at(raw, "lastTransitionTime")),
      }),
    })),
  );
}

/** How often the object's spec was written; absent where it does not say. */
export function generationOf(object: unknown): number | undefined {
  return number(at(object, "metadata", "generation"));
}

/** Containers of a pod spec with their images. */
export function imagesOf(podSpec: unknown): ContainerImage[] {
  return array(at(podSpec, "containers")).flatMap((container) => {
    const image = string(at(container, "image"));
    return image === undefined ? [] : [{ container: string(at(container, "name")) ?? "", image }];
  });
}

/** A port number, also when written as text; nothing for what is not one. */
export function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : number(value);
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536
    ? port
    : undefined;
}
