import { gathered, missing, type Gathered, type Missing } from "../../model/gathered.ts";
import type { LogTarget, PodLog } from "../../model/log.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
} from "../../model/reader.ts";
import type { Resource } from "../../model/resource.ts";
import { logKey } from "../logs/recorded.ts";
import { unreadDebug, unreadGet, unreadList, unreadType, wasRead } from "./recorded-requests.ts";
import { debugPath, getRequest, listRequest, PODS_LOG, type Snapshot } from "./snapshot.ts";
import { type ObjectStore, resourceName } from "./store.ts";

/** Stands for every port, where a file does not say which one answered. */
export const ANY_PORT = 0;
/** Stands for the namespace and the container that a file with a log does not name. */
export const UNNAMED = "";

/** What it means that a recording has no object of a type. */
export type Absence = "none" | "not served" | "not recorded";

export interface RecordingContents {
  context: string;
  contextArgument?: string;
  /** Directory or archive, for messages. */
  origin: string;
  /** The time to judge by, ms since the epoch. */
  now: number;
  /** When it was made, ms since the epoch. */
  recordedAt?: number;
  objects: ObjectStore;
  /** Answers by `<namespace>/<pod>/<port>/<path>`, the path without a slash in front. */
  debug: ReadonlyMap<string, Gathered<unknown>>;
  /** Known lines of logs by `logKey`. */
  logs: ReadonlyMap<string, Gathered<PodLog>>;
  snapshot: Snapshot;
  absence(resource: Resource): Absence;
}

/** A cluster as files tell of it. */
export class RecordingReader implements ClusterReader {
  readonly kind = "recording";
  readonly context: string;
  readonly contextArgument?: string;
  readonly recordedAt?: number;
  readonly #contents: RecordingContents;

  constructor(contents: RecordingContents) {
    this.context = contents.context;
    if (contents.contextArgument !== undefined) this.contextArgument = contents.contextArgument;
    if (contents.recordedAt !== undefined) this.recordedAt = contents.recordedAt;
    this.#contents = contents;
  }

  now(): number {
    return this.#contents.now;
  }

  connect(): Promise<Gathered<Connection>> {
    const { connection } = this.#contents.snapshot;
    return Promise.resolve("ok" in connection ? connection : gathered(connection));
  }

  list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    return Promise.resolve(this.#list(resource, options));
  }

  #list(resource: Resource, options: ListOptions): Gathered<RawObject[]> {
    const { objects, snapshot } = this.#contents;
    const request = listRequest(resource, options);
    const unread = unreadList(snapshot.unread, request);
    if (unread) return unread;
    if (!wasRead(snapshot, request)) return this.#notRead(resource);
    const found = objects.list(resource, options);
    // A recording that says what was read knows that there was nothing, whatever else was forbidden.
    if (found.length > 0 || snapshot.read) return gathered(found);
    const missingType = unreadType(snapshot.unread, request) ?? this.#absent(resource);
    return missingType ?? gathered([]);
  }

  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>> {
    const { objects, snapshot } = this.#contents;
    const request = getRequest(resource, namespace, name);
    const unread = unreadGet(snapshot.unread, request);
    if (unread) return Promise.resolve(unread);
    const found = objects.get(resource, namespace, name);
    if (!wasRead(snapshot, request, found)) return Promise.resolve(this.#notRead(resource));
    if (found) return Promise.resolve(gathered(found));
    const notFound = missing("not-found", `${resourceName(resource)} "${name}" not found`);
    return Promise.resolve(this.#absent(resource) ?? notFound);
  }

  debug(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    const { debug, snapshot, origin } = this.#contents;
    const wanted = { ...target, path: debugPath(path) };
    const answer =
      debug.get(debugKey(wanted)) ?? debug.get(debugKey({ ...wanted, port: ANY_PORT }));
    const unread = unreadDebug(snapshot.unread, wanted);
    const absent = missing(
      "not-recorded",
      `not recorded: ${origin} has no answer of ${target.namespace}/${target.pod} to /${wanted.path}`,
    );
    return Promise.resolve(unread ?? answer ?? absent);
  }

  log(target: LogTarget): Promise<Gathered<PodLog>> {
    const { logs, snapshot, origin } = this.#contents;
    const { namespace, pod } = target;
    const read =
      logs.get(logKey(target)) ?? logs.get(logKey({ namespace: UNNAMED, pod, container: UNNAMED }));
    const unread = unreadGet(snapshot.unread, getRequest(PODS_LOG, namespace, pod));
    const absent = missing(
      "not-recorded",
      `not recorded: ${origin} has no log of ${namespace}/${pod}`,
    );
    return Promise.resolve(read ?? unread ?? absent);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing when there is no object of that type because none exists. */
  #absent(resource: Resource): Missing | undefined {
    const { objects, origin } = this.#contents;
    if (objects.has(resource)) return undefined;
    const absence = objects.keeps(resource) ? this.#contents.absence(resource) : "not recorded";
    if (absence === "none") return undefined;
    return absence === "not served"
      ? missing("not-found", `${resourceName(resource)} is not among the recorded CRDs`)
      : missing("not-recorded", `not recorded: ${origin} has no ${resource.kind} objects`);
  }

  #notRead(resource: Resource): Missing {
    const { origin } = this.#contents;
    return missing(
      "not-recorded",
      `not recorded: ${resourceName(resource)} was not asked for when ${origin} was made`,
    );
  }
}

export function debugKey(target: DebugTarget & { path: string }): string {
  return `${target.namespace}/${target.pod}/${target.port}/${target.path}`;
}
