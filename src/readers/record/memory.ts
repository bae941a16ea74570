import { defined } from "../../lib/defined.ts";
import { at, string } from "../../lib/json.ts";
import type { Gathered, Missing } from "../../model/gathered.ts";
import type { LogTarget, PodLog } from "../../model/log.ts";
import type { ClusterReader, Connection, RawObject } from "../../model/reader.ts";
import type { Resource } from "../../model/resource.ts";
import { compare } from "../directory/input.ts";
import { debugKey } from "../directory/reader.ts";
import {
  getRequest,
  PODS_LOG,
  type RecordedDebug,
  type RecordedRequest,
  SNAPSHOT_FILE,
  SNAPSHOT_VERSION,
  type Unread,
} from "../directory/snapshot.ts";
import { resourceName } from "../directory/resource-types.ts";
import { logKey } from "../logs/recorded.ts";
import { redactObject } from "../redact.ts";
import { redactDebug } from "./debug.ts";
import { encodeName } from "./names.ts";
import { scrubText } from "./secret-text.ts";
import type { RecordedFile } from "./write.ts";
import { toJson, toYaml } from "./yaml.ts";

/** Objects to a file, so that no text becomes too long to hold. */
const OBJECTS_PER_FILE = 5000;

/** What was asked of a cluster and what it answered, redacted as it comes. */
export class Memory {
  readonly #context: string;
  readonly #isLive: boolean;
  readonly #contextArgument: string | undefined;
  /** ms since the epoch. */
  readonly time: number;
  #connection: Gathered<Connection> = { ok: true, value: {} };
  /** Redacted objects as JSON, by type, then by namespace and name. */
  readonly #objects = new Map<string, Map<string, string>>();
  readonly #read = new Map<string, RecordedRequest>();
  readonly #unread = new Map<string, Unread>();
  readonly #debug = new Map<string, { target: RecordedDebug; text: string }>();
  readonly #logs = new Map<string, { target: LogTarget; text: string }>();

  constructor(reader: ClusterReader) {
    this.#context = reader.context;
    this.#contextArgument = reader.contextArgument;
    this.time = reader.now();
    this.#isLive = reader.kind === "live";
  }

  connected(connection: Gathered<Connection>): void {
    this.#connection = connection;
  }

  answered(
    request: RecordedRequest,
    resource: Resource,
    answer: Gathered<readonly RawObject[]>,
  ): void {
    const key = JSON.stringify(request);
    this.#read.delete(key);
    this.#unread.delete(key);
    if (!answer.ok) {
      this.#unread.set(key, { ...reasonOf(answer), request });
      return;
    }
    this.#read.set(key, request);
    for (const object of answer.value) this.#keep(resource, object, request.metadataOnly === true);
  }

  #keep(resource: Resource, object: RawObject, metadataOnly: boolean): void {
    const name = string(at(object, "metadata", "name"));
    if (name === undefined) return;
    const type = resourceName(resource);
    const objects = this.#objects.get(type) ?? new Map<string, string>();
    this.#objects.set(type, objects);
    const key = `${string(at(object, "metadata", "namespace")) ?? ""}/${name}`;
    // The whole object says more than its metadata, whichever came first.
    if (metadataOnly && objects.has(key)) return;
    const isWhole = this.#isLive && !metadataOnly;
    objects.set(key, JSON.stringify(redactObject(resource, object, isWhole)));
  }

  debugAnswered(target: RecordedDebug, answer: Gathered<unknown>): void {
    const key = debugKey(target);
    this.#debug.delete(key);
    this.#unread.delete(key);
    if (answer.ok) {
      this.#debug.set(key, { target, text: toJson(redactDebug(target.path, answer.value)) });
    } else {
      const { request: access } = answer;
      this.#unread.set(key, { ...reasonOf(answer), debug: target, ...defined({ access }) });
    }
  }

  /** Readers give of logs the known lines, redacted: nothing else of them is ever here. */
  logAnswered(target: LogTarget, answer: Gathered<PodLog>): void {
    const { namespace, pod: name } = target;
    const key = logKey(target);
    const request = getRequest(PODS_LOG, namespace, name);
    this.#logs.delete(key);
    this.#unread.delete(`log ${key}`);
    if (answer.ok) this.#logs.set(key, { target, text: toJson(answer.value) });
    else this.#unread.set(`log ${key}`, { ...reasonOf(answer), request });
  }

  /** The files of the recording; `position` is the cluster's place in the run, from 0. */
  *files(position: number | undefined): Generator<RecordedFile> {
    for (const [type, objects] of [...this.#objects].toSorted(byKey)) {
      const texts = [...objects].toSorted(byKey).map(([, text]) => text);
      for (let from = 0; from < texts.length; from += OBJECTS_PER_FILE) {
        const number = from === 0 ? "" : `-${from / OBJECTS_PER_FILE + 1}`;
        const documents = texts.slice(from, from + OBJECTS_PER_FILE).map(toDocument);
        yield { path: `objects/${type}${number}.yaml`, text: documents.join("") };
      }
    }
    const unread = [...this.#unread.values()];
    for (const [, { target, text }] of [...this.#debug].toSorted(byKey)) {
      const path = debugFile(target);
      if (path !== undefined) yield { path, text };
      else unread.push({ why: "not-recorded", detail: "its name is too long", debug: target });
    }
    for (const [, { target, text }] of [...this.#logs].toSorted(byKey)) {
      const path = filePath("logs", [target.namespace, target.pod, target.container]);
      if (path !== undefined) yield { path, text };
    }
    yield { path: SNAPSHOT_FILE, text: toJson(this.#snapshot(unread, position)) };
  }

  #snapshot(unread: readonly Unread[], position: number | undefined): object {
    const connection = this.#connection;
    return {
      schemaVersion: SNAPSHOT_VERSION,
      context: this.#context,
      ...contextArgumentOf(this.#context, this.#contextArgument),
      time: new Date(this.time).toISOString(),
      position,
      ...(connection.ok ? connection.value : { connection: faultOf(connection) }),
      read: inOrder([...this.#read.values()]),
      unread: inOrder(unread),
    };
  }
}

function toDocument(text: string): string {
  return `---\n${toYaml(JSON.parse(text))}`;
}

function reasonOf({ why, detail }: Missing): Pick<Missing, "why" | "detail"> {
  return { why, detail: scrubText(detail) };
}

function faultOf(fault: Missing): object {
  return { ...reasonOf(fault), request: fault.request };
}

/** Said only where it is not the context's name. */
function contextArgumentOf(context: string, argument: string | undefined): object {
  return argument === context ? {} : { contextArgument: argument ?? null };
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return compare(one, other);
}

function inOrder<T>(entries: readonly T[]): T[] {
  return entries
    .map((entry) => [JSON.stringify(entry), entry] as const)
    .toSorted(byKey)
    .map(([, entry]) => entry);
}

/** `debug/<namespace>/<pod>/<port>/<path>.json` */
function debugFile({ namespace, pod, port, path }: RecordedDebug): string | undefined {
  return filePath("debug", [namespace, pod, String(port), ...path.split("/")]);
}

/** A file of names that every file system takes; nothing where one is too long. */
function filePath(directory: string, names: readonly string[]): string | undefined {
  const parts = names.map(encodeName);
  return parts.includes(undefined) ? undefined : `${directory}/${parts.join("/")}.json`;
}
