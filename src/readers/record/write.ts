import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { lstat, mkdir, readdir, realpath, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { oneLine } from "../../lib/sanitize.ts";
import { isSystemError, reasonOf } from "../../lib/system-error.ts";
import { OperationError, UsageError } from "../../model/errors.ts";
import { SNAPSHOT_FILE } from "../directory/snapshot.ts";

/** One file of a recording. */
export interface RecordedFile {
  /** With `/` between names, each of which every file system takes. */
  path: string;
  text: string;
}

/** Where recordings go: a directory that they make, or a .tar.gz file. */
export interface RecordingTarget {
  kind: "directory" | "archive";
  path: string;
}

export interface WriteOptions {
  /** Replaces what is there: a recording, or for an archive any file. */
  force?: boolean;
  /** Ends the writing: it rejects with the signal's reason, and nothing is left behind. */
  signal?: AbortSignal;
}

/** Beside the target, so that renaming it is one step; the dot hides it from readers. */
function temporary(path: string): string {
  return join(dirname(path), `.mc-snapshot-${randomUUID()}`);
}

/** Throws a UsageError when the target is in the way of a recording: ask before reading clusters. */
export async function checkTarget(target: RecordingTarget, force = false): Promise<void> {
  const found = await lstat(target.path).catch(() => undefined);
  if (!found) return;
  if (target.kind === "archive") {
    if (!found.isFile()) throw inTheWay(target, "is not a regular file");
    if (!force) throw inTheWay(target, "exists; --force replaces it");
    return;
  }
  if (!found.isDirectory()) throw inTheWay(target, "exists and is not a directory");
  const names = await readdir(target.path);
  if (names.length === 0) return;
  if (!force) throw inTheWay(target, "exists; --force replaces a recording");
  const other = await notOfRecordings(target.path, names);
  if (other !== undefined) {
    throw inTheWay(target, `has ${other}, which is no recording of mc: remove it yourself`);
  }
}

function inTheWay({ path }: RecordingTarget, reason: string): UsageError {
  return new UsageError(oneLine(`${path} ${reason}`));
}

const OWN_NAMES: ReadonlySet<string> = new Set([SNAPSHOT_FILE, "objects", "debug", "logs"]);

/** An entry of the directory that mc did not write; nothing when all are its own. */
async function notOfRecordings(
  directory: string,
  names: readonly string[],
): Promise<string | undefined> {
  if (names.includes(SNAPSHOT_FILE)) return names.find((name) => !OWN_NAMES.has(name));
  for (const name of names) {
    const inner = await readdir(join(directory, name)).catch((): string[] => []);
    if (!inner.includes(SNAPSHOT_FILE) || inner.some((file) => !OWN_NAMES.has(file))) return name;
  }
  return undefined;
}

/**
 * Writes the files as a directory or a .tar.gz that is there whole or not at all: beside the target
 * first, then renamed. Throws a UsageError when the target is in the way, an OperationError when it
 * cannot be written. `time` (ms since the epoch) dates the members of an archive.
 */
export async function writeFiles(
  target: RecordingTarget,
  files: Iterable<RecordedFile>,
  time: number,
  { force = false, signal }: WriteOptions = {},
): Promise<void> {
  await checkTarget(target, force);
  const made = await makeParents(target.path);
  const path = await realpath(target.path).catch(() => resolve(target.path));
  const draft = temporary(path);
  try {
    await (target.kind === "directory"
      ? draftDirectory(draft, files, signal)
      : draftArchive(draft, files, time, signal));
    signal?.throwIfAborted();
    await replace(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    await removeEmpty(dirname(path), made);
    if (signal?.aborted) throw signal.reason;
    if (!isSystemError(error)) throw error;
    throw new OperationError(oneLine(`${target.path} was not written: ${reasonOf(error)}`));
  }
}

async function draftDirectory(
  draft: string,
  files: Iterable<RecordedFile>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(draft);
  for (const { path, text } of files) {
    signal?.throwIfAborted();
    const file = join(draft, ...path.split("/"));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

async function draftArchive(
  draft: string,
  files: Iterable<RecordedFile>,
  time: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const packed = pack();
  const written = pipeline(
    packed,
    createGzip(),
    createWriteStream(draft, { flags: "wx" }),
    signal ? { signal } : {},
  );
  let mistake: unknown;
  void fill(packed, files, new Date(Math.floor(time / 1000) * 1000)).catch((error: unknown) => {
    mistake = error;
    packed.destroy();
  });
  // Settles only when the file is closed, so that it can be removed.
  await written.catch((error: unknown) => {
    throw mistake ?? error;
  });
}

async function fill(
  packed: ReturnType<typeof pack>,
  files: Iterable<RecordedFile>,
  mtime: Date,
): Promise<void> {
  for (const { path, text } of files) {
    const header = { name: path, mtime, mode: 0o644 };
    await new Promise<void>((done, failed) => {
      packed.entry(header, text, (error) => {
        if (error) failed(error);
        else done();
      });
    });
  }
  packed.finalize();
}

/** Puts the draft in the place of what is there, which comes back when that fails. */
async function replace(draft: string, path: string): Promise<void> {
  const old = await lstat(path).catch(() => undefined);
  if (!old?.isDirectory()) return rename(draft, path);
  const aside = temporary(path);
  await rename(path, aside);
  try {
    await rename(draft, path);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  return rm(aside, { recursive: true, force: true });
}

/** Makes the directories above the target; returns the topmost that was not there. */
async function makeParents(path: string): Promise<string | undefined> {
  const parent = dirname(resolve(path));
  return mkdir(parent, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(oneLine(`${parent} cannot be made: ${reasonOf(error)}`));
  });
}

async function removeEmpty(from: string, top: string | undefined): Promise<void> {
  if (top === undefined) return;
  for (let directory = from; directory.startsWith(top); directory = dirname(directory)) {
    // What others have put there meanwhile stays.
    const removed = await rmdir(directory).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
