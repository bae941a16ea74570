import { defined } from "../../lib/defined.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { ClusterReader } from "../../model/reader.ts";
import { RESOURCES, type Resource } from "../../model/resource.ts";
import { parseAnswer } from "./answer.ts";
import { isObjectFile } from "./input.ts";
import { readObjects } from "./objects.ts";
import { OneCluster } from "./one-cluster.ts";
import { type Absence, debugKey, RecordingReader } from "./reader.ts";
import { parseSnapshot, type Snapshot, SNAPSHOT_FILE } from "./snapshot.ts";
import { ObjectStore } from "./store.ts";
import { textOf } from "./text.ts";

/** Takes the files of one cluster, one after the other, and makes a reader of them. */
export interface Builder {
  /** Paths are those below the cluster's root. */
  wants(path: string): boolean;
  take(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Nothing where the files turn out to be of no cluster. */
  finish(): Built | undefined;
}

export interface Built {
  reader: ClusterReader;
  /** Where the cluster stood in the run that recorded it. */
  position?: number;
}

export interface Named {
  /** The directory or archive, for messages. */
  origin: string;
  /** The context's name where the files give none. */
  context: string;
}

/**
 * `recorded`: what `mc snapshot` writes, with a snapshot.json. `plain`: any other directory. `beside`:
 * one that may be a cluster, as it is beside others. `loose`: files that are in none of them.
 */
type DirectoryKind = "recorded" | "plain" | "beside" | "loose";

/** Where `oc adm must-gather` says when it began and ended, a line each, as Go prints a time. */
const TIMESTAMP_FILE = /(^|\/)timestamp$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d+)?(?: ([+-]\d{2})(\d{2}))?/;

const DEBUG_FILE = /(?:^|\/)debug\/([^/]+)\/([^/]+)\/(\d{1,5})\/(.+)\.json$/;

/**
 * A directory of YAML and JSON files: what `mc snapshot` writes, or any other, such as the output of
 * `kubectl get -A -o yaml`.
 *
 * In what mc recorded, an absent object does not exist unless snapshot.json says that it could not
 * be read. Any other directory does not say whether a type without objects was dumped: types that
 * no mesh cluster is without (Pods, Services, Namespaces, Nodes, ConfigMaps; Deployments and
 * DaemonSets where nothing of their group is there) and Secrets, which people leave out, count as
 * not recorded, and so does what other objects show to be there: the owners of pods, the Gateways that
 * pods and Services are labelled with. Custom resources count as none where there is any, as not
 * served when CRDs were dumped and theirs is not among them, and else as not recorded.
 */
export class DirectoryBuilder implements Builder {
  readonly #named: Named;
  readonly #kind: DirectoryKind;
  readonly #recorded: boolean;
  readonly #objects = new ObjectStore();
  readonly #oneCluster: OneCluster;
  readonly #debug = new Map<string, Gathered<unknown>>();
  #time: number | undefined;
  #snapshot: Snapshot = { connection: {}, unread: [] };

  constructor(named: Named, kind: DirectoryKind) {
    this.#named = named;
    this.#kind = kind;
    this.#recorded = kind === "recorded";
    this.#oneCluster = new OneCluster(named.origin, this.#objects);
  }

  wants(path: string): boolean {
    return isObjectFile(path) || TIMESTAMP_FILE.test(path);
  }

  async take(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const shown = `${this.#named.origin}/${path}`;
    if (this.#recorded && path === SNAPSHOT_FILE) {
      this.#snapshot = parseSnapshot(shown, await textOf(chunks, shown));
      return;
    }
    if (TIMESTAMP_FILE.test(path)) {
      this.#time = timestampOf(await textOf(chunks, shown));
      return;
    }
    const debug = DEBUG_FILE.exec(path);
    if (debug) {
      const [namespace, pod, port, answer] = debug.slice(1).map(decodeName);
      const target = { namespace: namespace ?? "", pod: pod ?? "", port: Number(port) };
      const key = debugKey({ ...target, path: answer ?? "" });
      this.#debug.set(key, parseAnswer(await textOf(chunks, shown), answer ?? "", shown));
      return;
    }
    const format = /\.json$/i.test(path) ? "json" : "yaml";
    const sink = this.#recorded ? this.#objects : this.#oneCluster.of(path);
    await readObjects(shown, format, chunks, sink);
    if (this.#kind === "loose" && !this.#objects.isEmpty) {
      throw new UsageError(
        oneLine(`${shown} is beside the directories of clusters and in none of them: not read`),
      );
    }
  }

  finish(): Built | undefined {
    const { origin } = this.#named;
    if ((this.#kind === "beside" || this.#kind === "loose") && this.#objects.isEmpty) {
      return undefined;
    }
    if (!this.#recorded) this.#oneCluster.check();
    const { context, contextArgument, time, position } = this.#snapshot;
    if (!this.#recorded && this.#objects.count === 0) {
      throw new UsageError(`${origin} has no Kubernetes objects (YAML or JSON files)`);
    }
    const now = time ?? Date.now();
    const recordedAt = time ?? this.#time;
    const recordedAfter = recordedAt === undefined ? this.#objects.newestUntil(now) : undefined;
    const reader = new RecordingReader({
      context: context ?? this.#named.context,
      ...defined({ contextArgument, recordedAt, recordedAfter }),
      origin,
      now,
      objects: this.#objects,
      debug: this.#debug,
      mayBePartial: !this.#recorded,
      isVouchedFor: this.#recorded,
      snapshot: this.#snapshot,
      absence: (resource) =>
        this.#recorded
          ? "none"
          : absenceIn(this.#objects, resource, this.#objects.hasCustomResources),
    });
    return position === undefined ? { reader } : { reader, position };
  }
}

/** The last of the times, ms since the epoch. */
function timestampOf(text: string): number | undefined {
  const times = text.split("\n").flatMap((line) => {
    const [, day, clock, hours = "+00", minutes = "00"] = TIMESTAMP.exec(line) ?? [];
    return day === undefined ? [] : [Date.parse(`${day}T${clock}${hours}:${minutes}`)];
  });
  return times.findLast((one) => !Number.isNaN(one));
}

const NEVER_NONE: ReadonlySet<Resource> = new Set<Resource>([
  RESOURCES.pods,
  RESOURCES.services,
  RESOURCES.namespaces,
  RESOURCES.nodes,
  RESOURCES.configMaps,
  RESOURCES.secrets,
]);

/**
 * What it means that files of unknown completeness have no object of a type.
 *
 * @param hasCustomResources whether custom resources were recorded, if there were any
 */
export function absenceIn(
  objects: ObjectStore,
  resource: Resource,
  hasCustomResources: boolean,
): Absence {
  if (NEVER_NONE.has(resource) || objects.isImplied(resource)) return "not recorded";
  if (resource.group === "apps") return objects.hasGroup("apps") ? "none" : "not recorded";
  if (objects.definesType(resource) === false) return "not served";
  return hasCustomResources ? "none" : "not recorded";
}

/** Names in paths of debug answers are percent-encoded where a file system would not take them. */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
