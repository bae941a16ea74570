import { defined } from "../lib/defined.ts";
import { safeFileName } from "../lib/file-name.ts";
import type { Gathered } from "../model/gathered.ts";
import type { LogTarget, PodLog } from "../model/log.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
} from "../model/reader.ts";
import type { Resource } from "../model/resource.ts";
import { debugPath, getRequest, listRequest } from "./directory/snapshot.ts";
import { Memory } from "./record/memory.ts";
import {
  type RecordedFile,
  type RecordingTarget,
  writeFiles,
  type WriteOptions,
} from "./record/write.ts";

export { checkTarget, type RecordingTarget, type WriteOptions } from "./record/write.ts";

/** What is read through `reader`, as a recording that answers the same. */
export interface Recorder {
  /** The cluster; what it answers is remembered, redacted. Its clock stands still. */
  readonly reader: ClusterReader;
  /** The files of the recording so far; `position` is the cluster's place in the run, from 0. */
  files(position?: number): Iterable<RecordedFile>;
  /** Writes the recording as a directory that must not be there, or with `force` be a recording. */
  write(directory: string, options?: WriteOptions): Promise<void>;
}

/** Wraps a reader so that everything read through it can be written down. */
export function record(reader: ClusterReader): Recorder {
  const memory = new Memory(reader);
  return {
    reader: recording(reader, memory),
    files: (position) => memory.files(position),
    write: (path, options) =>
      writeFiles({ kind: "directory", path }, memory.files(undefined), memory.time, options),
  };
}

/**
 * Writes the recordings of a run, each in its own sub-directory named for its context. Throws a
 * UsageError when the target is in the way, an OperationError when it cannot be written; then, and
 * when the signal is aborted, nothing is left of it.
 */
export async function writeRecordings(
  recorders: readonly Recorder[],
  target: RecordingTarget,
  options: WriteOptions = {},
): Promise<void> {
  const time = Math.max(0, ...recorders.map(({ reader }) => reader.now()));
  await writeFiles(target, filesOf(recorders), time, options);
}

function* filesOf(recorders: readonly Recorder[]): Generator<RecordedFile> {
  const taken = new Set<string>();
  for (const [position, recorder] of recorders.entries()) {
    const directory = safeFileName(recorder.reader.context, taken);
    for (const { path, text } of recorder.files(position)) {
      yield { path: `${directory}/${path}`, text };
    }
  }
}

function recording(reader: ClusterReader, memory: Memory): ClusterReader {
  const log = reader.log?.bind(reader);
  return {
    context: reader.context,
    ...defined({ contextArgument: reader.contextArgument }),
    kind: reader.kind,
    now: () => memory.time,
    expectDebug: () => reader.expectDebug?.(),
    renew: () => reader.renew?.(),
    close: () => reader.close(),

    async connect(): Promise<Gathered<Connection>> {
      const answer = await reader.connect();
      memory.connected(answer);
      return answer;
    },

    async list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
      const answer = await reader.list(resource, options);
      memory.answered(listRequest(resource, options), resource, answer);
      return answer;
    },

    async get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>> {
      const answer = await reader.get(resource, namespace, name);
      const objects = answer.ok ? { ok: true as const, value: [answer.value] } : answer;
      memory.answered(getRequest(resource, namespace, name), resource, objects);
      return answer;
    },

    async debug(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
      const answer = await reader.debug(target, path);
      memory.debugAnswered({ ...target, path: debugPath(path) }, answer);
      return answer;
    },

    ...(log
      ? {
          async log(target: LogTarget): Promise<Gathered<PodLog>> {
            const answer = await log(target);
            memory.logAnswered(target, answer);
            return answer;
          },
        }
      : {}),
  };
}
