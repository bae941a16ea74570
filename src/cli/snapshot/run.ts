import { placesOf } from "../shared/places.ts";
import { type GlobalOptions } from "../shared/options.ts";
import { TRACE_FACTS } from "../../engine/service-facts.ts";
import { examine } from "../../engine/check.ts";
import type { LogsWhen } from "../../engine/logs/index.ts";
import type { GatheredCluster } from "../../model/cluster.ts";
import { narrowedLines } from "../../engine/narrowed-notes.ts";
import { UsageError } from "../../model/errors.ts";
import {
  checkTarget,
  record,
  type RecordingTarget,
  writeRecordings,
} from "../../readers/record.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import { checkRoom } from "../shared/output-room.ts";
import { Progress } from "../shared/progress.ts";
import { closeReaders, openReaders } from "../shared/readers.ts";
import { note } from "../shared/say.ts";

/** Flags of `mc snapshot`, parsed. */
export interface SnapshotOptions extends GlobalOptions {
  contexts?: string[];
  outputDir?: string;
  outputFile?: string;
  force?: boolean;
  logs: LogsWhen;
  /** ms a cluster. */
  timeout: number;
  concurrency: number;
}

function targetOf({ outputDir, outputFile }: SnapshotOptions): RecordingTarget {
  if ((outputDir === undefined) === (outputFile === undefined)) {
    throw new UsageError("say where to: either --output-dir DIR or --output-file FILE.tar.gz");
  }
  if (outputDir !== undefined) return { kind: "directory", path: outputDir };
  if (outputFile === undefined || !/\.(tar\.gz|tgz)$/i.test(outputFile)) {
    throw new UsageError(`--output-file ${outputFile}: its name must end in .tar.gz`);
  }
  return { kind: "archive", path: outputFile };
}

/** `mc snapshot`: resolves with the exit code, the recording being written. */
export async function runSnapshot(options: SnapshotOptions, io: Io): Promise<number> {
  const target = targetOf(options);
  const force = options.force ?? false;
  await checkTarget(target, force);
  await checkRoom(target.kind === "directory" ? "--output-dir" : "--output-file", target.path);
  const readers = await openReaders(options, options.timeout, io);
  const progress = new Progress(io, readers.length, options.quiet ?? false);
  try {
    const recorders = readers.map((reader) => record(reader));
    progress.start();
    const { clusters } = await unlessInterrupted(
      io.signal,
      // Which logs matter shows in what the checks say.
      examine(
        recorders.map(({ reader }) => reader),
        {
          precheck: false,
          concurrency: options.concurrency,
          logs: options.logs,
          onRead: () => progress.step(),
          servicePods: "shared",
          also: TRACE_FACTS,
          ...placesOf(options),
        },
      ),
    );
    await progress.clear();
    await writeRecordings(recorders, target, { force, signal: io.signal });
    await tell(clusters, target, options, io);
    return clusters.some(({ facts }) => facts.connection?.ok === false) ? EXIT_FAULT : 0;
  } finally {
    await progress.clear();
    await closeReaders(readers);
  }
}

/** What is missing of each cluster, and where the rest is. */
async function tell(
  clusters: readonly GatheredCluster[],
  target: RecordingTarget,
  options: SnapshotOptions,
  io: Io,
): Promise<void> {
  for (const cluster of clusters) {
    const { ref, facts } = cluster;
    const details = new Set(
      facts.connection?.ok === false
        ? [facts.connection.detail]
        : Object.values(facts).flatMap((fact) => (fact.ok ? [] : [fact.detail])),
    );
    for (const detail of details) await note(io, options, `${ref.context}: not read: ${detail}`);
    for (const line of narrowedLines(cluster)) await note(io, options, line);
  }
  await note(
    io,
    options,
    `wrote ${target.path}; read it with: mc check --directory ${target.path}`,
  );
}
