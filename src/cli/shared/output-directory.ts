import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { reasonOf } from "../../lib/system-error.ts";
import { OperationError, UsageError } from "../../model/errors.ts";
import { checkRoom } from "./output-room.ts";

/** Refuses, before any work is done, a directory that cannot be one. */
export async function checkOutputDirectory(directory: string): Promise<void> {
  if (directory === "") throw new UsageError("--output-dir needs a directory");
  const present = await stat(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new UsageError(`--output-dir ${directory}: ${reasonOf(cause)}`);
  });
  if (present && !present.isDirectory()) {
    throw new UsageError(`--output-dir ${directory}: it is not a directory`);
  }
  await checkRoom("--output-dir", directory, directory);
}

/**
 * Makes a directory with those above it, one by one: with `recursive` Node never ends where a file
 * system has no place for directories, as /proc.
 *
 * @throws OperationError
 */
export async function makeDirectory(directory: string): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(directory); !(await exists(at)) && dirname(at) !== at; at = dirname(at)) {
    missing.unshift(at);
  }
  for (const one of missing) {
    await mkdir(one).catch(async (cause: Error) => {
      // Somebody else made it meanwhile; a link to nowhere is no directory.
      if (await exists(one)) return;
      throw new OperationError(`${directory} was not made: ${reasonOf(cause)}`);
    });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(Boolean, () => false);
}
