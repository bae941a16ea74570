import type { AccessRequest, Cause, Gathered } from "./gathered.ts";
import type { RawObject } from "./reader.ts";
import type { Resource } from "./resource.ts";

/** A field that another field manager owns and that an apply would change. */
export interface FieldConflict {
  manager: string;
  /** `.spec.listeners[name="xds-tls"].port`. */
  field: string;
}

/**
 * What came of a write. Warnings are those of the API server (deprecations, admission), one line
 * each. Beyond the causes of reading, `conflict`: other managers own fields, or the object is not
 * the one that the preconditions name; `invalid`: the API server does not take the object.
 */
export type Written<T> =
  | { ok: true; value: T; warnings: string[] }
  | {
      ok: false;
      why: Cause | "conflict" | "invalid";
      /** One line in words, safe to show. */
      detail: string;
      request: AccessRequest;
      warnings: string[];
      /** Empty but for an apply that others' fields stand against. */
      conflicts: FieldConflict[];
    };

export interface ApplyOptions {
  /** Takes fields over from other managers. */
  force?: boolean;
  /** The API server checks, and changes nothing. */
  dryRun?: boolean;
}

export interface DeleteOptions {
  dryRun?: boolean;
  /** Delete only this very object; otherwise the result is a `conflict`. */
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface WatchOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Where to start, of a list; absent: with an ADDED for each object that there is. */
  resourceVersion?: string;
}

export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: RawObject;
}

/** What expose, link and unlink do to a cluster. No method throws for what the cluster does. */
export interface ClusterWriter {
  /**
   * Server-side apply as field manager `mc`. The object has metadata.name, metadata.namespace where
   * there are namespaces, and an apiVersion of the resource: another one is used when the cluster
   * serves only that.
   *
   * @returns the object as the API server has, or in a dry run would have, stored it
   */
  apply(resource: Resource, object: RawObject, options?: ApplyOptions): Promise<Written<RawObject>>;
  /** `not-found`: there is no such object, or the resource type is not served. */
  delete(
    resource: Resource,
    namespace: string,
    name: string,
    options?: DeleteOptions,
  ): Promise<Written<undefined>>;
  /** The apiVersion in which the cluster serves the resource, once that was read; else the usual one. */
  apiVersion(resource: Resource): string;
  /** Whether the API server would allow it to us. */
  allowed(request: AccessRequest): Promise<Gathered<boolean>>;
  /**
   * Calls `onEvent` for each change, outside the time budget, until the signal is aborted or the API
   * server ends the watch, as it does after some minutes; watch again then. It resolves with the
   * resourceVersion to go on from; a Missing `unreadable` also means that this one is too old.
   */
  watch(
    resource: Resource,
    options: WatchOptions,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<Gathered<string | undefined>>;
}
