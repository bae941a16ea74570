import type { FactKey, Facts } from "./facts.ts";
import type { Gathered } from "./gathered.ts";
import type { Connection, DebugTarget, ListOptions, RawObject } from "./reader.ts";
import type { MeshKind } from "./report.ts";
import type { Resource } from "./resource.ts";

/** What the command line says about how to read a cluster. */
export interface GatherSettings {
  /** `-i`. */
  istioNamespace?: string;
  /** `-r`. */
  revision?: string;
  /** `-n`: another namespace that matters, where not all may be listed. */
  namespace?: string;
  /** What commands call this program, as in `kubectl mc`; absent: `mc`. */
  program?: string;
  /** `--mode`: the kind of mesh that this is; absent: what is there tells. */
  mode?: MeshKind;
  /**
   * Asking is free, as of a recording: read also what is seldom there (OpenShift's network), and what
   * ztunnel pods say of themselves (`/config_dump`), which would take a request a node.
   */
  dumps?: boolean;
  /** `--deep`: ask one ztunnel of a live cluster what certificates it has. */
  deep?: boolean;
  /**
   * Which pods of applications are read: those beside every Service that some cluster shares, or
   * those of these namespaces. Absent: where a check would otherwise take for a fault that a service
   * has no pods.
   */
  servicePods?: "shared" | readonly string[];
  /** Ask istiod and ztunnel what they hold: the ztunnel of the client's node where one is named. */
  views?: { client?: { namespace: string; pod?: string } };
}

/**
 * What a fact is made from. Of objects and debug answers it gives what facts declare that they keep,
 * unless the options of a list ask for less. Every request and every fact is made once per cluster and shared, so
 * facts just ask; those that depend on others await them, the rest go out at once.
 */
export interface FactSource {
  readonly settings: GatherSettings;
  connect(): Promise<Gathered<Connection>>;
  list(resource: Resource, options?: ListOptions): Promise<Gathered<RawObject[]>>;
  /**
   * The list of the whole cluster; where that is forbidden, what the namespaces that matter have of
   * it. Only for facts that are worth something when they are not whole.
   */
  listWhereAllowed(resource: Resource, options?: ListOptions): Promise<Gathered<RawObject[]>>;
  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>>;
  /** Says ahead that `debug` will be called, before what it takes to know the target is awaited. */
  expectDebug(): void;
  debug(target: DebugTarget, path: string): Promise<Gathered<unknown>>;
  /** The same request once more, not from what is shared. */
  debugAgain(target: DebugTarget, path: string): Promise<Gathered<unknown>>;
  /** Another fact of this cluster. */
  fact<K extends FactKey>(key: K): Promise<Gathered<Facts[K]>>;
  /** A fact of every other cluster of the run. */
  elsewhere<K extends FactKey>(key: K): Promise<Gathered<Facts[K]>[]>;
  /** The list again, not from what is shared: for what may have changed meanwhile. */
  listAgain(resource: Resource, options?: ListOptions): Promise<Gathered<RawObject[]>>;
}

/** Makes one fact. It resolves with a `Missing` rather than reject. */
export type FactReader<K extends FactKey> = (source: FactSource) => Promise<Gathered<Facts[K]>>;

export type FactReaders = { readonly [K in FactKey]: { readonly read: FactReader<K> } };
