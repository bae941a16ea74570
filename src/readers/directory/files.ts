import { closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { oneLine } from "../../lib/sanitize.ts";
import { reasonOf } from "../../lib/system-error.ts";
import { UsageError } from "../../model/errors.ts";
import { compare, type InputTree, isObjectFile, MAX_FILES, type UseFile } from "./input.ts";

const CHUNK = 64 * 1024;
/** After so many files, what waits for the event loop has its turn: Ctrl-C, other clusters. */
const FILES_AT_ONCE = 64;
// A name that turns into a link or a FIFO after it was listed must neither be followed nor block.
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export function cannotRead(path: string, error: unknown): UsageError {
  return new UsageError(oneLine(`cannot read ${path}: ${reasonOf(error)}`));
}

/**
 * The files under a directory. Names that begin with a dot are left out. Links are not followed: one
 * that stays inside leads to a file that is read anyway, one that leads out is a UsageError.
 */
export async function directoryTree(name: string): Promise<InputTree> {
  const root = await realpath(resolve(name)).catch((error: unknown) => {
    throw cannotRead(name, error);
  });
  const paths: string[] = [];
  const pending = [root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const shown = join(name, relative(root, directory));
    const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
      throw cannotRead(shown, error);
    });
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const full = join(directory, entry.name);
      if (entry.isDirectory()) pending.push(full);
      else if (entry.isFile()) paths.push(relative(root, full).split(sep).join("/"));
      else if (entry.isSymbolicLink()) await refuseOutside(full, root, join(shown, entry.name));
      else if (isObjectFile(entry.name)) {
        throw new UsageError(oneLine(`cannot read ${join(shown, entry.name)}: not a regular file`));
      }
    }
    if (paths.length + pending.length > MAX_FILES) {
      throw new UsageError(oneLine(`${name} has more than ${MAX_FILES} files: not a recording`));
    }
  }
  paths.sort(compare);
  return {
    name,
    label: basename(resolve(name)),
    paths,
    read: (wanted, use) => readFiles(root, name, paths.filter(wanted), use),
  };
}

async function refuseOutside(link: string, root: string, shown: string): Promise<void> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined || target === root || target.startsWith(root + sep)) return;
  const isDirectory = await stat(target).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isDirectory || isObjectFile(link)) {
    throw new UsageError(oneLine(`${shown} is a link that leads out of the directory: not read`));
  }
}

async function readFiles(
  root: string,
  name: string,
  paths: readonly string[],
  use: UseFile,
): Promise<void> {
  for (const [index, path] of paths.entries()) {
    await use(path, chunksOf(join(root, path), join(name, path)));
    if (index % FILES_AT_ONCE === FILES_AT_ONCE - 1) await setImmediate();
  }
}

const readMore = promisify(read);

/**
 * The first chunk, most often all of a file, is read without the thread pool, whose trips take ten
 * times as long as that.
 */
async function* chunksOf(file: string, shown: string): AsyncGenerator<Uint8Array> {
  const handle = orCannotRead(shown, () => openSync(file, READ_ONLY));
  try {
    const found = fstatSync(handle);
    if (!found.isFile()) {
      throw new UsageError(oneLine(`cannot read ${shown}: not a regular file`));
    }
    const first = Buffer.allocUnsafe(Math.min(found.size + 1, CHUNK));
    const length = orCannotRead(shown, () => readSync(handle, first));
    if (length > 0) yield first.subarray(0, length);
    if (length < first.length) return;
    for (;;) {
      const { bytesRead, buffer } = await readMore(handle, {
        buffer: Buffer.allocUnsafe(CHUNK),
      }).catch((error: unknown) => {
        throw cannotRead(shown, error);
      });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(handle);
  }
}

function orCannotRead<T>(shown: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotRead(shown, error);
  }
}

/** What a path is; a UsageError when there is nothing or it cannot be read. */
export async function kindOf(path: string): Promise<"directory" | "file"> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (found.isDirectory()) return "directory";
  if (found.isFile()) return "file";
  throw new UsageError(oneLine(`cannot read ${path}: neither a directory nor a file`));
}
