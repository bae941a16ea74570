import type { Gathered, Missing } from "./gathered.ts";
import type { Resource } from "./resource.ts";

/** A Kubernetes object as it came: anything may be missing or of another type. */
export type RawObject = Readonly<Record<string, unknown>>;

export interface ListOptions {
  /** One namespace; absent: the whole cluster. */
  namespace?: string;
  /** `a=b,c!=d,e in (f,g),h,!i` as kubectl takes it. */
  labelSelector?: string;
  /** `metadata.name=x` is the only field used. */
  fieldSelector?: string;
  /** Metadata is enough: a live reader asks for PartialObjectMetadataList. */
  metadataOnly?: boolean;
  /**
   * Applied to each object as its page arrives, so that what no check reads (images of nodes,
   * managedFields) is not held in memory. It must be the same for the same resource everywhere.
   */
  slim?: (object: RawObject) => RawObject;
}

/** A port of a pod that answers istiod's or ztunnel's debug requests. */
export interface DebugTarget {
  namespace: string;
  pod: string;
  port: number;
}

/** Who answered, and as whom it knows us. */
export interface Connection {
  /** `v1.33.1`; absent when the server would not say. */
  serverVersion?: string;
  /** User name as the server sees it; absent when it would not say. */
  user?: string;
  /** Nobody answered: these are files, and nobody says that they are all of a cluster. */
  files?: RecordedFiles;
}

export interface RecordedFiles {
  /** The directory or archive. */
  origin: string;
  /** Namespaces that there are, and of which there is nothing. */
  blank: readonly string[];
}

/** Namespaces of which a recording has objects of a type, where it lacks those of others. */
export interface Unrecorded {
  namespaces: readonly string[];
  why: Missing;
  /** Of those others it has nothing of any type, as its connection says. */
  isBlank: boolean;
}

/**
 * The one door to a cluster: a live API server or a recording. Everything above it is the same for
 * both. No method throws for what a cluster, a file or the network does: the cause comes back as a
 * `Missing`. A third kind of reader needs no change elsewhere.
 */
export interface ClusterReader {
  /** Kubeconfig context, or the name that a recording gives. Unique within a run. */
  readonly context: string;
  /** What `--context` takes in commands for this cluster; absent when not known (a plain directory). */
  readonly contextArgument?: string;
  /** What `--kubeconfig` of this run was, which commands for this cluster need as well. */
  readonly kubeconfig?: string;
  readonly kind: "live" | "recording";
  /** When the recording was made, ms since the epoch; absent where it does not say, and live. */
  readonly recordedAt?: number;
  /** The newest time that its objects bear, where it does not say: it was made then or later. */
  readonly recordedAfter?: number;
  /** The time to judge by, ms since the epoch: now, or when the recording was made. */
  now(): number;
  connect(): Promise<Gathered<Connection>>;
  /** `not-found` means that the resource type is not served (its CRD is not installed). */
  list(resource: Resource, options?: ListOptions): Promise<Gathered<RawObject[]>>;
  /** `not-found` means that there is no such object; namespace "" for cluster-scoped ones. */
  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>>;
  /** `debug` will be called once other answers have come: what it needs can be got ready. */
  expectDebug?(): void;
  /** GET of a path such as `/debug/license`; the body parsed as JSON. 404 is `not-found`. */
  debug(target: DebugTarget, path: string): Promise<Gathered<unknown>>;
  /** What a recording lacks of a type; nothing where it has all of it, or says so itself. */
  unrecorded?(resource: Resource): Unrecorded | undefined;
  /** Grants a new time budget, for a phase that had to wait for other clusters. */
  renew?(): void;
  /** Ends what is under way and lets the process exit. */
  close(): Promise<void>;
}
