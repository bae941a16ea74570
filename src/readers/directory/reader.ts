import { oneLine } from "../../lib/sanitize.ts";
import { gathered, missing, type Gathered, type Missing } from "../../model/gathered.ts";
import type { LogTarget, PodLog } from "../../model/log.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
  Unrecorded,
} from "../../model/reader.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { Resource } from "../../model/resource.ts";
import { logKey } from "../logs/recorded.ts";
import { unreadDebug, unreadGet, unreadList, unreadType, wasRead } from "./recorded-requests.ts";
import { debugPath, getRequest, listRequest, PODS_LOG, type Snapshot } from "./snapshot.ts";
import { resourceName } from "./resource-types.ts";
import type { ObjectStore } from "./store.ts";

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
  /** The newest time in it, where it does not say when it was made, ms since the epoch. */
  recordedAfter?: number;
  objects: ObjectStore;
  /** Answers by `<namespace>/<pod>/<port>/<path>`, the path without a slash in front. */
  debug: ReadonlyMap<string, Gathered<unknown>>;
  /** Known lines of logs by `logKey`. */
  logs: ReadonlyMap<string, Gathered<PodLog>>;
  snapshot: Snapshot;
  absence(resource: Resource): Absence;
  /** Nobody says that everything was recorded: what a namespace lacks may have been left out. */
  mayBePartial: boolean;
  /** It says itself what was asked, and as whom. */
  isVouchedFor: boolean;
}

/** A cluster as files tell of it. */
export class RecordingReader implements ClusterReader {
  readonly kind = "recording";
  readonly context: string;
  readonly contextArgument?: string;
  readonly recordedAt?: number;
  readonly recordedAfter?: number;
  readonly #contents: RecordingContents;

  constructor(contents: RecordingContents) {
    this.context = contents.context;
    if (contents.contextArgument !== undefined) this.contextArgument = contents.contextArgument;
    if (contents.recordedAt !== undefined) this.recordedAt = contents.recordedAt;
    if (contents.recordedAfter !== undefined) this.recordedAfter = contents.recordedAfter;
    this.#contents = contents;
  }

  now(): number {
    return this.#contents.now;
  }

  connect(): Promise<Gathered<Connection>> {
    const { connection } = this.#contents.snapshot;
    if ("ok" in connection) return Promise.resolve(connection);
    const { objects, origin, isVouchedFor, mayBePartial } = this.#contents;
    const files = { origin, blank: mayBePartial ? objects.blankNamespaces() : [] };
    return Promise.resolve(gathered(isVouchedFor ? connection : { ...connection, files }));
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
    if (found.length === 0 && options.namespace && this.#isBlank(resource, options.namespace)) {
      return this.#nothingOf(resource, [options.namespace]);
    }
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
    if (this.#isBlank(resource, namespace) || this.#isPicked(resource, namespace)) {
      return Promise.resolve(this.#nothingOf(resource, [namespace]));
    }
    const notFound = missing("not-found", `${resourceName(resource)} "${oneLine(name)}" not found`);
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

  unrecorded(resource: Resource): Unrecorded | undefined {
    if (!this.#contents.mayBePartial) return undefined;
    const { objects } = this.#contents;
    const { recorded, missing: namespaces } = objects.coverage(resource);
    if (namespaces.length === 0) return undefined;
    const why = this.#nothingOf(resource, namespaces);
    const blank = objects.blankNamespaces();
    return { namespaces: recorded, why, isBlank: namespaces.every((one) => blank.includes(one)) };
  }

  #isBlank(resource: Resource, namespace: string): boolean {
    const { mayBePartial, objects } = this.#contents;
    return mayBePartial && resource.namespaced && objects.isBlank(resource, namespace);
  }

  /** Some ConfigMaps of a namespace were recorded, and not all. */
  #isPicked(resource: Resource, namespace: string): boolean {
    const { mayBePartial, objects } = this.#contents;
    return mayBePartial && objects.isPicked(resource, namespace);
  }

  #nothingOf({ kind }: Resource, namespaces: readonly string[]): Missing {
    const { origin } = this.#contents;
    const where = `namespace${namespaces.length === 1 ? "" : "s"} ${enumerate(namespaces)}`;
    return missing("not-recorded", `not recorded: ${origin} has no ${kind} objects of ${where}`);
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
